"""What comes in through a page's websocket: an event of ours with arguments that it has, or
nothing.

Reflex 0.10.1 takes what clients send for what its front end sends: an event that nobody knows stays
in its books for ever, a wrong shape ends in a stack trace in the log with all that was sent.
"""

import asyncio
import inspect
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, cached_property
from itertools import chain
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from reflex.app import App, EventNamespace
from reflex.constants import RouteVar
from reflex.state import StateUpdate
from reflex_base.event import Event, EventHandler
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import sanitize_client_log_value
from socketio.exceptions import ConnectionRefusedError as NotConnected
from socketio.packet import EVENT

from swivi.core.addresses import network_of
from swivi.core.errors import InvalidInput
from swivi.core.json_bounds import check_shape
from swivi.core.text import is_storable
from swivi.domain.accounts.flash import FLASH_COOKIE
from swivi.domain.accounts.sessions import SESSION_COOKIE, cookie_in, hash_token
from swivi.pages.engine.guest_states import ClosedGuestTabs
from swivi.ui.feedback import toast_error

log = logging.getLogger("swivi.inbox")

DEEPEST_MESSAGE = 950
"""The same of a whole message before it is parsed, near what Python's parser can do.

Deep events are refused with words on the page; what is deeper than this costs a line in the log.
"""

DEEPEST = 10
"""Lists and objects within each other; our forms have two levels."""

LARGEST_NUMBER = 2**63
SPLAT = "splat"
"""The parts of an address that no page has, which the page for those is told as a list."""

LONGEST_ADDRESS = 4_096
"""Characters of a page's path, its address and its query, which browsers send twice, all together.
"""

MessageHandler = Callable[[str, Any], Awaitable[None]]


class Unreadable(InvalidInput):
    """What was sent is no event of ours; `why` is for the log."""

    code = "unreadable"

    def __init__(self, why: str) -> None:
        super().__init__("This page is out of step with the server. Reload it, please.")
        self.why = why


class Inbox(EventNamespace):
    """Reflex's namespace, behind a check of all that clients send."""

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        """A page enters, mostly with its first event. Raises ConnectionRefusedError."""
        if isinstance(auth, dict) and (first := auth.get("event")) is not None:
            try:
                auth = auth | {"event": readable(first)}
            except Unreadable as wrong:
                log.warning("Refused a page's first event: %s", wrong.why)
                raise NotConnected(wrong.sentence) from None
        await super().on_connect(sid, environ, auth)

    def _build_static_router_data(self, sid: str, environ: dict[str, Any]) -> dict[str, Any]:
        """What a tab's state keeps of its handshake: see `kept_headers`."""
        built: dict[str, Any] = super()._build_static_router_data(sid, environ)
        return built | {RouteVar.HEADERS: kept_headers(built[RouteVar.HEADERS])}

    def on_disconnect(self, sid: str) -> "asyncio.Task[None] | None":
        """A page leaves; a guest's state is forgotten soon (see `guests`)."""
        tab = self.sid_to_token.get(sid)
        network = network_of(str(self._static_router_data.get(sid, {}).get(RouteVar.CLIENT_IP, "")))
        cleaning_up: asyncio.Task[None] | None = super().on_disconnect(sid)
        if tab is not None:
            self._guests.leave(tab, network)
        return cleaning_up

    @cached_property
    def _guests(self) -> ClosedGuestTabs:
        return ClosedGuestTabs(
            self.app.state_manager, lambda tab: tab in self._token_manager.token_to_socket
        )

    async def on_event(self, sid: str, data: Any = None) -> None:
        """A page sends an event; one that cannot be read is refused with words on the page."""
        try:
            event = readable(data)
        except Unreadable as wrong:
            log.warning("Refused an event: %s", wrong.why)
            token = self.sid_to_token.get(sid)
            if token is not None:
                toast = Event.from_event_type(toast_error(wrong.sentence))
                await self.emit_update(StateUpdate(events=toast), token)
            return
        await super().on_event(sid, event)

    async def emit(self, event: str, data: Any = None, to: str | None = None, **more: Any) -> None:
        """To one tab straight into its queue: Socket.IO would start a task for it, as it does for
        many, and wait.
        """
        recipient = (
            None if to is None or more else self.server.manager.eio_sid_from_sid(to, self.namespace)
        )
        if recipient is None:
            await super().emit(event, data, to, **more)
            return
        packet = self.server.packet_class(EVENT, namespace=self.namespace, data=[event, data])
        await self.server.eio.send(recipient, packet.encode())


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return what a state may keep of a handshake's headers.

    States are kept in Redis, so none of them holds a credential. The session cookie is replaced by
    its hash, which the database has too and which opens nothing. Of other headers, Reflex reads the
    origin alone.
    """
    sent = headers.get("cookie", "")
    kept = {SESSION_COOKIE: hash_token(cookie) if (cookie := cookie_in(sent)) else ""}
    kept[FLASH_COOKIE] = cookie_in(sent, FLASH_COOKIE)
    cookie = "; ".join(f"{name}={value}" for name, value in kept.items() if value)
    return {"origin": headers.get("origin", ""), "cookie": cookie}


def install(app: App) -> None:
    """Put the inbox in the place of Reflex's own namespace."""
    assert app.sio is not None, "a Reflex app with state has a websocket"
    assert app.event_namespace is not None
    inbox = Inbox(app.event_namespace.namespace, app)
    app._event_namespace = inbox  # noqa: SLF001 - Reflex 0.10.1 takes no namespace
    app.sio.register_namespace(inbox)
    engine = app.sio.eio
    engine.on("message", _decodable(engine.handlers["message"]))


def _decodable(handle: MessageHandler) -> MessageHandler:
    """What is no JSON, or too deep to be read, costs a line in the log instead of a stack trace."""

    async def handle_message(engine_sid: str, data: Any) -> None:
        try:
            check_shape(str(data), max_depth=DEEPEST_MESSAGE)
            await handle(engine_sid, data)
        except (ValueError, TypeError, LookupError, RecursionError) as problem:
            log.warning("Refused a message that cannot be read: %s", type(problem).__name__)

    return handle_message


def readable(data: object) -> dict[str, Any]:
    """The event that a page sent, with what Reflex needs of it and no more. Raises Unreadable."""
    if not isinstance(data, dict):
        raise Unreadable("it is no event")
    payload, place = data.get("payload", {}), data.get("router_data", {})
    if not isinstance(payload, dict) or not isinstance(place, dict):
        raise Unreadable("its parts are no objects")
    name = data.get("name")
    registered = (
        RegistrationContext.get().event_handlers.get(name) if isinstance(name, str) else None
    )
    if registered is None:
        raise Unreadable(f"nobody knows {sanitize_client_log_value(name, 100)}")
    _must_fit(registered.handler, payload)
    _must_be_plain(payload, DEEPEST)
    return {"name": name, "payload": payload, "router_data": _place(place)}


def _must_fit(handler: EventHandler, payload: Mapping[str, Any]) -> None:
    called, (needed, hints) = handler.fn.__qualname__, _parameters(handler.fn)
    if not needed <= payload.keys() <= hints.keys():
        raise Unreadable(f"{called} has other arguments")
    if not all(_is_one(value, hints[name]) for name, value in payload.items()):
        raise Unreadable(f"{called} has arguments of other types")


@cache
def _parameters(handler: Callable[..., Any]) -> tuple[frozenset[str], Mapping[str, Any]]:
    """The arguments that a handler needs, and the types of all that it takes."""
    taken = list(inspect.signature(handler).parameters.values())[1:]
    hints = get_type_hints(handler)
    needed = frozenset(one.name for one in taken if one.default is inspect.Parameter.empty)
    return needed, {one.name: hints.get(one.name, object) for one in taken}


def _is_one(value: object, hint: Any) -> bool:
    """Whether a value out of JSON is what an argument's type says, as far down as its outermost
    layer.
    """
    if hint is Any:
        return True
    if isinstance(hint, UnionType):
        return any(_is_one(value, one) for one in get_args(hint))
    return isinstance(value, get_origin(hint) or hint)


def _must_be_plain(value: object, levels: int) -> None:
    """JSON of sane depth, numbers and characters. Raises Unreadable."""
    match value:
        case str():
            if not is_storable(value):
                raise Unreadable("it holds characters that are none")
        case int() | float():
            if abs(value) >= LARGEST_NUMBER or not math.isfinite(value):
                raise Unreadable("it holds a number that is none")
        case dict() | list():
            if not levels:
                raise Unreadable("it is too deep")
            for inner in [*value.keys(), *value.values()] if isinstance(value, dict) else value:
                _must_be_plain(inner, levels - 1)


def _place(place: Mapping[str, object]) -> dict[str, Any]:
    """Where the page is, in a shape that Reflex can read."""
    path, address, query = (
        place.get("pathname", "/"),
        place.get("asPath", "/"),
        place.get("query", {}),
    )
    if not isinstance(path, str) or not isinstance(address, str) or not isinstance(query, dict):
        raise Unreadable("its place is none")
    words = [query[name] if name == SPLAT else [query[name]] for name in query]
    if not all(
        isinstance(word, list) and all(isinstance(part, str) for part in word) for word in words
    ):
        raise Unreadable("its place's query is none")
    _must_be_plain([path, address, query], DEEPEST)
    # The state keeps the place for as long as it lives, so its every part counts.
    written = [path, address, *query, *chain.from_iterable(words)]
    if sum(map(len, written)) > LONGEST_ADDRESS or not (path + address).isprintable():
        raise Unreadable("its place is too long")
    if not path.startswith("/") or not address.startswith("/"):
        raise Unreadable("its place is no path")  # such as [::1, which no URL can be made of
    return {"pathname": path, "asPath": address, "query": query}
