"""Users and their ways of signing in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from swivi.core.db import cents, choice, counted, digits, moment, reference, row_id
from swivi.core.money import Cents

LONGEST_EMAIL = 254
"""Characters of an address: https://www.rfc-editor.org/errata/eid1690"""


class Role(StrEnum):
    """What a user may do."""

    CLIPPER = "CLIPPER"
    ADMIN = "ADMIN"


class UserStatus(StrEnum):
    """A disabled user cannot sign in and earns nothing new."""

    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"


class TokenScope(StrEnum):
    """What an API token may do. READ tokens cannot change anything."""

    READ = "READ"
    WRITE = "WRITE"


class User(SQLModel, table=True):
    """A user. The money columns are caches in cents that only the ledger writes."""

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
    """When mail to `email` was known to reach the user."""
    pending_since: datetime | None = moment(nullable=True)
    """Since when the account awaits verification. Nobody can sign in until then."""
    ways_in_ended_at: datetime | None = moment(nullable=True)
    """When all ways into the account were last ended. Links requested before then are invalid."""

    @property
    def available(self) -> Cents:
        """Return what the user may withdraw, in cents: earned - paid - reserved."""
        return self.total_earnings - self.paid - self.reserved


_USERS = User.__table__  # type: ignore[attr-defined]

# For lists of the users with the largest amounts, which walk along an index instead of sorting all.
EARNINGS_DIGITS = digits(_USERS, "earnings_digits", "total_earnings")
VIEWS_DIGITS = digits(_USERS, "views_digits", "total_views")
AVAILABLE_DIGITS = digits(_USERS, "available_digits", "total_earnings - paid - reserved")
Index("ix_users_earnings_digits", EARNINGS_DIGITS)
Index("ix_users_views_digits", VIEWS_DIGITS)
Index("ix_users_available_digits", AVAILABLE_DIGITS)


class SignInSession(SQLModel, table=True):
    """A signed-in browser. Only a hash of the cookie's token is stored."""

    __tablename__ = "sessions"

    id: int = row_id()
    user_id: int = reference("users.id", index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime = moment()
    expires_at: datetime = moment(index=True)
    user_agent: str = ""
    """The browser's user agent at sign-in, cut to a bounded length.

    It helps the user recognise it.
    """
    last_seen_at: datetime | None = moment(nullable=True)
    """When it last opened a page, to within a few minutes."""
    proven_at: datetime | None = moment(nullable=True)
    """When the user last entered the password in it."""


class ApiToken(SQLModel, table=True):
    """A program's token, for `Authorization: Bearer`. Only its hash is stored."""

    __tablename__ = "api_tokens"

    id: int = row_id()
    user_id: int = reference("users.id", index=True)
    name: str = ""
    """The user's name for it. "" for tokens made by signing in."""
    scope: TokenScope = choice(TokenScope, default=TokenScope.WRITE)
    token_hash: str = Field(unique=True)
    created_at: datetime = moment()
    expires_at: datetime = moment()
    last_used_at: datetime | None = moment(nullable=True)
    revoked_at: datetime | None = moment(nullable=True)
    session_hash: str | None = None
    """The `token_hash` of the session that it ends with. None if it ends by itself."""
    made_with: int | None = counted(default=None, nullable=True)
    """The id of the token that created it. Revoking that one revokes this one."""

    @property
    def ends_with_session(self) -> bool:
        """Return whether the token ends when its user signs out of the session that created it."""
        return self.session_hash is not None


class Authenticator(SQLModel, table=True):
    """An app that shows codes (TOTP, RFC 6238).

    Its key is stored readable, because the server computes the codes.
    """

    __tablename__ = "authenticators"

    id: int = row_id()
    user_id: int = reference("users.id", unique=True)
    key: str
    last_step: int = counted(default=None)
    """The time step of the last used code. Codes of earlier steps are refused."""
    created_at: datetime = moment()


class PendingAuthenticator(SQLModel, table=True):
    """A key that was shown for setting up an app.

    It has no effect until a code proves that an app holds it.
    """

    __tablename__ = "pending_authenticators"

    id: int = row_id()
    user_id: int = reference("users.id", unique=True)
    key: str
    expires_at: datetime = moment()


class RecoveryCode(SQLModel, table=True):
    """A code that replaces the app's code once.

    Only a hash is stored. A fast hash is enough: the code is as long and random as a token.
    """

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)

    id: int = row_id()
    user_id: int = reference("users.id")
    code_hash: str
    used_at: datetime | None = moment(nullable=True)


class HalfSignIn(SQLModel, table=True):
    """A browser whose user gave the right password and now has to enter a code.

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
