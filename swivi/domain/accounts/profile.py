"""Use cases of a user's own profile: name and password."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes
from swivi.core.cpu_work import off_loop
from swivi.core.errors import InvalidInput
from swivi.core.guarded import changed_one
from swivi.domain.accounts import passwords, sessions
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import PasswordChangedElsewhere, WrongPassword
from swivi.domain.accounts.models import User
from swivi.domain.accounts.service import by_id, parse_name
from swivi.domain.ledger import audit_log


async def change_name(session: AsyncSession, actor: Actor, name: object) -> User:
    """Change the actor's name. Raises InvalidInput."""
    wanted = parse_name(name)
    user = await by_id(session, actor.user_id)
    before, user.name = user.name, wanted
    changes.mark(session, users=[user.id])
    audit_log.record(
        session,
        audit_log.entry(
            "user.renamed",
            "user",
            user.id,
            actor_id=user.id,
            before={"name": before},
            after={"name": wanted},
        ),
    )
    return user


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A checked new password and the present one, as Argon2id hashes."""

    present_hash: str
    new_hash: str


async def new_password(user: User, *, present: object, password: object) -> NewPassword:
    """Check a change of password.

    Raises WrongPassword, WeakPassword, InvalidInput.

    Call it before the transaction: hashing is slow on purpose and must not hold SQLite's only
    writer.
    """
    if not isinstance(present, str) or not await passwords.matches(present, user.password_hash):
        raise WrongPassword
    wanted = await off_loop(passwords.check_strength, password, user.email)
    if wanted == present:
        raise InvalidInput.of("password", "This is your present password. Choose another one.")
    return NewPassword(user.password_hash, await passwords.hash_password(wanted))


async def change_password(
    session: AsyncSession, actor: Actor, new: NewPassword, *, except_session: str
) -> None:
    """Store the new password and end the other sessions and all API tokens.

    `except_session` is the hash of the session that stays. Raises PasswordChangedElsewhere.
    """
    # Guarded on the hash that was checked: of two concurrent changes, one wins and the other is
    # refused.
    is_changed = await changed_one(
        session,
        update(User)
        .where(col(User.id) == actor.user_id, col(User.password_hash) == new.present_hash)
        .values(password_hash=new.new_hash),
    )
    if not is_changed:
        raise PasswordChangedElsewhere
    await sessions.end_ways_in(session, actor.user_id, except_session=except_session)
    audit_log.record(
        session,
        audit_log.entry("user.password_changed", "user", actor.user_id, actor_id=actor.user_id),
    )
