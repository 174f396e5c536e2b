"""Arguments for event handlers: a plausible value for each parameter, and malformed ones.

A parameter with a new name fails the tests until it has a plausible value here.
"""

import inspect
from collections.abc import Mapping
from typing import Any

from reflex_base.registry import RegistrationContext

import swivi.swivi
from swivi.pages.engine.gate import Access, access_of

assert swivi.swivi.app is not None

HANDLERS = {
    name: registered.handler
    for name, registered in RegistrationContext.get().event_handlers.items()
    if access_of(registered.handler) is not None
}
"""Our handlers by event name."""

PARAMETERS = {
    name: list(inspect.signature(handler.fn).parameters)[1:] for name, handler in HANDLERS.items()
}

PLAIN: Mapping[str, Any] = {
    "is_open": True,
    "picked": True,
    "amount": "20",
    "action": "approve",
    "target": "PAUSED",
    "key": "created_at",
    "name": "status",
    "value": "PENDING",
    "method": "paypal",
    "field": "email",
}

FORM: Mapping[str, Any] = {
    "title": "Taken over",
    "name": "Taken over",
    "brand": "Taken over",
    "budget": "100",
    "payout_rate": "2",
    "added": "100",
    "tiktok": True,
    "platforms": "tiktok",
    "status": "DISABLED",
    "role": "ADMIN",
    "reason": "Because.",
    "views": "1000000",
    "transaction_id": "TX-1",
    "search": "a",
    "amount": "20",
    "method": "paypal",
    "paypal.email": "bob@paypal.test",
    "platform": "youtube",
    "handle": "taken.over",
    "present": "wrong horse",
    "password": "battery staple correct",
    "again": "battery staple correct",
    "changes": "0",
    "scope": "WRITE",
    "days": "30",
    "links": "https://www.tiktok.com/@a/video/7592641437099999999",
    "link": "https://www.tiktok.com/@a/video/7592641437099999999",
    "starts_at": "2030-01-01T00:00",
}


def plausible(name: str, ids: Mapping[str, int]) -> dict[str, Any]:
    """Return arguments that act on the rows with these ids. Raise KeyError for a new parameter."""
    form = FORM | {"campaign": str(ids["campaign_id"])}
    known = {**PLAIN, **ids, "form_data": form}
    return {parameter: known[parameter] for parameter in PARAMETERS[name]}


def of(*accesses: Access) -> list[str]:
    """Return the handlers with these marks."""
    return [name for name, handler in HANDLERS.items() if access_of(handler) in accesses]


def qualname(name: str) -> str:
    """Return the handler's name in the log."""
    called: str = HANDLERS[name].fn.__qualname__
    return called


def nested(depth: int) -> Any:
    """Return lists nested this deep."""
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


NASTY: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    float("nan"),
    float("inf"),
    2**31,
    2**63,
    10**1000,
    "",
    " ",
    "0",
    "-1",
    "9" * 1000,
    "NaN",
    "٣",
    "x" * 2_000,
    "\x00",
    "\ud800",
    "‮\u0007",
    "'; DROP TABLE users; --",
    "<script>alert(1)</script>",
    "=1+1",
    [],
    {},
    [[]],
    {"": None},
    {"__class__": "x"},
    nested(50),
    {"key": nested(50)},
)
"""Malformed values for a parameter or a form field."""

FIELDS = (*FORM, "campaign", "campaign_id", "amount", "link", "requested", "kind", "id")


def nasty(name: str, ids: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return malformed calls of a handler: none, too many, and each argument malformed in turn."""
    usual = plausible(name, dict.fromkeys(ids, 0))
    calls = [{}, usual | {"more": 1, "self": None}, usual | {"state": {}, "": 1}]
    for parameter in usual:
        calls += [usual | {parameter: value} for value in NASTY]
        if parameter == "form_data":
            calls += [usual | {parameter: dict.fromkeys(FIELDS, value)} for value in NASTY]
    return calls
