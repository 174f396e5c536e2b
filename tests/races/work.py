"""What several processes try at the same moment. Imports little: each process pays for it."""

from datetime import datetime
from typing import Any

from swivi.core import clock
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role, UserStatus
from swivi.domain.campaigns import service as campaigns
from swivi.domain.clips import review
from swivi.domain.clips import service as clips
from swivi.domain.payouts import service as payouts
from swivi.domain.platforms.models import Outcome, Reading, VideoRef
from swivi.domain.tracking import manual_readings
from swivi.domain.tracking.models import Trigger
from swivi.domain.tracking.settlement import settle_campaign
from swivi.runtime.runtime import Runtime
from tests.keyed import post


async def ask(running: Runtime, clipper: Actor, amount: str, key: str | None) -> None:
    async with running.database.writing() as session:
        await payouts.request(
            session,
            clipper,
            amount=amount,
            method="paypal",
            details="casey@swivi.test",
            terms=running.payout_terms,
            idempotency_key=key,
        )


async def send(running: Runtime, token: str, path: str, body: dict[str, Any]) -> None:
    await post(token, path, body)


async def sign_in(running: Runtime, email: str, address: str) -> None:
    await running.quotas.sign_in(email, address)


async def process(
    running: Runtime, admin: Actor, request_id: int, action: str, transaction_id: str | None
) -> None:
    async with running.database.writing() as session:
        await payouts.process(
            session, admin, request_id, action, transaction_id=transaction_id, notes="A reason."
        )


async def cancel(running: Runtime, clipper: Actor, request_id: int) -> None:
    async with running.database.writing() as session:
        await payouts.cancel(session, clipper, request_id)


async def approve(running: Runtime, admin: Actor, submission_id: int) -> None:
    async with running.database.writing() as session:
        await review.approve(session, admin, submission_id)


async def reject(running: Runtime, admin: Actor, submission_id: int) -> None:
    async with running.database.writing() as session:
        await review.reject(session, admin, submission_id, "A reason.")


async def revoke(running: Runtime, admin: Actor, clip_id: int) -> None:
    async with running.database.writing() as session:
        await review.revoke(session, admin, clip_id, "Bought views.")


async def submit(running: Runtime, clipper: Actor, campaign_id: int, video: VideoRef) -> None:
    async with running.database.writing() as session:
        await clips.submit(session, clipper, campaign_id, video)


async def baseline(
    running: Runtime, submission_id: int, asked: VideoRef, answered: VideoRef
) -> None:
    """A reading of one link that the platform answers as another video."""
    views = Reading(
        asked, Outcome.OK, 1_000, "playCount", "test", None, "", clock.now(), answered=answered
    )
    async with running.database.writing() as session:
        await clips.record_baseline(session, submission_id, views)


async def confirm(running: Runtime, admin: Actor, reading_id: int) -> None:
    async with running.database.writing() as session:
        await manual_readings.confirm(session, admin, reading_id)


async def track(running: Runtime) -> None:
    await running.tracker.run(Trigger.CLI)


async def track_at(running: Runtime, tick: datetime) -> None:
    await running.tracker.tick(tick)


async def complete(running: Runtime, admin: Actor, campaign_id: int) -> None:
    await running.tracker.complete(campaign_id, actor=admin, reason="Over.")


async def settle(running: Runtime, run_id: int, campaign_id: int) -> None:
    async with running.database.writing() as session:
        await settle_campaign(session, run_id, campaign_id)


async def change(running: Runtime, admin: Actor, campaign_id: int, terms: dict[str, Any]) -> None:
    async with running.database.writing() as session:
        await campaigns.change(session, admin, campaign_id, terms)


async def top_up(running: Runtime, admin: Actor, campaign_id: int, amount: str) -> None:
    async with running.database.writing() as session:
        await campaigns.top_up(session, admin, campaign_id, amount)


async def disable(running: Runtime, admin: Actor, clipper: Actor) -> None:
    await change_user(running, admin, clipper.user_id, clipper.role, UserStatus.DISABLED)


async def change_user(
    running: Runtime, admin: Actor, user_id: int, role: Role, status: UserStatus
) -> None:
    async with running.database.writing() as session:
        await accounts.set_role_and_status(session, admin, user_id, role=role, status=status)
