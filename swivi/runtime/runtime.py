"""What a running process holds: settings, database, readers, and the services built on them.

The server's lifespan and each command open it. Nothing exists at import time, because production
servers fork after importing the app.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from swivi import routes
from swivi.core.cached import CachedAnswer
from swivi.core.db import Database
from swivi.domain.clips.intake import Intake
from swivi.domain.mail.postman import MailServer, Postman
from swivi.domain.payouts.terms import PayoutTerms
from swivi.domain.reconciliation.service import Reconciler
from swivi.domain.tracking.reading import ReadingOptions
from swivi.domain.tracking.recorded_readers import RecordedReaders
from swivi.domain.tracking.service import Tracker, TrackingOptions
from swivi.domain.webhooks.sending import Sender
from swivi.runtime.quotas import Quotas
from swivi.runtime.schedule import Schedule
from swivi.settings import Settings

if TYPE_CHECKING:
    from swivi.domain.platforms.readers.apify import ApifyReaders


@dataclass(frozen=True, slots=True)
class Runtime:
    """The services of one process.

    `readers` is None without an Apify key, `postman` where no mail can be sent.
    """

    settings: Settings
    database: Database
    readers: "ApifyReaders | None"
    tracker: Tracker
    intake: Intake
    quotas: Quotas
    schedule: Schedule
    sender: Sender
    auditor: Reconciler
    postman: Postman | None
    readiness: CachedAnswer[dict[str, bool]]
    """The answer of `/api/ready` for this process.

    Anybody may request it, and each check takes a connection and statements.
    """

    @property
    def payout_terms(self) -> PayoutTerms:
        """The settings' terms for payouts."""
        return PayoutTerms(
            minimum=self.settings.min_payout_cents,
            fee_percent=self.settings.platform_fee_percent,
            only_verified=self.settings.only_verified_are_paid,
        )


READY_SECONDS = 2.0
"""Time that an answer of `/api/ready` is reused, about the interval between two probes."""

DEVELOPERS_SENDER = "Swivi <swivi@localhost>"
"""Sender of mails that are only printed."""

_running: list[Runtime] = []


def runtime() -> Runtime:
    """Return the services of this process. Valid only within `open_runtime`."""
    return _running[-1]


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncIterator[Runtime]:
    """Open everything for `runtime()`, and close it at the end of the block."""
    database = Database(settings.database_url)
    readers = _readers(settings)
    tracker = Tracker(database, readers, _tracking_options(settings))
    recorded = RecordedReaders(database, readers) if readers is not None else None
    intake = Intake(database, recorded)
    auditor = Reconciler(database)
    schedule = Schedule(database, tracker, intake, auditor, settings)
    quotas, sender = (
        Quotas(database, settings),
        Sender(database, only_public=settings.webhooks_only_public),
    )
    postman = _postman(database, settings)
    opened = Runtime(
        settings,
        database,
        readers,
        tracker,
        intake,
        quotas,
        schedule,
        sender,
        auditor,
        postman,
        CachedAnswer(READY_SECONDS),
    )
    _running.append(opened)
    try:
        yield opened
    finally:
        _running.remove(opened)
        await sender.aclose()
        if readers is not None:
            await readers.aclose()
        await database.dispose()


def _readers(settings: Settings) -> "ApifyReaders | None":
    if settings.scraper_token is None:
        return None
    from swivi.domain.platforms.readers.apify import (
        ApifyReaders,  # a tenth of all imports, so only where views are read
    )

    if settings.simulates_apify:
        # By default the client sends even requests to this very process through a proxy.
        os.environ["NO_PROXY"] = "127.0.0.1,localhost"
    timeout = timedelta(seconds=settings.tracking_timeout_seconds)
    return ApifyReaders(settings.scraper_token, settings.scraper_url, timeout=timeout)


def _postman(database: Database, settings: Settings) -> Postman | None:
    if settings.mails_to == "nowhere":
        return None
    server = None
    if settings.smtp_host is not None:
        password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
        server = MailServer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_user,
            password,
            settings.smtp_encryption,
        )
    return Postman(
        database,
        server,
        sender=settings.smtp_from or DEVELOPERS_SENDER,
        link_to=partial(routes.of_mail, settings.base_url),
    )


def _tracking_options(settings: Settings) -> TrackingOptions:
    return TrackingOptions(
        max_clips=settings.tracking_max_clips,
        reading=ReadingOptions(
            batch_size=settings.tracking_batch_size,
            concurrency=settings.tracking_concurrency,
            pause_seconds=settings.tracking_batch_pause_seconds,
        ),
    )
