"""Use cases of accounts: sign up, sign in, create admins, change roles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import bulk, changes, clock
from swivi.core.cpu_work import off_loop
from swivi.core.db import Database, refused_as
from swivi.core.errors import InvalidInput, NotFound
from swivi.core.text import parse_all, parse_line
from swivi.domain.accounts import passwords, sessions
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import AdminsOnly, EmailTaken, WrongCredentials
from swivi.domain.accounts.models import LONGEST_EMAIL, Role, User, UserStatus
from swivi.domain.accounts.sessions import actor_of
from swivi.domain.ledger import audit_log

LONGEST_NAME = 80


def parse_email(email: object) -> str:
    """Return an address in the only spelling in which it is stored. Raises InvalidInput."""
    try:
        if not isinstance(email, str) or len(email) > LONGEST_EMAIL:
            raise EmailNotValidError("not text of a sane length")  # checked before parsing
        # Special-use names such as "swivi.test" are allowed: whether mail arrives is not checked
        # here.
        return validate_email(
            email.strip(), check_deliverability=False, test_environment=True
        ).normalized.lower()
    except EmailNotValidError:
        raise InvalidInput.of("email", "Enter an email address, like you@example.com.") from None


def parse_name(name: object) -> str:
    """Return a name for display. Raises InvalidInput."""
    return parse_line(
        name,
        "name",
        longest=LONGEST_NAME,
        otherwise=f"Enter a name of 1 to {LONGEST_NAME} characters.",
    )


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A checked sign-up with a hashed password."""

    email: str
    name: str
    password_hash: str


async def newcomer(*, email: object, password: object, name: object) -> NewAccount:
    """Check a sign-up.

    Raises InvalidInput with every invalid field, including the sentences of WeakPassword.

    Call it before the transaction: hashing is slow on purpose and must not hold SQLite's only
    writer.
    """
    checks: dict[str, Callable[[], str]] = {
        "email": lambda: parse_email(email),
        "name": lambda: parse_name(name),
        "password": lambda: passwords.check_strength(password, email),
    }
    checked = await off_loop(parse_all, checks)
    return NewAccount(
        checked["email"], checked["name"], await passwords.hash_password(checked["password"])
    )


async def sign_up(
    session: AsyncSession, who: NewAccount, role: Role = Role.CLIPPER, *, is_verified: bool = False
) -> User:
    """Create a user. `is_verified` skips the verification of the address. Raises EmailTaken."""
    if (await session.exec(select(User.id).where(User.email == who.email))).first():
        raise EmailTaken
    now = clock.now()
    user = User(
        email=who.email,
        name=who.name,
        password_hash=who.password_hash,
        role=role,
        created_at=now,
        verified_at=now if is_verified else None,
    )
    session.add(user)
    # The constraint refuses the second of two concurrent sign-ups with one address.
    with refused_as("uq_users_email", EmailTaken):
        await session.flush()
    audit_log.record(
        session,
        audit_log.entry(
            "user.created", "user", user.id, actor_id=user.id, after={"role": role}, row=user
        ),
    )
    return user


@dataclass(frozen=True, slots=True)
class Credentials:
    """An email and password that were checked.

    `password_hash` is the hash that matched. `renewed_hash` has today's parameters, or is None if
    the stored hash has them.
    """

    actor: Actor
    password_hash: str
    renewed_hash: str | None


async def authenticate(database: Database, *, email: object, password: object) -> Credentials:
    """Return the user of these credentials.

    Raises WrongCredentials, whatever was wrong, or Overloaded. No transaction is open while the
    password is compared, so callers must first call `must_still_hold` in the transaction that acts.
    The work is the same for known, unknown and disabled accounts, so that its duration reveals
    nothing.
    """
    if not isinstance(email, str) or not isinstance(password, str):
        raise WrongCredentials
    if len(email) > LONGEST_EMAIL or len(password) > passwords.LONGEST:
        raise WrongCredentials
    async with database.reading() as session:
        user = (
            await session.exec(select(User).where(User.email == email.strip().lower()))
        ).one_or_none()
    password_hash = "" if user is None else user.password_hash
    if not passwords.is_hash(password_hash):  # no user, or one without a password
        password_hash = passwords.nobodys_hash()
    is_right = await passwords.matches(password, password_hash)
    if (
        user is None
        or not is_right
        or user.status is not UserStatus.ACTIVE
        or user.pending_since is not None
    ):
        raise WrongCredentials
    is_outdated = passwords.is_outdated(password_hash)
    return Credentials(
        actor_of(user),
        password_hash,
        await passwords.hash_password(password) if is_outdated else None,
    )


async def must_still_hold(session: AsyncSession, checked: Credentials) -> None:
    """Lock the user and store their renewed hash.

    Raises WrongCredentials if the user changed since the check. A change of password, role or
    status ends all sessions, and a concurrent sign-in must not outlive it.
    """
    wanted = (checked.password_hash, checked.actor.role, UserStatus.ACTIVE)
    found = await session.exec(
        select(User).where(User.id == checked.actor.user_id).with_for_update(key_share=True)
    )
    user = found.one()
    await session.refresh(user)
    if (user.password_hash, user.role, user.status) != wanted:
        raise WrongCredentials
    if checked.renewed_hash is not None:
        user.password_hash = checked.renewed_hash


async def by_id(session: AsyncSession, user_id: int) -> User:
    """Return the user with this id. Raises NotFound."""
    user = await session.get(User, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    return user


async def by_email(session: AsyncSession, email: str) -> User:
    """Return the user with this address. Raises NotFound."""
    found = await session.exec(select(User).where(User.email == parse_email(email)))
    user = found.one_or_none()
    if user is None:
        raise NotFound(f"There is no user with the address {email}.")
    return user


async def admin_ids(session: AsyncSession) -> list[int]:
    """Return the ids of the active admins, for notifications."""
    return await _active_ids(session, Role.ADMIN)


async def clipper_ids(session: AsyncSession) -> list[int]:
    """Return the ids of the active clippers, for notifications."""
    return await _active_ids(session, Role.CLIPPER)


async def _active_ids(session: AsyncSession, role: Role) -> list[int]:
    found = await session.exec(
        select(User.id).where(User.role == role, User.status == UserStatus.ACTIVE)
    )
    return list(found.all())


async def set_role_and_status(
    session: AsyncSession, actor: Actor, user_id: int, *, role: Role, status: UserStatus
) -> User:
    """Change a user's role or status, as an admin. Admins cannot lock themselves out.

    Raises InvalidInput, NotFound, AdminsOnly. The last is also for an admin whom another admin
    changed meanwhile: otherwise two admins who demote each other would leave none.
    """
    actor.must_be_admin()
    if user_id == actor.user_id:
        raise InvalidInput.of("role", "You cannot change your own role or status.")
    # Lock both in the order of their ids, so that two admins who change each other do not deadlock.
    # The second one's audit entry then records the state after the first change (I14).
    ids = sorted({actor.user_id, user_id})
    locked = (
        select(User)
        .where(col(User.id).in_(ids))
        .order_by(col(User.id))
        .with_for_update(key_share=True)
    )
    found = {
        each.id: each
        for each in await session.exec(locked.execution_options(populate_existing=True))
    }
    changer, user = found.get(actor.user_id), found.get(user_id)
    if user is None:
        raise NotFound("There is no such user.")
    if changer is None or changer.role is not Role.ADMIN or changer.status is not UserStatus.ACTIVE:
        raise AdminsOnly
    before = {"role": user.role, "status": user.status}
    user.role, user.status = role, status
    if before != {"role": role, "status": status}:
        await sessions.end_ways_in(session, user_id)
    changes.mark(session, users=[user_id])
    audit_log.record(
        session,
        audit_log.entry(
            "user.changed",
            "user",
            user_id,
            actor_id=actor.user_id,
            before=before,
            after={"role": role, "status": status},
            row=user,
        ),
    )
    return user


async def add_views(session: AsyncSession, views: Mapping[int, int]) -> None:
    """Add views to each user's total (user id -> views). Negative numbers subtract."""
    await bulk.add_to_each(session, User.__table__, list(views.items()), "total_views")  # type: ignore[attr-defined]
