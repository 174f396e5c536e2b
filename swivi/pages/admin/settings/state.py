"""How Swivi is set up, in words: what is configured, what is missing, and never a secret's
value.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

import reflex as rx
from apscheduler.triggers.cron import CronTrigger
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import __version__
from swivi.core import clock
from swivi.core.money import format_dollars
from swivi.core.rates import Rate, period_in_words
from swivi.domain.accounts.models import Role
from swivi.insights.operations.overview import last_run
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.gate import public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.settings import DEFAULT_APIFY_API_URL, Settings

TotpStatus: TypeAlias = Literal["set", "unset", "missing", "value"]
"""Missing is what Swivi needs to do its work; what is merely unset has a good default.

A value speaks for itself.
"""


@dataclass(frozen=True)
class Item:
    """One setting: its name in the environment, how it stands, and what that means."""

    name: str
    variable: str
    standing: TotpStatus
    means: str


class SettingsState(rx.State):
    """What this process was started with, and its clockwork. Live: the newest run."""

    parts: list[Item] = []
    tracking: list[Item] = []
    money: list[Item] = []
    limits: list[Item] = []
    missing: int = 0
    version: str = ""
    next_run_at: str = ""
    last_run_at: str = ""
    last_run_status: str = ""
    loading: bool = True
    problem: str = ""

    @public
    async def load(self) -> None:
        """Say how things are set up, and hear of new runs."""
        if await visitor(self, Role.ADMIN) is None:
            return
        settings = runtime().settings
        self.parts, self.tracking, self.money = parts(settings), tracking(settings), money(settings)
        self.limits = limits(settings)
        self.missing = sum(item.standing == "missing" for item in (*self.parts, *self.limits))
        self.version = __version__
        hub.watch(self, runs=True)
        async with loading(self, "The newest run") as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        run = await last_run(session)
        if run is not None:
            self.last_run_at, self.last_run_status = iso(run.started_at), run.status
        self.next_run_at = iso(next_run(runtime().settings, after=clock.now()))


def next_run(settings: Settings, *, after: datetime) -> datetime | None:
    """When the schedule ticks next, in UTC; None if it never does."""
    trigger = CronTrigger.from_crontab(settings.schedule_cron, timezone="UTC")
    found: datetime | None = trigger.get_next_fire_time(None, after)
    return found


def parts(settings: Settings) -> list[Item]:
    """What Swivi stands on.

    Addresses and keys may hold passwords, so that only their presence is said.
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
        Item("Environment", "SWIVI_ENV", "value", settings.env.capitalize()),
        Item(
            "Log", "SWIVI_LOG_FORMAT", "value", "JSON" if settings.log_format == "json" else "Plain"
        ),
        Item(
            "Demo",
            "SWIVI_DEMO",
            "value",
            "On: made-up people and views" if settings.demo else "Off",
        ),
    ]


def _database(settings: Settings) -> Item:
    is_file = settings.database_url.startswith("sqlite")
    return Item(
        "Database",
        "DATABASE_URL",
        "set",
        "SQLite, a file on this machine" if is_file else "PostgreSQL",
    )


def _redis(settings: Settings) -> Item:
    if settings.redis_url is None:
        return Item(
            "Redis",
            "REDIS_URL",
            "unset",
            "Open pages live in this process and load anew after a restart",
        )
    return Item("Redis", "REDIS_URL", "set", "Open pages survive a restart")


def _reader(settings: Settings) -> Item:
    name, variable = "Reader of views", "APIFY_API_KEY"
    if settings.simulates_apify:
        return Item(name, variable, "unset", "Simulated for the demo: no real views are read")
    if settings.scraper_token is None:
        return Item(
            name, variable, "missing", "No key is set, so no views can be read and nobody earns"
        )
    elsewhere = settings.apify_api_url != DEFAULT_APIFY_API_URL
    return Item(name, variable, "set", "Apify, at an address of your own" if elsewhere else "Apify")


def _cron_secret(settings: Settings) -> Item:
    if settings.cron_secret is None:
        return Item(
            "Secret for schedulers", "CRON_SECRET", "unset", "Only Swivi's own schedule starts runs"
        )
    return Item(
        "Secret for schedulers", "CRON_SECRET", "set", "An outside scheduler may start runs"
    )


def _metrics_token(settings: Settings) -> Item:
    name, variable = "Token for metrics", "METRICS_TOKEN"
    if settings.metrics_token is None:
        return Item(name, variable, "unset", "Only admins may read the metrics")
    return Item(name, variable, "set", "Prometheus may read the metrics")


def _address(settings: Settings) -> Item:
    name, variable = "Public address", "SWIVI_PUBLIC_URL"
    if settings.public_url is None:
        return Item(
            name,
            variable,
            "unset",
            "Reached on this machine, with cookies that also work without https",
        )
    if settings.secure_cookies:
        return Item(name, variable, "set", "Over https, and cookies are kept to it")
    return Item(name, variable, "set", "Without https: cookies travel in the clear")


def _mail(settings: Settings) -> Item:
    means = {
        "smtp": (
            "Forgotten passwords are renewed by mail, and clippers verify their address before "
            "they are paid"
        ),
        "log": "Mails are printed to the log, as suits development",
        "nowhere": "No mail is sent: nobody can renew a forgotten password or verify an address",
    }[settings.mails_to]
    return Item(
        "Mail server", "SMTP_HOST", "set" if settings.mails_to == "smtp" else "unset", means
    )


def _webhooks(settings: Settings) -> Item:
    name, variable = "Webhooks", "SWIVI_WEBHOOKS_PRIVATE"
    if settings.webhooks_only_public:
        return Item(name, variable, "value", "Public addresses only, over https")
    return Item(name, variable, "value", "Any address, also private ones and without https")


def tracking(settings: Settings) -> list[Item]:
    """How clips are read."""
    return [
        Item("Schedule", "SWIVI_TRACKING_CRON", "value", f"{settings.schedule_cron} (cron, UTC)"),
        Item(
            "End waits for views",
            "SWIVI_END_PATIENCE_HOURS",
            "value",
            f"{settings.end_patience_hours:g} hours",
        ),
        Item(
            "Audits",
            "SWIVI_AUDIT_CRON",
            "value",
            f"{settings.audit_cron} (cron, UTC), and after each run",
        ),
        Item(
            "Most clips in a run",
            "SWIVI_TRACKING_MAX_CLIPS",
            "value",
            f"{settings.tracking_max_clips:,}",
        ),
        Item(
            "Clips read together",
            "SWIVI_TRACKING_BATCH_SIZE",
            "value",
            f"{settings.tracking_batch_size:,}",
        ),
        Item(
            "Reads under way at once",
            "SWIVI_TRACKING_CONCURRENCY",
            "value",
            f"{settings.tracking_concurrency:,}",
        ),
        Item(
            "Longest read",
            "SWIVI_TRACKING_TIMEOUT_SECONDS",
            "value",
            f"{settings.tracking_timeout_seconds:g} seconds",
        ),
    ]


def money(settings: Settings) -> list[Item]:
    """What payouts cost and from where on they can be asked for."""
    fee = settings.platform_fee_percent
    alone = format_dollars(settings.manual_reading_limit_cents)
    return [
        Item(
            "Smallest payout",
            "SWIVI_MIN_PAYOUT",
            "value",
            format_dollars(settings.min_payout_cents),
        ),
        Item(
            "Views one admin may enter",
            "SWIVI_MANUAL_READING_LIMIT",
            "value",
            f"Worth {alone} in 30 days; above that another admin confirms them",
        ),
        Item(
            "Fee on payouts",
            "SWIVI_PLATFORM_FEE_PERCENT",
            "value",
            f"{fee.normalize():f}%" if fee else "None",
        ),
    ]


def limits(settings: Settings) -> list[Item]:
    """How often people may do what can be done too often, and whose word on their address is
    taken.
    """
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
        "Mails that one account asks for": ("SWIVI_LIMIT_MAILS", settings.limit_mails),
        "Mails asked for from one address": (
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
        *(Item(name, variable, "value", _often(rate)) for name, (variable, rate) in rates.items()),
        Item(
            "Connections in all", "SWIVI_MAX_CONNECTIONS", "value", f"{settings.max_connections:,}"
        ),
        Item(
            "Connections of one address",
            "SWIVI_MAX_CONNECTIONS_ADDRESS",
            "value",
            f"{settings.max_connections_address:,}",
        ),
        Item("Longest stop", "SWIVI_STOP_SECONDS", "value", f"{settings.stop_seconds:g} seconds"),
        _proxies(settings),
        Item(
            "Networks of trusted proxies",
            "SWIVI_TRUSTED_PROXIES",
            "value",
            ", ".join(str(network) for network in settings.trusted_proxies),
        ),
    ]


def _proxies(settings: Settings) -> Item:
    name, variable, hops = (
        "Trusted proxies",
        "SWIVI_TRUSTED_PROXY_HOPS",
        settings.trusted_proxy_hops,
    )
    if hops:
        return Item(
            name,
            variable,
            "set",
            f"{hops} in front, of which the first says where requests come from",
        )
    if settings.takes_all_for_one_address:
        return Item(
            name,
            variable,
            "missing",
            "The proxy for https is not counted: all are taken for one address",
        )
    return Item(name, variable, "unset", "Requests come from where their connections do")


def _often(rate: Rate | None) -> str:
    return "No limit" if rate is None else f"{rate.amount:,} in {period_in_words(rate.seconds)}"
