"""The inbox: accepts only events that exist, with arguments that fit their handler.

It also keeps credentials out of the tabs' states. See `swivi.reflex_ext.sockets` for what Reflex
does with messages by itself.
"""

import inspect
import logging
import math
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from itertools import chain
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from reflex.event import EventHandler, EventSpec

from swivi.core.addresses import network_of
from swivi.core.errors import InvalidInput
from swivi.core.json_bounds import check_shape
from swivi.core.text import is_storable
from swivi.domain.accounts.flash import FLASH_COOKIE
from swivi.domain.accounts.sessions import SESSION_COOKIE, cookie_in, hash_token
from swivi.pages.engine.guest_states import OWNER, ClosedGuestTabs
from swivi.reflex_ext import handlers
from swivi.reflex_ext.client_text import printable
from swivi.reflex_ext.sockets import CheckedNamespace
from swivi.ui.feedback import toast_error

log = logging.getLogger("swivi.inbox")

DEEPEST_MESSAGE = 950
"""Nesting of a whole message before it is decoded; Python's parser can do little more.

An event deeper than `DEEPEST` is refused with a toast. A message deeper than this one is dropped
with a line in the log.
"""

DEEPEST = 10
"""Nesting of an event's payload. Our forms have two levels."""

LARGEST_NUMBER = 2**63
SPLAT = "splat"
"""The query parameter of the not-found page. React Router sends the parts of the path as a list."""

LONGEST_ADDRESS = 4_096
"""Characters of a page's path, address and query together. Browsers send the query twice."""


class Unreadable(InvalidInput):
    """The message is no event that a page of ours sends. `why` is for the log."""

    code = "unreadable"

    def __init__(self, why: str) -> None:
        super().__init__("This page is out of date. Reload it and try again.")
        self.why = why


class Inbox(CheckedNamespace):
    """The websocket's namespace, with our checks."""

    def check_message(self, text: str) -> None:
        """Check the nesting of a message. Raise ValueError."""
        check_shape(text, max_depth=DEEPEST_MESSAGE)

    def note_undecodable(self, problem: Exception) -> None:
        """Log a message that was dropped."""
        log.warning("Refused a message that cannot be read: %s", type(problem).__name__)

    def read_event(self, data: object) -> dict[str, Any]:
        """Return the fields of an event, and log a refusal. Raise Unreadable."""
        try:
            return readable(data)
        except Unreadable as problem:
            log.warning("Refused an event: %s", problem.why)
            raise

    def refusal(self, problem: InvalidInput) -> EventSpec:
        """Return a toast that tells the user to reload."""
        return toast_error(problem.sentence)

    def kept_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that a state may keep."""
        return kept_headers(headers)

    def tab_closed(self, token: str, client_ip: str) -> None:
        """Let a guest's state expire soon."""
        self._guests.leave(token, network_of(client_ip))

    @cached_property
    def _guests(self) -> ClosedGuestTabs:
        return ClosedGuestTabs(self.state_store(OWNER), self.has_socket)


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a handshake that a state may keep.

    States are kept in Redis, so they hold no credential. The session cookie is replaced by its
    hash, which the database has too and which opens nothing. Of the other headers Reflex needs only
    the origin.
    """
    sent = headers.get("cookie", "")
    kept = {SESSION_COOKIE: hash_token(cookie) if (cookie := cookie_in(sent)) else ""}
    kept[FLASH_COOKIE] = cookie_in(sent, FLASH_COOKIE)
    cookie = "; ".join(f"{name}={value}" for name, value in kept.items() if value)
    return {"origin": headers.get("origin", ""), "cookie": cookie}


def readable(data: object) -> dict[str, Any]:
    """Return the fields of an event that Reflex needs, and no others. Raise Unreadable."""
    if not isinstance(data, dict):
        raise Unreadable("the event is no object")
    payload, place = data.get("payload", {}), data.get("router_data", {})
    if not isinstance(payload, dict) or not isinstance(place, dict):
        raise Unreadable("payload or router_data is no object")
    name = data.get("name")
    handler = handlers.find(name) if isinstance(name, str) else None
    if handler is None:
        raise Unreadable(f"no handler is called {printable(name, 100)}")
    _must_fit(handler, payload)
    _must_be_plain(payload, DEEPEST)
    return {"name": name, "payload": payload, "router_data": _place(place)}


def _must_fit(handler: EventHandler, payload: Mapping[str, Any]) -> None:
    """Check names and types of the arguments. Raise Unreadable."""
    called, (required, hints) = handler.fn.__qualname__, _parameters(handler.fn)
    if not required <= payload.keys() <= hints.keys():
        raise Unreadable(f"{called} takes other arguments")
    if not all(_fits(value, hints[name]) for name, value in payload.items()):
        raise Unreadable(f"{called} takes arguments of other types")


@cache
def _parameters(handler: Callable[..., Any]) -> tuple[frozenset[str], Mapping[str, Any]]:
    """Return the names of a handler's required arguments, and the types of all its arguments."""
    parameters = list(inspect.signature(handler).parameters.values())[1:]
    hints = get_type_hints(handler)
    required = frozenset(one.name for one in parameters if one.default is inspect.Parameter.empty)
    return required, {one.name: hints.get(one.name, object) for one in parameters}


def _fits(value: object, hint: Any) -> bool:
    """Return whether a JSON value has an argument's type, without looking into lists or objects."""
    if hint is Any:
        return True
    if isinstance(hint, UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    return isinstance(value, get_origin(hint) or hint)


def _must_be_plain(value: object, levels: int) -> None:
    """Check depth, numbers and characters of a JSON value. Raise Unreadable."""
    match value:
        case str():
            if not is_storable(value):
                raise Unreadable("a text has invalid characters")
        case int() | float():
            if abs(value) >= LARGEST_NUMBER or not math.isfinite(value):
                raise Unreadable("a number is out of range")
        case dict() | list():
            if not levels:
                raise Unreadable("the payload is nested too deep")
            for inner in [*value.keys(), *value.values()] if isinstance(value, dict) else value:
                _must_be_plain(inner, levels - 1)


def _place(place: Mapping[str, object]) -> dict[str, Any]:
    """Return path, address and query of the page, in the shape that Reflex reads.

    Raise Unreadable.
    """
    path = place.get("pathname", "/")
    address = place.get("asPath", "/")
    query = place.get("query", {})
    if not isinstance(path, str) or not isinstance(address, str) or not isinstance(query, dict):
        raise Unreadable("path, address or query has another type")
    words = [query[name] if name == SPLAT else [query[name]] for name in query]
    if not all(
        isinstance(word, list) and all(isinstance(part, str) for part in word) for word in words
    ):
        raise Unreadable("a query parameter is no text")
    _must_be_plain([path, address, query], DEEPEST)
    # The state keeps all of it for as long as it lives.
    written = [path, address, *query, *chain.from_iterable(words)]
    if sum(map(len, written)) > LONGEST_ADDRESS or not (path + address).isprintable():
        raise Unreadable("the address is too long or not printable")
    # Such as "[::1", of which no URL can be made.
    if not path.startswith("/") or not address.startswith("/"):
        raise Unreadable("the address is no path")
    return {"pathname": path, "asPath": address, "query": query}
