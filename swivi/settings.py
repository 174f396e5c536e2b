"""Typed settings from the environment or `.env`.

A bad value stops the start with one clear line.
"""

import secrets
import sys
from datetime import timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Literal
from urllib.parse import urlsplit

from apscheduler.triggers.cron import CronTrigger
from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AliasChoices,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from swivi.core.errors import InvalidInput
from swivi.core.money import Cents, parse_dollars
from swivi.core.rates import Rate, parse_rate

DEFAULT_APIFY_API_URL = "https://api.apify.com"

SHORTEST_SECRET = 32
"""Fewest characters of a secret that opens a route by itself, so that nobody can guess it."""

Limit = Annotated[
    Rate | None,
    NoDecode,
    BeforeValidator(lambda value: parse_rate(value) if isinstance(value, str) else value),
]
"""A rate such as `10/30m`. None, written as `off`, is no limit."""

Network = IPv4Network | IPv6Network


def parse_networks(text: str) -> tuple[Network, ...]:
    """Return the networks and addresses in a text such as `10.0.0.0/8, 127.0.0.1`.

    Raise ValueError.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


Networks = Annotated[
    tuple[Network, ...],
    NoDecode,
    BeforeValidator(lambda value: parse_networks(value) if isinstance(value, str) else value),
]

OWN_NETWORKS = (
    "127.0.0.0/8, ::1, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7, "
    "fe80::/10"
)
"""Loopback, private, shared (carrier-grade NAT, used by hosts for their balancers) and link-local
addresses.
"""


def _host_of(url: str) -> str | None:
    """Return the host in a URL; None if there is none, or the URL is malformed."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


class Settings(BaseSettings):
    """All settings, each with its unit. Names in the environment are the ones in `.env.example`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", populate_by_name=True)

    database_url: str = Field("sqlite:///data/swivi.db", validation_alias="DATABASE_URL")
    redis_url: str | None = Field(
        None, validation_alias=AliasChoices("REDIS_URL", "REFLEX_REDIS_URL")
    )

    apify_api_key: SecretStr | None = Field(None, validation_alias="APIFY_API_KEY")
    apify_api_url: str = Field(DEFAULT_APIFY_API_URL, validation_alias="APIFY_API_URL")
    cron_secret: SecretStr | None = Field(None, validation_alias="CRON_SECRET")

    env: Literal["development", "production", "test"] = Field(
        "production", validation_alias="SWIVI_ENV"
    )
    port: Annotated[int, Field(gt=0, lt=65_536)] = Field(8000, validation_alias="PORT")
    public_url: str | None = Field(None, validation_alias="SWIVI_PUBLIC_URL")
    demo: bool = Field(False, validation_alias="SWIVI_DEMO")

    log_format_wanted: Literal["plain", "json"] | None = Field(
        None, validation_alias="SWIVI_LOG_FORMAT"
    )
    metrics_token: SecretStr | None = Field(None, validation_alias="METRICS_TOKEN")

    smtp_host: str | None = Field(None, validation_alias="SMTP_HOST")
    smtp_port: Annotated[int, Field(gt=0, lt=65_536)] = Field(587, validation_alias="SMTP_PORT")
    smtp_user: str | None = Field(None, validation_alias="SMTP_USER")
    smtp_password: SecretStr | None = Field(None, validation_alias="SMTP_PASSWORD")
    smtp_from: str | None = Field(None, validation_alias="SMTP_FROM", validate_default=True)
    smtp_encryption: Literal["starttls", "tls", "off"] = Field(
        "starttls", validation_alias="SMTP_ENCRYPTION"
    )

    tracking_cron: str = Field("0 */4 * * *", validation_alias="SWIVI_TRACKING_CRON")
    tracking_max_clips: Annotated[int, Field(gt=0, le=10_000_000)] = Field(
        10_000, validation_alias="SWIVI_TRACKING_MAX_CLIPS"
    )
    tracking_batch_size: Annotated[int, Field(gt=0, le=500)] = Field(
        100, validation_alias="SWIVI_TRACKING_BATCH_SIZE"
    )
    tracking_batch_pause_seconds: Annotated[float, Field(ge=0, le=600)] = Field(
        1.0, validation_alias="SWIVI_TRACKING_BATCH_PAUSE_SECONDS"
    )
    tracking_concurrency: Annotated[int, Field(gt=0, le=256)] = Field(
        5, validation_alias="SWIVI_TRACKING_CONCURRENCY"
    )
    tracking_timeout_seconds: Annotated[float, Field(gt=0, le=3_600)] = Field(
        300.0, validation_alias="SWIVI_TRACKING_TIMEOUT_SECONDS"
    )

    end_patience_hours: Annotated[float, Field(ge=0, le=720)] = Field(
        48.0, validation_alias="SWIVI_END_PATIENCE_HOURS"
    )

    webhooks_private: bool | None = Field(None, validation_alias="SWIVI_WEBHOOKS_PRIVATE")

    audit_cron: str = Field("30 3 * * *", validation_alias="SWIVI_AUDIT_CRON")

    limit_sign_in: Limit = Field(Rate(10, 1_800), validation_alias="SWIVI_LIMIT_SIGN_IN")
    limit_sign_in_account: Limit = Field(
        Rate(60, 3_600), validation_alias="SWIVI_LIMIT_SIGN_IN_ACCOUNT"
    )
    limit_sign_in_address: Limit = Field(
        Rate(100, 600), validation_alias="SWIVI_LIMIT_SIGN_IN_ADDRESS"
    )
    limit_sign_up: Limit = Field(Rate(30, 3_600), validation_alias="SWIVI_LIMIT_SIGN_UP")
    limit_mails: Limit = Field(Rate(5, 3_600), validation_alias="SWIVI_LIMIT_MAILS")
    limit_mails_address: Limit = Field(
        Rate(30, 3_600), validation_alias="SWIVI_LIMIT_MAILS_ADDRESS"
    )
    limit_submissions: Limit = Field(Rate(60, 3_600), validation_alias="SWIVI_LIMIT_SUBMISSIONS")
    limit_submissions_address: Limit = Field(
        Rate(600, 3_600), validation_alias="SWIVI_LIMIT_SUBMISSIONS_ADDRESS"
    )
    limit_payouts: Limit = Field(Rate(30, 3_600), validation_alias="SWIVI_LIMIT_PAYOUTS")
    limit_payouts_address: Limit = Field(
        Rate(100, 3_600), validation_alias="SWIVI_LIMIT_PAYOUTS_ADDRESS"
    )
    limit_secrets_address: Limit = Field(
        Rate(20, 600), validation_alias="SWIVI_LIMIT_SECRETS_ADDRESS"
    )
    limit_messages: Limit = Field(Rate(300, 10), validation_alias="SWIVI_LIMIT_MESSAGES")
    limit_messages_address: Limit = Field(
        Rate(3_000, 10), validation_alias="SWIVI_LIMIT_MESSAGES_ADDRESS"
    )
    limit_sockets_address: Limit = Field(
        Rate(600, 60), validation_alias="SWIVI_LIMIT_SOCKETS_ADDRESS"
    )
    trusted_proxy_hops: Annotated[int, Field(ge=0, le=10)] = Field(
        0, validation_alias="SWIVI_TRUSTED_PROXY_HOPS"
    )

    trusted_proxies: Networks = Field(
        parse_networks(OWN_NETWORKS), validation_alias="SWIVI_TRUSTED_PROXIES"
    )

    max_connections: Annotated[int, Field(gt=0)] = Field(
        10_000, validation_alias="SWIVI_MAX_CONNECTIONS"
    )
    max_connections_address: Annotated[int, Field(gt=0)] = Field(
        200, validation_alias="SWIVI_MAX_CONNECTIONS_ADDRESS"
    )
    stop_seconds: Annotated[float, Field(ge=1, le=600)] = Field(
        20.0, validation_alias="SWIVI_STOP_SECONDS"
    )

    min_payout: str = Field("20.00", validation_alias="SWIVI_MIN_PAYOUT")
    manual_reading_limit: str = Field("100.00", validation_alias="SWIVI_MANUAL_READING_LIMIT")
    platform_fee_percent: Annotated[Decimal, Field(ge=0, lt=100, decimal_places=4)] = Field(
        Decimal(0), validation_alias="SWIVI_PLATFORM_FEE_PERCENT"
    )

    @field_validator(
        "redis_url",
        "apify_api_key",
        "cron_secret",
        "public_url",
        "log_format_wanted",
        "metrics_token",
        "webhooks_private",
        "smtp_host",
        "smtp_user",
        "smtp_password",
        "smtp_from",
        mode="before",
    )
    @classmethod
    def _empty_means_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("cron_secret", "metrics_token")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(
                f"must have at least {SHORTEST_SECRET} characters, such as `openssl rand -hex 32` "
                "prints"
            )
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        try:
            make_url(value)
        except (ArgumentError, ValueError):  # ValueError: a port that is no number
            raise ValueError("must look like postgresql://user:password@host:5432/swivi") from None
        return value

    @field_validator("apify_api_url", "public_url")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError("must start with https:// or http://")
        if value is not None and not _host_of(value):
            raise ValueError("must name a host, like https://swivi.example")
        return value.rstrip("/") if value else value

    @field_validator("tracking_cron", "audit_cron")
    @classmethod
    def _is_cron(cls, value: str) -> str:
        CronTrigger.from_crontab(value, timezone="UTC")
        return value

    @field_validator("min_payout", "manual_reading_limit")
    @classmethod
    def _is_money(cls, value: str) -> str:
        try:
            parse_dollars(value)
        except InvalidInput as wrong:
            raise ValueError(wrong.sentence) from wrong
        return value

    @field_validator("smtp_from")
    @classmethod
    def _is_sender(cls, value: str | None, others: ValidationInfo) -> str | None:
        if value is None:
            if others.data.get("smtp_host") is not None:
                raise ValueError("must say whom mails come from, since SMTP_HOST is set")
            return None
        try:
            validate_email(
                value, check_deliverability=False, test_environment=True, allow_display_name=True
            )
        except EmailNotValidError:
            raise ValueError("must be an email address, like Swivi <hello@swivi.example>") from None
        return value

    @property
    def mails_to(self) -> Literal["smtp", "log", "nowhere"]:
        """Return how mails are handled: without a mail server they are printed to the log."""
        if self.smtp_host is not None:
            return "smtp"
        return "log" if self.env != "production" else "nowhere"

    @property
    def signs_up_by_mail(self) -> bool:
        """Return whether a new account opens with the link in a mail.

        True wherever mail is sent, because then nobody learns that an address has an account.
        """
        return self.mails_to == "smtp"

    @property
    def only_verified_are_paid(self) -> bool:
        """Return whether a clipper must verify their address before a payout: wherever mail is
        sent.
        """
        return self.mails_to == "smtp"

    @cached_property
    def min_payout_cents(self) -> Cents:
        """The smallest payout a clipper may request, in cents."""
        return parse_dollars(self.min_payout)

    @cached_property
    def manual_reading_limit_cents(self) -> Cents:
        """The cents that views entered by one admin may be worth before a second admin must
        confirm.
        """
        return parse_dollars(self.manual_reading_limit)

    @property
    def end_patience(self) -> timedelta:
        """How long the end of a campaign waits for views that cannot be read."""
        return timedelta(hours=self.end_patience_hours)

    @property
    def schedule_cron(self) -> str:
        """Return the cron expression of tracking, in UTC: each minute in the demo by default."""
        if self.demo and "tracking_cron" not in self.model_fields_set:
            return "* * * * *"
        return self.tracking_cron

    @property
    def base_url(self) -> str:
        """Return the public URL without a trailing slash."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def secure_cookies(self) -> bool:
        """Whether the session cookie is limited to https."""
        return self.base_url.startswith("https://")

    @property
    def log_format(self) -> Literal["plain", "json"]:
        """Return the log format: JSON in production, plain text in development and in the demo."""
        is_read_by_people = self.demo or self.env != "production"
        return self.log_format_wanted or ("plain" if is_read_by_people else "json")

    @property
    def webhooks_only_public(self) -> bool:
        """Return whether webhooks must use https and public addresses.

        They must in production and in the demo, unless SWIVI_WEBHOOKS_PRIVATE says otherwise.
        """
        if self.webhooks_private is not None:
            return not self.webhooks_private
        return self.demo or self.env == "production"

    @property
    def takes_all_for_one_address(self) -> bool:
        """Return whether an uncounted proxy hides the clients' addresses from the limits."""
        return self.secure_cookies and self.trusted_proxy_hops == 0

    @property
    def scraper_url(self) -> str:
        """Return the URL of the Apify API, or of the simulator that the demo serves itself."""
        if self.simulates_apify:
            return f"http://127.0.0.1:{self.port}{SIMULATOR_PATH}"
        return self.apify_api_url

    @property
    def simulates_apify(self) -> bool:
        """Demo mode serves its own Apify unless one was named."""
        return (
            self.demo and self.apify_api_key is None and self.apify_api_url == DEFAULT_APIFY_API_URL
        )

    @property
    def scraper_token(self) -> str | None:
        """The bearer token for the Apify API, or None where there is nothing to read views with."""
        if self.apify_api_key is not None:
            return self.apify_api_key.get_secret_value()
        return _SIMULATOR_TOKEN if self.simulates_apify else None


_SIMULATOR_TOKEN = secrets.token_urlsafe(32)
"""Token of the demo's simulator, new at each start, so that only this process gets in."""

WITH_SECRETS = frozenset(
    {"DATABASE_URL", "REDIS_URL", "APIFY_API_KEY", "CRON_SECRET", "METRICS_TOKEN", "SMTP_PASSWORD"}
)
"""Settings that may hold a password. Their values are never written anywhere."""

SIMULATOR_PATH = "/demo/apify"
"""Where the demo mounts its Apify simulator."""


@lru_cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def settings_or_exit() -> Settings:
    """The settings, or one clear line per wrong value on standard error and exit status 2."""
    try:
        return settings()
    except ValidationError as wrong:
        for problem in wrong.errors():
            name = ".".join(str(part) for part in problem["loc"])
            got = "" if name in WITH_SECRETS else f" (got {problem['input']!r})"
            sys.stderr.write(f"swivi: setting {name}: {problem['msg']}{got}\n")
        raise SystemExit(2) from None
