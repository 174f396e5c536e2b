"""What is being done when the process is killed.

Imports little: each doomed process pays for it.
"""

from typing import Any

from swivi.domain.accounts.actor import Actor
from swivi.domain.payouts import service as payouts
from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import Runtime
from tests.keyed import post

TRANSACTION_ID = "TX-1"


async def track(running: Runtime) -> None:
    """A tracking run."""
    await running.tracker.run(Trigger.SCHEDULE)


async def ask(running: Runtime, clipper: Actor) -> None:
    """A payout request."""
    async with running.database.writing() as session:
        await payouts.request(
            session,
            clipper,
            amount="40.00",
            method="paypal",
            details="casey@swivi.test",
            terms=running.payout_terms,
        )


async def cancel(running: Runtime, clipper: Actor, request_id: int) -> None:
    """A clipper's own end of a request."""
    async with running.database.writing() as session:
        await payouts.cancel(session, clipper, request_id)


async def decide(running: Runtime, admin: Actor, request_id: int, action: str) -> None:
    """An admin's step of a request."""
    async with running.database.writing() as session:
        await payouts.process(
            session,
            admin,
            request_id,
            action,
            transaction_id=TRANSACTION_ID,
            notes="As the bank says.",
        )


async def send(running: Runtime) -> None:
    """The deliveries that are due."""
    await running.sender.send_due()


async def post_once(
    running: Runtime, token: str, path: str, body: dict[str, Any]
) -> dict[str, Any]:
    """A POST with an idempotency key; its answer."""
    return await post(token, path, body)
