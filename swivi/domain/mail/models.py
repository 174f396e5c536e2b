"""Mails with a link in them: what is to be sent, and what the link still opens."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, SQLModel

from swivi.core.db import choice, moment, reference, row_id


class MailKind(StrEnum):
    """What the link in a mail is for."""

    VERIFY = "VERIFY"
    RESET = "RESET"
    TAKEN = "TAKEN"
    """To the owner of an address that somebody signed up with once more. Its link opens nothing."""


class Mail(SQLModel, table=True):
    """A mail to a user.

    Its text is stored nowhere: the link is made as it is sent, and only a hash of it is kept.
    """

    __tablename__ = "mails"

    id: int = row_id()
    user_id: int = reference("users.id", index=True)
    kind: MailKind = choice(MailKind)
    created_at: datetime = moment(index=True)
    next_attempt_at: datetime | None = moment(nullable=True, index=True)
    """None once it was sent or given up."""
    attempts: int = 0
    claim: str | None = None
    claimed_until: datetime | None = moment(nullable=True)
    sent_at: datetime | None = moment(nullable=True)
    error: str | None = None
    """What the last attempt failed with."""
    token_hash: str | None = Field(default=None, unique=True)
    password_then: str | None = None
    """A hash of the password's hash as the link was made: it opens nothing once the password is
    another one.
    """
    expires_at: datetime | None = moment(nullable=True)
    used_at: datetime | None = moment(nullable=True)
