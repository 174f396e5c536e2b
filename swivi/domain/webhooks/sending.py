"""The sender: one per process.

Woken by commits and by the clock, it sends what is due and records how that went.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from uuid import uuid4

import httpx
from standardwebhooks import Webhook as Signer

import swivi
from swivi.core import clock
from swivi.core.changes import ChangeSet
from swivi.core.db import Database
from swivi.core.outages import Outage
from swivi.domain.webhooks import deliveries
from swivi.domain.webhooks.addresses import PublicOnly
from swivi.domain.webhooks.deliveries import AttemptResult, ClaimedDelivery

log = logging.getLogger("swivi.webhooks")

ATTEMPT_SECONDS = 10.0
"""How long an attempt may take in all."""

LOOK_SECONDS = 5.0
"""How often deliveries are looked for that became due, or that another process wrote."""

STOP_SECONDS = 3.0
"""How long attempts under way may take to end when the process stops."""

MOST_AT_ONCE = 20
LONGEST_ERROR = 300


class Sender:
    """Sends the deliveries of a database. `only_public` keeps to https and public addresses."""

    def __init__(self, database: Database, *, only_public: bool) -> None:
        self._database = database
        self._only_public = only_public
        self._something = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], int] = {}
        """The attempts, with their webhooks' ids."""

    def notice(self, changed: ChangeSet) -> None:
        """A commit changed this. Called in the event loop; returns at once."""
        if changed.webhooks:
            self._something.set()

    async def run(self) -> None:
        """Send what is due, until cancelled."""
        try:
            while True:
                self._something.clear()
                with suppress(Outage):  # which is in the log; the database is asked again soon
                    await self._begin()
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._something.wait()
        finally:
            await self._end()

    async def send_due(self) -> None:
        """Send what is due now, and return when that is done."""
        while begun := await self._begin():
            await asyncio.gather(*begun)

    async def aclose(self) -> None:
        """Close the connections."""
        if "_http" in self.__dict__:
            await self._http.aclose()

    async def _begin(self) -> Sequence[asyncio.Task[None]]:
        free = MOST_AT_ONCE - len(self._under_way)
        if free <= 0:
            return []
        async with self._database.reading() as session:
            if not await deliveries.is_any_due(session):
                return []
        async with self._database.writing() as session:
            busy = set(self._under_way.values())
            parcels = await deliveries.claim(session, uuid4().hex, busy=busy, limit=free)
        return [self._send_in_background(parcel) for parcel in parcels]

    def _send_in_background(self, parcel: ClaimedDelivery) -> asyncio.Task[None]:
        task = asyncio.create_task(self._send(parcel))
        self._under_way[task] = parcel.webhook_id
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._something.set()

    async def _end(self) -> None:
        """Let attempts end, and cut off those that take long: they are sent again once their claim
        is over.
        """
        if self._under_way:
            _, late = await asyncio.wait(self._under_way, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _send(self, parcel: ClaimedDelivery) -> None:
        try:
            attempted = await self._attempt(parcel)
            async with self._database.writing() as session:
                await deliveries.record(session, parcel, attempted)
        except Exception:  # it is sent again once the claim is over
            log.exception("Delivery %d could not be sent or recorded", parcel.delivery_id)
            return
        log.info(
            "Delivery %d of %s to webhook %d: %s",
            parcel.delivery_id,
            parcel.kind,
            parcel.webhook_id,
            attempted.error or attempted.status_code,
        )

    async def _attempt(self, parcel: ClaimedDelivery) -> AttemptResult:
        at, began = clock.now(), time.perf_counter()
        status, error = None, None
        try:
            async with (
                asyncio.timeout(ATTEMPT_SECONDS),
                self._http.stream(
                    "POST", parcel.url, content=parcel.body, headers=_headers(parcel)
                ) as answer,
            ):
                status = answer.status_code  # whatever else it says is not read
            error = (
                None
                if answer.is_success
                else f"The answer was {status} {answer.reason_phrase}".strip() + "."
            )
        except TimeoutError:
            error = f"There was no answer within {ATTEMPT_SECONDS:g} seconds."
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as problem:
            error = f"{type(problem).__name__}: {problem}"[:LONGEST_ERROR]
        return AttemptResult(at, status, error, round((time.perf_counter() - began) * 1_000))

    @cached_property
    def _http(self) -> httpx.AsyncClient:
        # No connection is kept: with `PublicOnly` it would be found again by its address, whatever
        # name it was for.
        limits = httpx.Limits(max_connections=MOST_AT_ONCE, max_keepalive_connections=0)
        transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(limits=limits)
        if self._only_public:
            transport = PublicOnly(transport)
        # Proxies of the environment are not asked: they would do the look-up that must be ours.
        return httpx.AsyncClient(
            transport=transport,
            timeout=None,  # noqa: S113
            follow_redirects=False,
            trust_env=False,
        )


def _headers(parcel: ClaimedDelivery) -> dict[str, str]:
    """https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#webhook-headers-sending-metadata-to-consumers"""
    now = clock.now()
    signatures = [
        Signer(secret).sign(parcel.message_id, now, parcel.body) for secret in parcel.secrets
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Swivi/{swivi.__version__}",
        "webhook-id": parcel.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
