"""The sender makes the deliveries of webhooks. One runs in each process."""

import asyncio
import logging
import time
from collections.abc import Sequence
from functools import cached_property

import httpx
from sqlmodel.ext.asyncio.session import AsyncSession
from standardwebhooks import Webhook as Signer

import swivi
from swivi.core import clock
from swivi.core.changes import ChangeSet
from swivi.core.db import Database
from swivi.core.outbox import Dispatcher
from swivi.domain.webhooks import deliveries
from swivi.domain.webhooks.addresses import PublicOnly
from swivi.domain.webhooks.deliveries import AttemptResult, ClaimedDelivery

log = logging.getLogger("swivi.webhooks")

ATTEMPT_SECONDS = 10.0
"""How long an attempt may take, all told."""

MOST_AT_ONCE = 20
LONGEST_ERROR = 300


class Sender(Dispatcher[ClaimedDelivery]):
    """Sends the deliveries of a database. `only_public` allows only https and public addresses."""

    def __init__(self, database: Database, *, only_public: bool) -> None:
        super().__init__(database, most_at_once=MOST_AT_ONCE)
        self._only_public = only_public

    def notice(self, changed: ChangeSet) -> None:
        """Look for deliveries if a commit wrote some. Call it in the event loop."""
        if changed.webhooks:
            self.wake()

    async def aclose(self) -> None:
        """Close the connections."""
        if "_http" in self.__dict__:
            await self._http.aclose()

    async def _is_any_due(self, session: AsyncSession) -> bool:
        return await deliveries.is_any_due(session)

    async def _claim(
        self, session: AsyncSession, claim: str, limit: int
    ) -> Sequence[ClaimedDelivery]:
        busy = {claimed.webhook_id for claimed in self._under_way.values()}
        return await deliveries.claim(session, claim, busy=busy, limit=limit)

    def _label(self, item: ClaimedDelivery) -> str:
        return f"Delivery {item.delivery_id}"

    async def _send(self, item: ClaimedDelivery) -> None:
        attempted = await self._attempt(item)
        async with self._database.writing() as session:
            await deliveries.record(session, item, attempted)
        log.info(
            "Delivery %d of %s to webhook %d: %s",
            item.delivery_id,
            item.kind,
            item.webhook_id,
            attempted.error or attempted.status_code,
        )

    async def _attempt(self, claimed: ClaimedDelivery) -> AttemptResult:
        at, began = clock.now(), time.perf_counter()
        status, error = None, None
        try:
            async with (
                asyncio.timeout(ATTEMPT_SECONDS),
                self._http.stream(
                    "POST", claimed.url, content=claimed.body, headers=_headers(claimed)
                ) as answer,
            ):
                status = answer.status_code  # the body is not read
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
        # No connection is kept alive: `PublicOnly` connects to an address, so that the pool would
        # reuse the connection for another name at that address.
        limits = httpx.Limits(max_connections=MOST_AT_ONCE, max_keepalive_connections=0)
        transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(limits=limits)
        if self._only_public:
            transport = PublicOnly(transport)
        # Proxies of the environment are ignored: they would look up the name, which we must check.
        # No timeout here: `_attempt` has one for the whole of the attempt.
        return httpx.AsyncClient(
            transport=transport,
            timeout=None,  # noqa: S113
            follow_redirects=False,
            trust_env=False,
        )


def _headers(claimed: ClaimedDelivery) -> dict[str, str]:
    """https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#webhook-headers-sending-metadata-to-consumers"""
    now = clock.now()
    signatures = [
        Signer(secret).sign(claimed.message_id, now, claimed.body) for secret in claimed.secrets
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Swivi/{swivi.__version__}",
        "webhook-id": claimed.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
