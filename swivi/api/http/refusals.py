"""Declare which refusals an endpoint can answer with. The OpenAPI document lists them.

    @router.post("/{campaign_id}/archive")
    @refuses(NoSuchCampaign, WrongCampaignStatus)
    async def archive(...)

A dependency (`access.admin`, a rate limit) declares its refusals in the same way, and an endpoint
that depends on it has them too. Refusals that follow from a route's shape are added: a body can be
malformed, too large or invalid, and anything can fail. Every route refuses unknown query parameters
(`parameters.documented_only`).
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext

from swivi.core.errors import InvalidInput, SwiviError
from swivi.domain.accounts.errors import PasswordNeeded
from swivi.runtime import sensitive_actions

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of refusal.

    `meaning` is for who reads the document, `message` what a caller reads in an answer.
    """

    status: int
    code: str
    meaning: str
    message: str
    only_unsafe: bool = False
    """Whether only requests that change something can meet it."""

    @classmethod
    def of(cls, error: type[SwiviError]) -> Self:
        """Return the refusal that this error becomes. Its meaning is the first line of its
        docstring.
        """
        meaning = (error.__doc__ or error.code).partition("\n")[0]
        takes = inspect.signature(error).parameters.values()
        needs_words = any(
            each.default is each.empty and each.kind is not each.VAR_KEYWORD for each in takes
        )
        message = meaning if needs_words else error().sentence  # type: ignore[call-arg]
        return cls(error.status, error.code, meaning, message, getattr(error, "only_unsafe", False))


MALFORMED = Refusal(
    400, "malformed_body", "The body is not JSON, or its text cannot be stored.", "Not valid JSON."
)
TOO_LARGE = Refusal(
    413,
    "body_too_large",
    "The body is larger than the endpoint takes.",
    "The body is larger than 64 KB.",
)
INVALID = Refusal.of(InvalidInput)
FAILED = Refusal(
    500,
    "internal_error",
    "An internal error, which Swivi has logged.",
    "Something went wrong in Swivi.",
)


def refuses(*errors: type[SwiviError] | Refusal) -> Callable[[Endpoint], Endpoint]:
    """Declare what an endpoint or dependency can raise. Place it below the router's decorator."""

    def note(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__["refusals"] = errors
        return endpoint

    return note


def refusals_of(route: RouteContext) -> list[Refusal]:
    """Return everything that this route can refuse with, by status and code."""
    found = set(_said(route.dependant)) | _by_shape(route)
    if route.methods and route.methods <= SAFE_METHODS:
        found = {refusal for refusal in found if not refusal.only_unsafe}
    return sorted(found, key=lambda refusal: (refusal.status, refusal.code))


def _said(dependant: Dependant) -> Iterator[Refusal]:
    for error in getattr(dependant.call, "refusals", ()):
        yield error if isinstance(error, Refusal) else Refusal.of(error)
    for inner in dependant.dependencies:
        yield from _said(inner)


def _by_shape(route: RouteContext) -> set[Refusal]:
    shape = {FAILED}
    if any(
        sensitive_actions.may_need_proof(f"{method} {route.path}") for method in route.methods or ()
    ):
        shape |= {Refusal.of(PasswordNeeded)}
    if route.body_field is not None:
        shape |= {MALFORMED, TOO_LARGE, INVALID}
    return shape
