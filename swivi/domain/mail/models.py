"""Mails that carry a link."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from swivi.core.db import choice, moment, reference, row_id


class MailKind(StrEnum):
    """The purpose of a mail's link."""

    VERIFY = "VERIFY"
    RESET = "RESET"
    TAKEN = "TAKEN"
    """Tells the owner of an address that someone signed up with it again. Its link has no token."""


class Mail(SQLModel, table=True):
    """A mail to a user.

    The text is not stored. The link is made at sending, and only its hash is kept.
    """

    __tablename__ = "mails"

    id: int = row_id()
    user_id: int = reference("users.id", index=True)
    kind: MailKind = choice(MailKind)
    created_at: datetime = moment(index=True)
    next_attempt_at: datetime | None = moment(nullable=True, index=True)
    """None after the mail was sent or given up."""
    attempts: int = 0
    claim: str | None = None
    claimed_until: datetime | None = moment(nullable=True)
    sent_at: datetime | None = moment(nullable=True)
    error: str | None = None
    """The error of the last attempt."""
    token_hash: str | None = Field(default=None, unique=True)
    password_then: str | None = None
    """A hash of the user's password hash when the link was made.

    A later password invalidates the link.
    """
    expires_at: datetime | None = moment(nullable=True)
    used_at: datetime | None = moment(nullable=True)
