"""A clipper's saved payout destination."""

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.errors import InvalidInput
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import User
from swivi.domain.ledger import audit_log
from swivi.domain.payouts.methods import Destination, parse_destination
from swivi.domain.payouts.models import PayoutDestination


async def kept(session: AsyncSession, user_id: int) -> PayoutDestination | None:
    """Return the saved destination of this clipper, if any."""
    found = await session.exec(
        select(PayoutDestination).where(PayoutDestination.user_id == user_id)
    )
    return found.one_or_none()


async def is_kept(session: AsyncSession, user_id: int, *, method: object, details: object) -> bool:
    """Return whether the typed destination is the saved one. An invalid one is not."""
    destination = await kept(session, user_id)
    try:
        typed = parse_destination(method, details)
    except InvalidInput:
        return False
    return destination is not None and _is(destination, typed)


async def keep(
    session: AsyncSession, actor: Actor, *, method: object, details: object
) -> PayoutDestination:
    """Save the typed destination in place of the last one. Raise ClippersOnly, InvalidInput."""
    actor.must_be_clipper()
    typed = parse_destination(method, details)
    # Without this lock, two requests at the same moment would both insert a row.
    await session.exec(select(User.id).where(User.id == actor.user_id).with_for_update())
    destination = await kept(session, actor.user_id)
    if destination is not None and _is(destination, typed):
        return destination
    if destination is None:
        destination = PayoutDestination(
            user_id=actor.user_id, method=typed.method, details="", kept_at=clock.now()
        )
        session.add(destination)
    destination.method, destination.details = typed.method, typed.text
    destination.kept_at = clock.now()
    _record(session, actor.user_id, "kept", destination.method)
    await session.flush()
    action, subject = "payout_destination.recorded", "payout_destination"
    audit_log.record(
        session,
        audit_log.entry(action, subject, destination.id, actor_id=actor.user_id, row=destination),
    )
    return destination


def _is(row: PayoutDestination, typed: Destination) -> bool:
    return (row.method, row.details) == (typed.method, typed.text)


async def forget(session: AsyncSession, actor: Actor) -> None:
    """Delete the actor's saved destination, if there is one."""
    await forget_those_of(session, actor.user_id)


async def forget_those_of(session: AsyncSession, user_id: int) -> None:
    """Delete this user's saved destination.

    A password reset calls this too: whoever knew the old password may have saved their own
    destination.
    """
    await session.execute(
        delete(PayoutDestination).where(col(PayoutDestination.user_id) == user_id)
    )
    _record(session, user_id, "forgotten", "")


def _record(session: AsyncSession, user_id: int, what: str, method: str) -> None:
    # The details stay out: the log is kept forever, and its readers need not know where somebody is
    # paid.
    written = audit_log.entry(
        f"payout_destination.{what}", "user", user_id, actor_id=user_id, after={"method": method}
    )
    audit_log.record(session, written)
