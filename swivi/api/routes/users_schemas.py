"""Bodies and answers about users, signing in, and notifications."""

from datetime import datetime
from typing import Annotated, Self

from email_validator.rfc_constants import EMAIL_MAX_LENGTH
from pydantic import WithJsonSchema

from swivi import routes
from swivi.api.http.schemas import AnyCase, Body, Dollars, Id, Page, StrictBody, View, raw_words
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role, UserStatus
from swivi.domain.accounts.passwords import LONGEST, SHORTEST
from swivi.domain.accounts.service import LONGEST_NAME
from swivi.domain.notifications.models import Notification, NotificationKind
from swivi.insights.clippers.users import UserListRow


class SignUp(Body):
    """A new clipper."""

    email: Annotated[
        object, WithJsonSchema({"type": "string", "format": "email", "maxLength": EMAIL_MAX_LENGTH})
    ]
    password: Annotated[
        object, WithJsonSchema({"type": "string", "minLength": SHORTEST, "maxLength": LONGEST})
    ]
    name: Annotated[object, raw_words(LONGEST_NAME)]


class Credentials(Body):
    """Email and password.

    `code` comes from the app or is a recovery code. It is needed if two-step sign-in is on.
    """

    email: str
    password: str
    code: str | None = None


class Proof(StrictBody):
    """The password of the signed-in user."""

    password: Annotated[
        object, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST})
    ]


class Identity(View):
    """A user's own account."""

    id: Id
    email: str
    name: str
    role: Role


class SignUpStarted(View):
    """A mail was sent. The answer is the same for every address."""

    message: str


class Token(View):
    """An API token. It is shown only once."""

    token: str
    expires_at: datetime


class UserAccount(Identity):
    """A user as admins see them."""

    status: UserStatus
    total_earnings: Dollars
    paid: Dollars
    reserved: Dollars
    available: Dollars
    total_views: int
    created_at: datetime


class UserDetails(UserAccount):
    """A user in a list, with the number of their submissions."""

    submissions: int

    @classmethod
    def of(cls, row: UserListRow) -> Self:
        """Return the view of a row."""
        user = {name: getattr(row.user, name) for name in UserAccount.model_fields}
        return cls(**user, submissions=row.submissions)


class UserPage(Page[UserDetails]):
    """One page of users."""


class UserChange(StrictBody):
    """A user's new role, status, or both."""

    role: Annotated[Role | None, AnyCase] = None
    status: Annotated[UserStatus | None, AnyCase] = None


class UserNotification(View):
    """A notification. `readAt` is null until it is read."""

    id: Id
    kind: NotificationKind
    title: str
    body: str
    link: str
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, notification: Notification, reader: Actor) -> Self:
        """The notification as its reader sees it."""
        link = routes.of_notification(notification, reader.role)
        return cls.model_validate(notification).model_copy(update={"link": link})


class NotificationPage(Page[UserNotification]):
    """One page of notifications."""
