"""How an attempt to read a video can end."""

from enum import StrEnum


class Outcome(StrEnum):
    """How one attempt to read a video ended. Null is not zero, and missing is not deleted."""

    OK = "ok"
    NOT_FOUND = "not_found"
    PRIVATE = "private"
    """Not public. Also used where the platform cannot tell private from deleted."""
    RESTRICTED = "restricted"
    ERROR = "error"
    MISSING = "missing"
    """Requested, but not among the results."""

    @property
    def transient(self) -> bool:
        """Whether a later attempt may succeed."""
        return self in (Outcome.ERROR, Outcome.MISSING)
