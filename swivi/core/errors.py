"""The error tree. Every error a person can meet carries a sentence fit for that person.

    SwiviError
    ├── InvalidInput          422  one or more fields are wrong; `fields` says which
    ├── NotSignedIn           401
    ├── NotAllowed            403
    ├── NotFound              404
    ├── Conflict              409  what was asked does not fit the present state
    ├── TooManyRequests       429
    └── Unavailable           503  something outside of Swivi did not answer

Each feature's `errors.py` grows leaves on this tree; doors (API, pages, command line) turn any leaf
into an answer without knowing it: `code` for programs, `str(error)` for people, `status` for HTTP.
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
    """What was typed cannot be used. `fields` maps a field's name to what is wrong with it."""

    code = "invalid_input"
    status = 422

    @classmethod
    def of(cls, field: str, sentence: str) -> "InvalidInput":
        """The common case: one field, one sentence."""
        return cls(sentence, fields={field: sentence})


class NotSignedIn(SwiviError):
    """There is no valid session or token."""

    code = "not_signed_in"
    status = 401

    def __init__(
        self, sentence: str = "Please sign in first.", *, fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(sentence, fields=fields)


class NotAllowed(SwiviError):
    """Signed in, but this role or this person may not do that."""

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
    """No such thing, or none that this person may see."""

    code = "not_found"
    status = 404


class Conflict(SwiviError):
    """The request is well formed, but the state of things refuses it."""

    code = "conflict"
    status = 409


class TooManyRequests(SwiviError):
    """Slow down. `retry_after` is in seconds."""

    code = "too_many_requests"
    status = 429

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(SwiviError):
    """Something outside of Swivi did not answer; trying again later may help."""

    code = "unavailable"
    status = 503
