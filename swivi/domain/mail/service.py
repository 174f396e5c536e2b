"""Use cases of links in mails: sign up, choose a new password, verify an address."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.cpu_work import off_loop
from swivi.core.errors import InvalidInput
from swivi.core.guarded import changed_one
from swivi.domain.accounts import passwords, sessions
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.attempts import NOBODY
from swivi.domain.accounts.errors import EmailTaken, WrongPassword
from swivi.domain.accounts.models import User, UserStatus
from swivi.domain.accounts.service import NewAccount
from swivi.domain.ledger import audit_log
from swivi.domain.mail import outbox
from swivi.domain.mail.errors import LinkEnded
from swivi.domain.mail.models import MailKind


async def ask_reset(session: AsyncSession, email: str, network: str) -> None:
    """Send a reset link to the account with this address.

    `email` is in the spelling of `accounts.parse_email`. The answer and the audit entry are the
    same whether or not the account exists.
    """
    found = await session.exec(
        select(User.id).where(User.email == email, User.status == UserStatus.ACTIVE)
    )
    user_id = found.first()
    if user_id is not None:
        await outbox.post(session, user_id, MailKind.RESET)
    after = {"from": network, "account": "known" if user_id else "unknown"}
    audit_log.record(
        session,
        audit_log.entry("reset.asked", "user", user_id or NOBODY, actor_id=None, after=after),
    )


async def sign_up(session: AsyncSession, who: NewAccount) -> None:
    """Sign up by mail. The answer is the same whether or not the address has an account.

    Nobody can sign in to a new account before its password was entered on the page that the link
    opens. So even a sign-in with the chosen password does not reveal whether the address was new. A
    pending account gets the newer name and password, and earlier links become invalid. The owner of
    an active account gets a mail about the attempt.
    """
    found = await session.exec(
        select(User).where(User.email == who.email).with_for_update(key_share=True)
    )
    user = found.one_or_none()
    if user is None:
        try:
            async with session.begin_nested():
                user = await accounts.sign_up(session, who)
        except EmailTaken:  # a concurrent sign-up has queued the mail
            return
        user.pending_since = user.created_at
    elif user.pending_since is not None:
        user.name, user.password_hash = who.name, who.password_hash
        await outbox.end(session, user.id, MailKind.VERIFY)
    elif user.status is UserStatus.ACTIVE:
        await outbox.post(session, user.id, MailKind.TAKEN)
        return
    await outbox.post(session, user.id, MailKind.VERIFY)


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A new password and the one before it, as Argon2id hashes."""

    user_id: int
    present_hash: str
    new_hash: str


async def must_open(session: AsyncSession, kind: MailKind, token: object) -> User:
    """Return the owner of a valid link. Raises LinkEnded."""
    user = await outbox.owner(session, kind, token)
    if user is None:
        raise LinkEnded
    return user


async def new_password(user: User, *, password: object, again: object) -> NewPassword:
    """Check the new password. Raises WeakPassword, InvalidInput.

    Call it before the transaction: hashing is slow on purpose and must not hold SQLite's only
    writer.
    """
    wanted = await off_loop(passwords.check_strength, password, user.email)
    if again != wanted:
        raise InvalidInput.of("again", "The passwords do not match.")
    return NewPassword(user.id, user.password_hash, await passwords.hash_password(wanted))


async def reset_password(session: AsyncSession, token: str, new: NewPassword, network: str) -> None:
    """Store the new password and end all sessions and API tokens.

    The link also proves that the address is the user's. Raises LinkEnded.
    """
    if not await outbox.use(session, MailKind.RESET, token):
        raise LinkEnded
    # Guarded on the password hash that the link was checked against: of two concurrent changes, one
    # wins.
    is_changed = await changed_one(
        session,
        update(User)
        .where(
            col(User.id) == new.user_id,
            col(User.password_hash) == new.present_hash,
            col(User.status) == UserStatus.ACTIVE,
        )
        .values(password_hash=new.new_hash),
    )
    if not is_changed:
        raise LinkEnded
    await outbox.end(session, new.user_id, MailKind.RESET)
    await _mark_verified(session, new.user_id)
    await sessions.end_ways_in(session, new.user_id)
    after = {"from": network}
    audit_log.record(
        session,
        audit_log.entry(
            "user.password_reset", "user", new.user_id, actor_id=new.user_id, after=after
        ),
    )


async def is_verified(session: AsyncSession, actor: Actor) -> bool:
    """Return whether the actor's address is verified."""
    found = await session.exec(select(User.verified_at).where(User.id == actor.user_id))
    return found.one() is not None


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """A verification link whose password was checked.

    `password_hash` is the hash that it matched.
    """

    user_id: int
    token: str
    password_hash: str


async def must_know_password(user: User, token: str, password: object) -> OpenedLink:
    """Return the opened link. Raises WrongPassword, Overloaded.

    A link proves that mail arrives, not that its reader chose the password: anybody can sign up
    with any address. Without the password, the address's owner would activate a stranger's sign-up.
    No transaction is open while the password is compared.
    """
    if not isinstance(password, str) or not await passwords.matches(password, user.password_hash):
        raise WrongPassword("password")
    return OpenedLink(user.id, token, user.password_hash)


async def verify(session: AsyncSession, opened: OpenedLink) -> None:
    """Mark the address as verified, and activate a pending account. Raises LinkEnded."""
    # Lock the user first, as `sign_up` does: a newer sign-up replaces the password, which the check
    # below must see.
    locked = select(User).where(User.id == opened.user_id).with_for_update(key_share=True)
    user = (await session.exec(locked.execution_options(populate_existing=True))).one()
    is_outdated = user.password_hash != opened.password_hash
    if is_outdated or not await outbox.use(session, MailKind.VERIFY, opened.token):
        raise LinkEnded
    await outbox.end(session, user.id, MailKind.VERIFY)
    await _mark_verified(session, user.id)


async def _mark_verified(session: AsyncSession, user_id: int) -> None:
    is_new = await changed_one(
        session,
        update(User)
        .where(col(User.id) == user_id, col(User.verified_at).is_(None))
        .values(verified_at=clock.now(), pending_since=None),
    )
    if is_new:
        changes.mark(session, users=[user_id])
        audit_log.record(
            session, audit_log.entry("user.verified", "user", user_id, actor_id=user_id)
        )
