"""The outbox: a mail is written with what it is about, in one transaction, and sent once that has
committed.

A claim is a lease on one mail. A postman that dies leaves it behind, and once it is over somebody
else sends.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
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
"""Between one attempt and the next; after the last it is given up: nobody waits for it any more."""
CLAIMED_FOR = timedelta(minutes=2)
"""Much longer than an attempt may take."""
KEPT = timedelta(days=7)
"""How long mails are kept; longer than any link lives."""


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """What a postman needs to know of a mail that it claimed.

    The token is here and in the mail, and nowhere else.
    """

    mail_id: int
    kind: MailKind
    claim: str
    attempts: int
    recipient: str
    token: str


async def post(session: AsyncSession, user_id: int, kind: MailKind) -> None:
    """This user is to be sent such a mail."""
    now = clock.now()
    session.add(Mail(user_id=user_id, kind=kind, created_at=now, next_attempt_at=now))
    changes.mark(session, mail=True)


async def is_any_due(session: AsyncSession) -> bool:
    """Whether there is anything to claim. Takes no lock."""
    return (
        await session.exec(select(Mail.id).where(*_due(clock.now())).limit(1))
    ).first() is not None


async def claim(session: AsyncSession, claim: str, *, limit: int) -> list[ClaimedMail]:
    """Take what is due, the longest waiting first, each with a new link; the one of an earlier
    attempt ends.
    """
    now = clock.now()
    chosen = select(col(Mail.id)).where(*_due(now)).order_by(col(Mail.next_attempt_at)).limit(limit)
    # Asks again what is due: of two postmen that chose the same one, the second finds it claimed,
    # and not due.
    await session.execute(
        update(Mail)
        .where(col(Mail.id).in_(chosen), *_due(now))
        .values(claim=claim, claimed_until=now + CLAIMED_FOR)
        .execution_options(synchronize_session=False)
    )
    found = await session.exec(
        select(Mail, User)
        .join(User, col(User.id) == col(Mail.user_id))
        .where(Mail.claim == claim)
        .order_by(col(Mail.id))
    )
    return [_with_new_link(mail, user, now) for mail, user in found.all()]


def _with_new_link(mail: Mail, user: User, now: datetime) -> ClaimedMail:
    token = secrets.token_urlsafe(32)
    mail.token_hash, mail.expires_at = hash_token(token), now + LIFE[mail.kind]
    mail.password_then = hash_token(user.password_hash)
    return ClaimedMail(mail.id, mail.kind, mail.claim or "", mail.attempts, user.email, token)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return col(Mail.next_attempt_at) <= now, or_(
        col(Mail.claimed_until).is_(None), col(Mail.claimed_until) <= now
    )


async def record(
    session: AsyncSession, letter: ClaimedMail, error: str | None, *, is_final: bool = False
) -> None:
    """Write down how an attempt ended, and what comes next; nothing if the claim was lost
    meanwhile.
    """
    now = clock.now()
    is_over = error is None or is_final or letter.attempts >= len(PAUSES)
    next_attempt_at = None if is_over else now + PAUSES[letter.attempts]
    await session.execute(
        update(Mail)
        .where(col(Mail.id) == letter.mail_id, col(Mail.claim) == letter.claim)
        .values(
            attempts=letter.attempts + 1,
            sent_at=now if error is None else None,
            error=error,
            next_attempt_at=next_attempt_at,
            claim=None,
            claimed_until=None,
        )
    )


async def owner(session: AsyncSession, kind: MailKind, token: object) -> User | None:
    """Whose link this is, if it opens something."""
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
    # The link of a sign-up activates the password of that sign-up, and not one of a later attempt.
    is_bound = kind is MailKind.RESET or user.pending_since is not None
    return None if is_bound and mail.password_then != hash_token(user.password_hash) else user


async def use(session: AsyncSession, kind: MailKind, token: str) -> bool:
    """Whether this link was still unused; it is used now."""
    used: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        update(Mail)
        .where(
            col(Mail.token_hash) == hash_token(token),
            col(Mail.kind) == kind,
            col(Mail.used_at).is_(None),
        )
        .values(used_at=clock.now())
    )
    return used.rowcount == 1


async def end(session: AsyncSession, user_id: int, kind: MailKind) -> None:
    """No link of this kind opens anything for this user any more, and none that waits is sent."""
    await session.execute(
        update(Mail)
        .where(col(Mail.user_id) == user_id, col(Mail.kind) == kind, col(Mail.used_at).is_(None))
        .values(used_at=clock.now(), next_attempt_at=None)
    )


async def forget_old(session: AsyncSession) -> None:
    """Remove mails whose time is over."""
    await session.execute(delete(Mail).where(col(Mail.created_at) <= clock.now() - KEPT))
