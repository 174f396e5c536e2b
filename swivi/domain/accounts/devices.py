"""A user's signed-in browsers, and signing them out.

Open pages of an ended session show the sign-in page.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.errors import NotFound
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import SignInSession
from swivi.domain.accounts.service import by_id
from swivi.domain.accounts.sessions import end_ways_in
from swivi.domain.ledger import audit_log

SEEN_RESOLUTION = timedelta(minutes=5)
"""The shortest time between two writes of `last_seen_at`, so that viewing pages seldom writes."""


async def signed_in(session: AsyncSession, user_id: int) -> Sequence[SignInSession]:
    """Return the user's signed-in browsers, the most recently seen first."""
    found = await session.exec(
        select(SignInSession)
        .where(SignInSession.user_id == user_id, SignInSession.expires_at > clock.now())
        .order_by(col(SignInSession.last_seen_at).desc().nulls_last(), col(SignInSession.id).desc())
    )
    return found.all()


def is_of(browser: SignInSession, session_hash: str) -> bool:
    """Return whether this is the browser's session."""
    return browser.token_hash == session_hash


async def sign_out(session: AsyncSession, actor: Actor, session_id: int) -> None:
    """End one of the actor's own sessions. Raises NotFound."""
    ended = await session.execute(
        delete(SignInSession)
        .where(col(SignInSession.id) == session_id, col(SignInSession.user_id) == actor.user_id)
        .returning(col(SignInSession.id))
    )
    if ended.one_or_none() is None:
        raise NotFound("That browser is already signed out.")
    _record(session, actor, "session.ended")


async def sign_out_everywhere(session: AsyncSession, actor: Actor) -> None:
    """End all of the actor's sessions, including the present one, and revoke their API tokens."""
    await end_ways_in(session, actor.user_id)
    _record(session, actor, "session.all_ended")


async def sign_out_somebody(session: AsyncSession, actor: Actor, user_id: int) -> None:
    """End all of a user's sessions and revoke their API tokens, as an admin.

    Raises AdminsOnly, NotFound.
    """
    actor.must_be_admin()
    await by_id(session, user_id)
    await end_ways_in(session, user_id)
    audit_log.record(
        session, audit_log.entry("session.all_ended", "user", user_id, actor_id=actor.user_id)
    )


def _record(session: AsyncSession, actor: Actor, what: str) -> None:
    changes.mark(session, users=[actor.user_id])
    audit_log.record(session, audit_log.entry(what, "user", actor.user_id, actor_id=actor.user_id))


def is_noted(seen_at: datetime | None) -> bool:
    """Return whether `note_use` has nothing to write, so that a page need not wait for a writer."""
    return seen_at is not None and seen_at >= clock.now() - SEEN_RESOLUTION


async def note_use(session: AsyncSession, session_hash: str) -> None:
    """Store that this browser was seen now."""
    await session.execute(
        update(SignInSession)
        .where(col(SignInSession.token_hash) == session_hash)
        .values(last_seen_at=clock.now())
    )
