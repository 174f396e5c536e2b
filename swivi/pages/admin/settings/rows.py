"""The settings in words. A secret's value never shows."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from swivi.core.money import format_dollars
from swivi.core.rates import Rate, period_in_words
from swivi.settings import DEFAULT_APIFY_API_URL, Settings

Standing: TypeAlias = Literal["set", "unset", "missing", "value"]
"""`missing` stops Swivi from doing its work; `unset` has a good default; `value` shows itself."""


@dataclass(frozen=True)
class SettingRow:
    """One setting: its variable in the environment, its standing, and what that means."""

    name: str
    variable: str
    standing: Standing
    means: str


def service_rows(settings: Settings) -> list[SettingRow]:
    """Describe the services that Swivi uses.

    Addresses and keys may hold passwords, so only their presence shows.
    """
    return [
        _database(settings),
        _redis(settings),
        _reader(settings),
        _cron_secret(settings),
        _metrics_token(settings),
        _address(settings),
        _mail(settings),
        _webhooks(settings),
        SettingRow("Environment", "SWIVI_ENV", "value", settings.env.capitalize()),
        SettingRow(
            "Log", "SWIVI_LOG_FORMAT", "value", "JSON" if settings.log_format == "json" else "Plain"
        ),
        SettingRow(
            "Demo",
            "SWIVI_DEMO",
            "value",
            "On, with made-up users and views" if settings.demo else "Off",
        ),
    ]


def _database(settings: Settings) -> SettingRow:
    is_file = settings.database_url.startswith("sqlite")
    return SettingRow(
        "Database",
        "DATABASE_URL",
        "set",
        "SQLite, a file on this machine" if is_file else "PostgreSQL",
    )


def _redis(settings: Settings) -> SettingRow:
    if settings.redis_url is None:
        return SettingRow(
            "Redis",
            "REDIS_URL",
            "unset",
            "Open pages are kept in this process and reload after a restart",
        )
    return SettingRow("Redis", "REDIS_URL", "set", "Open pages survive a restart")


def _reader(settings: Settings) -> SettingRow:
    name, variable = "Reader of views", "APIFY_API_KEY"
    if settings.simulates_apify:
        return SettingRow(
            name, variable, "unset", "Simulated for the demo. No real views are read."
        )
    if settings.scraper_token is None:
        return SettingRow(
            name, variable, "missing", "No key is set, so no views can be read and nobody earns"
        )
    elsewhere = settings.apify_api_url != DEFAULT_APIFY_API_URL
    return SettingRow(
        name, variable, "set", "Apify, at an address of your own" if elsewhere else "Apify"
    )


def _cron_secret(settings: Settings) -> SettingRow:
    if settings.cron_secret is None:
        return SettingRow(
            "Secret for schedulers", "CRON_SECRET", "unset", "Only Swivi’s own schedule starts runs"
        )
    return SettingRow(
        "Secret for schedulers", "CRON_SECRET", "set", "An outside scheduler may start runs"
    )


def _metrics_token(settings: Settings) -> SettingRow:
    name, variable = "Token for metrics", "METRICS_TOKEN"
    if settings.metrics_token is None:
        return SettingRow(name, variable, "unset", "Only admins may read the metrics")
    return SettingRow(name, variable, "set", "Prometheus may read the metrics")


def _address(settings: Settings) -> SettingRow:
    name, variable = "Public address", "SWIVI_PUBLIC_URL"
    if settings.public_url is None:
        return SettingRow(
            name,
            variable,
            "unset",
            "On this machine. Cookies also work without https.",
        )
    if settings.secure_cookies:
        return SettingRow(name, variable, "set", "Over https. Cookies are sent over https only.")
    return SettingRow(name, variable, "set", "Without https. Cookies are sent unencrypted.")


def _mail(settings: Settings) -> SettingRow:
    means = {
        "smtp": (
            "Forgotten passwords are reset by mail. Clippers verify their address before they are "
            "paid."
        ),
        "log": "Mails are written to the log, for development",
        "nowhere": "No mail is sent. Nobody can reset a forgotten password or verify an address.",
    }[settings.mails_to]
    return SettingRow(
        "Mail server", "SMTP_HOST", "set" if settings.mails_to == "smtp" else "unset", means
    )


def _webhooks(settings: Settings) -> SettingRow:
    name, variable = "Webhooks", "SWIVI_WEBHOOKS_PRIVATE"
    if settings.webhooks_only_public:
        return SettingRow(name, variable, "value", "Public addresses only, over https")
    return SettingRow(
        name, variable, "value", "Any address, including private ones and without https"
    )


def tracking_rows(settings: Settings) -> list[SettingRow]:
    """Describe how clips are read."""
    return [
        SettingRow(
            "Schedule", "SWIVI_TRACKING_CRON", "value", f"{settings.schedule_cron} (cron, UTC)"
        ),
        SettingRow(
            "Wait for views before completion",
            "SWIVI_END_PATIENCE_HOURS",
            "value",
            f"{settings.end_patience_hours:g} hours",
        ),
        SettingRow(
            "Reconciliation",
            "SWIVI_AUDIT_CRON",
            "value",
            f"{settings.audit_cron} (cron, UTC), and after each run",
        ),
        SettingRow(
            "Most clips per run",
            "SWIVI_TRACKING_MAX_CLIPS",
            "value",
            f"{settings.tracking_max_clips:,}",
        ),
        SettingRow(
            "Clips per batch",
            "SWIVI_TRACKING_BATCH_SIZE",
            "value",
            f"{settings.tracking_batch_size:,}",
        ),
        SettingRow(
            "Batches at once",
            "SWIVI_TRACKING_CONCURRENCY",
            "value",
            f"{settings.tracking_concurrency:,}",
        ),
        SettingRow(
            "Timeout of a batch",
            "SWIVI_TRACKING_TIMEOUT_SECONDS",
            "value",
            f"{settings.tracking_timeout_seconds:g} seconds",
        ),
    ]


def money_rows(settings: Settings) -> list[SettingRow]:
    """Describe what payouts cost, and the smallest one."""
    fee = settings.platform_fee_percent
    alone = format_dollars(settings.manual_reading_limit_cents)
    return [
        SettingRow(
            "Smallest payout",
            "SWIVI_MIN_PAYOUT",
            "value",
            format_dollars(settings.min_payout_cents),
        ),
        SettingRow(
            "Views that one admin may enter",
            "SWIVI_MANUAL_READING_LIMIT",
            "value",
            f"Worth {alone} in 30 days. Above that, another admin confirms them.",
        ),
        SettingRow(
            "Fee on payouts",
            "SWIVI_PLATFORM_FEE_PERCENT",
            "value",
            f"{fee.normalize():f}%" if fee else "None",
        ),
    ]


def limit_rows(settings: Settings) -> list[SettingRow]:
    """Describe the rate limits, and whose addresses are trusted."""
    rates = {
        "Sign-ins to one account, per address": ("SWIVI_LIMIT_SIGN_IN", settings.limit_sign_in),
        "Sign-ins to one account, from new addresses": (
            "SWIVI_LIMIT_SIGN_IN_ACCOUNT",
            settings.limit_sign_in_account,
        ),
        "Sign-ins from one address": (
            "SWIVI_LIMIT_SIGN_IN_ADDRESS",
            settings.limit_sign_in_address,
        ),
        "Sign-ups from one address": ("SWIVI_LIMIT_SIGN_UP", settings.limit_sign_up),
        "Mails for one account": ("SWIVI_LIMIT_MAILS", settings.limit_mails),
        "Mails from one address": (
            "SWIVI_LIMIT_MAILS_ADDRESS",
            settings.limit_mails_address,
        ),
        "Submissions of a clipper": ("SWIVI_LIMIT_SUBMISSIONS", settings.limit_submissions),
        "Submissions from one address": (
            "SWIVI_LIMIT_SUBMISSIONS_ADDRESS",
            settings.limit_submissions_address,
        ),
        "Wrong secrets from one address": (
            "SWIVI_LIMIT_SECRETS_ADDRESS",
            settings.limit_secrets_address,
        ),
        "Payout requests of a clipper": ("SWIVI_LIMIT_PAYOUTS", settings.limit_payouts),
        "Payout requests from one address": (
            "SWIVI_LIMIT_PAYOUTS_ADDRESS",
            settings.limit_payouts_address,
        ),
        "Messages of one open page": ("SWIVI_LIMIT_MESSAGES", settings.limit_messages),
        "Messages of pages at one address": (
            "SWIVI_LIMIT_MESSAGES_ADDRESS",
            settings.limit_messages_address,
        ),
        "Pages opened from one address": (
            "SWIVI_LIMIT_SOCKETS_ADDRESS",
            settings.limit_sockets_address,
        ),
    }
    return [
        *(
            SettingRow(name, variable, "value", _often(rate))
            for name, (variable, rate) in rates.items()
        ),
        SettingRow(
            "Connections in total",
            "SWIVI_MAX_CONNECTIONS",
            "value",
            f"{settings.max_connections:,}",
        ),
        SettingRow(
            "Connections of one address",
            "SWIVI_MAX_CONNECTIONS_ADDRESS",
            "value",
            f"{settings.max_connections_address:,}",
        ),
        SettingRow(
            "Timeout of a stop", "SWIVI_STOP_SECONDS", "value", f"{settings.stop_seconds:g} seconds"
        ),
        _proxies(settings),
        SettingRow(
            "Networks of trusted proxies",
            "SWIVI_TRUSTED_PROXIES",
            "value",
            ", ".join(str(network) for network in settings.trusted_proxies),
        ),
    ]


def _proxies(settings: Settings) -> SettingRow:
    name, variable = "Trusted proxies", "SWIVI_TRUSTED_PROXY_HOPS"
    hops = settings.trusted_proxy_hops
    if hops:
        return SettingRow(
            name,
            variable,
            "set",
            f"{hops} in front. The first one names the client’s address.",
        )
    if settings.takes_all_for_one_address:
        return SettingRow(
            name,
            variable,
            "missing",
            "The proxy for https is not counted, so all clients share one address",
        )
    return SettingRow(name, variable, "unset", "A request comes from the address of its connection")


def _often(rate: Rate | None) -> str:
    return "No limit" if rate is None else f"{rate.amount:,} in {period_in_words(rate.seconds)}"
