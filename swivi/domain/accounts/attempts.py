"""Sign-ins, failed ones and refusals in the audit log.

What was typed is never kept: it may be a password.

All three are bounded: failed sign-ins by the limits on signing in, refusals by being told once an
hour.
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
    """Somebody proved who they are, `by` password or the demo's door, for a session or an API
    token.
    """
    after = {"from": network, "by": by}
    audit_log.record(
        session,
        audit_log.entry("sign_in.done", "user", actor.user_id, actor_id=actor.user_id, after=after),
    )


async def failed(session: AsyncSession, email: object, network: str) -> None:
    """Somebody did not prove who they are."""
    account = email[:LONGEST_EMAIL].strip().lower() if isinstance(email, str) else ""
    user_id = (await session.exec(select(User.id).where(User.email == account))).first()
    after = {"from": network, "account": "known" if user_id else "unknown"}
    audit_log.record(
        session,
        audit_log.entry("sign_in.failed", "user", user_id or NOBODY, actor_id=None, after=after),
    )


async def refused(database: Database, actor: Actor, what: str) -> None:
    """A signed-in person asked for what their role may not have: `what` names the endpoint or the
    handler.
    """
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
