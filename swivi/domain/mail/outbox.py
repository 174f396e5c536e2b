"""The outbox of mails: a mail is written in the transaction that causes it, and sent after that."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.guarded import changed_one
from swivi.core.outbox import Backoff, Outbox, delete_older
from swivi.domain.accounts.models import User, UserStatus
from swivi.domain.accounts.sessions import hash_token
from swivi.domain.mail.models import Mail, MailKind
from swivi.domain.mail.words import LIFE

PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=30),
)
"""Before each further attempt. After the last one, nobody waits for the mail any more."""
CLAIMED_FOR = timedelta(minutes=2)
KEPT = timedelta(days=7)
"""How long mails are kept: longer than any link is valid."""

BACKOFF = Backoff(PAUSES)
OUTBOX = Outbox(Mail, CLAIMED_FOR)


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """All that is needed to send a claimed mail. The token is stored nowhere else."""

    mail_id: int
    kind: MailKind
    claim: str
    attempts: int
    recipient: str
    token: str


async def post(session: AsyncSession, user_id: int, kind: MailKind) -> None:
    """Queue a mail of this kind to the user."""
    now = clock.now()
    session.add(Mail(user_id=user_id, kind=kind, created_at=now, next_attempt_at=now))
    changes.mark(session, mail=True)


async def is_any_due(session: AsyncSession) -> bool:
    """Return whether there is a mail to claim, without taking a lock."""
    due = select(Mail.id).where(OUTBOX.is_due(clock.now())).limit(1)
    return (await session.exec(due)).first() is not None


async def claim(session: AsyncSession, claim: str, *, limit: int) -> list[ClaimedMail]:
    """Claim due mails, the longest waiting first.

    Each gets a new link. The link of an earlier attempt becomes invalid.
    """
    now = clock.now()
    chosen = (
        select(col(Mail.id))
        .where(OUTBOX.is_due(now))
        .order_by(col(Mail.next_attempt_at))
        .limit(limit)
    )
    ids = await OUTBOX.claim(session, claim, chosen)
    found = await session.exec(
        select(Mail, User)
        .join(User, col(User.id) == col(Mail.user_id))
        .where(col(Mail.id).in_(ids))
        .order_by(col(Mail.id))
    )
    return [_with_new_link(mail, user, claim, now) for mail, user in found.all()]


def _with_new_link(mail: Mail, user: User, claim: str, now: datetime) -> ClaimedMail:
    token = secrets.token_urlsafe(32)
    mail.token_hash = hash_token(token)
    mail.expires_at = now + LIFE[mail.kind]
    mail.password_then = hash_token(user.password_hash)
    return ClaimedMail(mail.id, mail.kind, claim, mail.attempts, user.email, token)


async def record(
    session: AsyncSession, claimed: ClaimedMail, error: str | None, *, is_final: bool = False
) -> None:
    """Record how an attempt ended and when the next one is due, unless the claim was lost."""
    attempts = claimed.attempts + 1
    is_over = error is None or is_final
    await OUTBOX.record(
        session,
        claimed.mail_id,
        claimed.claim,
        attempts=attempts,
        pause=None if is_over else BACKOFF.after(attempts),
        sent_at=clock.now() if error is None else None,
        error=error,
    )


async def owner(session: AsyncSession, kind: MailKind, token: object) -> User | None:
    """Return the user whose link this is. None if the link opens nothing."""
    if not isinstance(token, str):
        return None
    found = await session.exec(
        select(User, Mail)
        .join(Mail, col(Mail.user_id) == col(User.id))
        .where(
            Mail.token_hash == hash_token(token),
            Mail.kind == kind,
            col(Mail.used_at).is_(None),
            col(Mail.expires_at) > clock.now(),
            User.status == UserStatus.ACTIVE,
            or_(
                col(Mail.kind) != MailKind.RESET,
                col(User.ways_in_ended_at).is_(None),
                col(User.ways_in_ended_at) < col(Mail.created_at),
            ),
        )
    )
    pair = found.one_or_none()
    if pair is None:
        return None
    user, mail = pair
    # The link of a sign-up activates the password of that sign-up, not one of a later sign-up.
    is_bound = kind is MailKind.RESET or user.pending_since is not None
    return None if is_bound and mail.password_then != hash_token(user.password_hash) else user


async def use(session: AsyncSession, kind: MailKind, token: str) -> bool:
    """Mark the link as used. Return whether it was still unused."""
    return await changed_one(
        session,
        update(Mail)
        .where(
            col(Mail.token_hash) == hash_token(token),
            col(Mail.kind) == kind,
            col(Mail.used_at).is_(None),
        )
        .values(used_at=clock.now()),
    )


async def end(session: AsyncSession, user_id: int, kind: MailKind) -> None:
    """Invalidate the user's links of this kind, and drop the mails that still wait."""
    await session.execute(
        update(Mail)
        .where(col(Mail.user_id) == user_id, col(Mail.kind) == kind, col(Mail.used_at).is_(None))
        .values(used_at=clock.now(), next_attempt_at=None)
    )


async def forget_old(session: AsyncSession) -> None:
    """Delete mails that are older than KEPT."""
    await delete_older(session, Mail, KEPT)
