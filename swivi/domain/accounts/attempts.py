"""Sign-ins, failed sign-ins and refusals in the audit log.

Typed text is never stored, because it may be a password. The number of entries is bounded: failed
sign-ins by the sign-in limits, refusals by logging each once per hour.
"""

from datetime import timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import rates
from swivi.core.db import Database
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import LONGEST_EMAIL, User
from swivi.domain.ledger import audit_log

NOBODY = 0
"""The subject of a failed sign-in to an account that does not exist."""
TOLD_EVERY = timedelta(hours=1)


def signed_in(session: AsyncSession, actor: Actor, network: str, *, by: str) -> None:
    """Record a sign-in, `by` password or the demo's button, for a session or an API token."""
    after = {"from": network, "by": by}
    audit_log.record(
        session,
        audit_log.entry("sign_in.done", "user", actor.user_id, actor_id=actor.user_id, after=after),
    )


async def failed(session: AsyncSession, email: object, network: str) -> None:
    """Record a failed sign-in."""
    account = email[:LONGEST_EMAIL].strip().lower() if isinstance(email, str) else ""
    user_id = (await session.exec(select(User.id).where(User.email == account))).first()
    after = {"from": network, "account": "known" if user_id else "unknown"}
    audit_log.record(
        session,
        audit_log.entry("sign_in.failed", "user", user_id or NOBODY, actor_id=None, after=after),
    )


async def refused(database: Database, actor: Actor, what: str) -> None:
    """Record that a user's role did not permit `what`, the name of an endpoint or a handler."""
    name = f"refused {actor.user_id} {what}"
    async with database.reading() as session:
        if await rates.is_marked(session, name):
            return
    async with database.writing() as session:
        await rates.mark(session, name, TOLD_EVERY)
        audit_log.record(
            session,
            audit_log.entry(
                "access.refused",
                "user",
                actor.user_id,
                actor_id=actor.user_id,
                after={"what": what},
            ),
        )
