"""People and their ways in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from swivi.core.db import cents, choice, counted, digits, moment, reference, row_id
from swivi.core.money import Cents

LONGEST_EMAIL = 254
"""Characters of an address: https://www.rfc-editor.org/errata/eid1690"""


class Role(StrEnum):
    """What somebody may do."""

    CLIPPER = "CLIPPER"
    ADMIN = "ADMIN"


class UserStatus(StrEnum):
    """A disabled user cannot sign in and earns nothing new."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class TokenScope(StrEnum):
    """What an API token may do: READ ones only look."""

    READ = "READ"
    WRITE = "WRITE"


class User(SQLModel, table=True):
    """A person. The money columns are caches in cents that only the ledger writes."""

    __tablename__ = "users"
    __table_args__ = (
        Index("ix_users_role_status", "role", "status"),
        Index("ix_users_status_id", "status", "id"),
        CheckConstraint("paid >= 0 AND reserved >= 0", name="not_negative"),
        CheckConstraint("total_earnings - paid - reserved >= 0", name="available_not_negative"),
    )

    id: int = row_id()
    email: str = Field(unique=True)
    name: str
    password_hash: str
    role: Role = choice(Role, default=Role.CLIPPER)
    status: UserStatus = choice(UserStatus, default=UserStatus.ACTIVE)
    total_earnings: int = cents()
    paid: int = cents()
    reserved: int = cents()
    total_views: int = counted()
    """The sum of the peak views of this user's approved clips."""
    created_at: datetime = moment()
    verified_at: datetime | None = moment(nullable=True)
    """When it was known that mail to `email` reaches this person."""
    pending_since: datetime | None = moment(nullable=True)
    """Since when the account waits for the link in a mail to be opened; nobody can sign in until
    then.
    """
    ways_in_ended_at: datetime | None = moment(nullable=True)
    """When all ways into the account were last ended: links in mails that were asked for before
    open nothing.
    """

    @property
    def available(self) -> Cents:
        """What may be withdrawn: earned - paid - reserved."""
        return self.total_earnings - self.paid - self.reserved


_USERS = User.__table__  # type: ignore[attr-defined]

# By these, lists of those with most walk along an index to the few that they show; nobody else
# looks at them.
EARNINGS_DIGITS = digits(_USERS, "earnings_digits", "total_earnings")
VIEWS_DIGITS = digits(_USERS, "views_digits", "total_views")
AVAILABLE_DIGITS = digits(_USERS, "available_digits", "total_earnings - paid - reserved")
Index("ix_users_earnings_digits", EARNINGS_DIGITS)
Index("ix_users_views_digits", VIEWS_DIGITS)
Index("ix_users_available_digits", AVAILABLE_DIGITS)


class SignInSession(SQLModel, table=True):
    """A browser that is signed in. Only a hash of the cookie's token is stored."""

    __tablename__ = "sessions"

    id: int = row_id()
    user_id: int = reference("users.id", index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime = moment()
    expires_at: datetime = moment(index=True)
    user_agent: str = ""
    """What the browser called itself when it signed in, cut to a sane length; for its owner to
    recognise it by.
    """
    last_seen_at: datetime | None = moment(nullable=True)
    """When it last opened a page, to a few minutes."""
    proven_at: datetime | None = moment(nullable=True)
    """When its owner last entered the password in it."""


class ApiToken(SQLModel, table=True):
    """A program's way in, by `Authorization: Bearer`. Only a hash of the token is stored."""

    __tablename__ = "api_tokens"

    id: int = row_id()
    user_id: int = reference("users.id", index=True)
    name: str = ""
    """What its owner calls it; "" for those made by signing in."""
    scope: TokenScope = choice(TokenScope, default=TokenScope.WRITE)
    token_hash: str = Field(unique=True)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    last_used_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)
    session_hash: str | None = None
    """The `token_hash` of the session that it ends with; None for one that ends by itself."""
    made_with: int | None = counted(default=None, nullable=True)
    """The id of the token that asked for it: revoking that one revokes this one."""

    @property
    def ends_with_session(self) -> bool:
        """Whether it ends when its owner signs out in the browser that it was made in."""
        return self.session_hash is not None


class Authenticator(SQLModel, table=True):
    """An app that shows codes (TOTP, RFC 6238).

    Its key has to be there as it is, for the code to be computed.
    """

    __tablename__ = "authenticators"

    id: int = row_id()
    user_id: int = reference("users.id", unique=True)
    key: str
    last_step: int = counted(default=None)
    """The time step of the last code that was used: none up to it counts again."""
    created_at: datetime = moment()


class PendingAuthenticator(SQLModel, table=True):
    """A key that was shown to be taken into an app.

    It counts for nothing until a code proves that one has it.
    """

    __tablename__ = "pending_authenticators"

    id: int = row_id()
    user_id: int = reference("users.id", unique=True)
    key: str
    expires_at: datetime = moment()


class RecoveryCode(SQLModel, table=True):
    """Instead of the app's code, once.

    Only a hash is stored: it is as long and random as a token.
    """

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: int = row_id()
    user_id: int = reference("users.id")
    code_hash: str
    used_at: datetime | None = moment(nullable=True)


class HalfSignIn(SQLModel, table=True):
    """A browser whose owner gave the right password, and is asked for the code now.

    It opens nothing else.
    """

    __tablename__ = "half_sign_ins"

    id: int = row_id()
    user_id: int = reference("users.id")
    token_hash: str = Field(unique=True)
    expires_at: datetime = moment()


class SocialAccount(SQLModel, table=True):
    """A clipper's account on a platform, as they name it."""

    __tablename__ = "social_accounts"
    __table_args__ = (UniqueConstraint("user_id", "platform", "handle"),)

    id: int = row_id()
    user_id: int = reference("users.id")
    platform: str
    handle: str
    created_at: datetime = moment()
