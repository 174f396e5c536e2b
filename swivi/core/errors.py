"""The error tree. Every error that a user can meet carries a sentence for that user.

    SwiviError
    ├── InvalidInput          422  one or more fields are wrong; `fields` says which
    ├── NotSignedIn           401
    ├── NotAllowed            403
    ├── NotFound              404
    ├── Conflict              409  the request does not fit the present state
    ├── TooManyRequests       429
    └── Unavailable           503  something outside of Swivi did not answer

Each feature's `errors.py` adds leaves to this tree. The API, the pages and the command line answer
with any leaf without knowing it: `code` for programs, `str(error)` for users, `status` for HTTP.
"""

from collections.abc import Mapping


class SwiviError(Exception):
    """Root of the tree. Raise a leaf, never this."""

    code = "error"
    status = 500

    def __init__(self, sentence: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields: dict[str, str] = dict(fields or {})


class InvalidInput(SwiviError):
    """The input cannot be used. `fields` maps a field's name to what is wrong with it."""

    code = "invalid_input"
    status = 422

    @classmethod
    def of(cls, field: str, sentence: str) -> "InvalidInput":
        """Return the error of one field with one sentence."""
        return cls(sentence, fields={field: sentence})


class NotSignedIn(SwiviError):
    """There is no valid session or token."""

    code = "not_signed_in"
    status = 401

    def __init__(
        self, sentence: str = "Sign in first.", *, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence, fields=fields)


class NotAllowed(SwiviError):
    """The user is signed in, but their role does not permit the action."""

    code = "not_allowed"
    status = 403

    def __init__(
        self,
        sentence: str = "You are not allowed to do that.",
        *,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(sentence, fields=fields)


class NotFound(SwiviError):
    """The thing does not exist, or the user may not see it."""

    code = "not_found"
    status = 404


class Conflict(SwiviError):
    """The request is well formed, but does not fit the present state."""

    code = "conflict"
    status = 409


class TooManyRequests(SwiviError):
    """The user must slow down. `retry_after` is in seconds."""

    code = "too_many_requests"
    status = 429

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(SwiviError):
    """Something outside of Swivi did not answer. A later attempt may succeed."""

    code = "unavailable"
    status = 503
