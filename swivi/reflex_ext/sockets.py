"""The websocket's namespace, with hooks for what clients send and for tabs that close.

Reflex 0.10.1 trusts clients to send what its front end sends. It keeps an unknown event's name for
ever, and logs a malformed event with a stack trace and all of its content. It has no hook before
that, so `CheckedNamespace` overrides the methods of its namespace.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import reflex as rx
from reflex.app import EventNamespace
from reflex.constants import CompileVars, RouteVar
from reflex.event import Event, EventSpec
from reflex.state import StateUpdate
from socketio.exceptions import ConnectionRefusedError as SocketRefused
from socketio.packet import EVENT

from swivi.core.errors import InvalidInput
from swivi.reflex_ext.state_store import Owner, Store, store_of

MessageHandler: TypeAlias = Callable[[str, Any], Awaitable[None]]
OriginCheck: TypeAlias = Callable[[str, Any], bool]


class CheckedNamespace(EventNamespace, ABC):
    """Reflex's namespace behind hooks that a subclass fills in."""

    @abstractmethod
    def check_message(self, text: str) -> None:
        """Check a whole message before it is decoded. Raise ValueError to drop it."""

    @abstractmethod
    def note_undecodable(self, problem: Exception) -> None:
        """Log that a message was dropped because it cannot be decoded."""

    @abstractmethod
    def read_event(self, data: object) -> dict[str, Any]:
        """Return the fields of an event that Reflex may use. Raise InvalidInput."""

    @abstractmethod
    def refusal(self, problem: InvalidInput) -> EventSpec:
        """Return what a tab receives in place of an event that `read_event` refused."""

    @abstractmethod
    def kept_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the handshake's headers that the tab's state may keep."""

    @abstractmethod
    def tab_closed(self, token: str, client_ip: str) -> None:
        """React to the close of a tab's socket. Called in the event loop; returns at once."""

    def has_socket(self, token: str) -> bool:
        """Return whether a tab has a socket in this process."""
        return token in self._token_manager.token_to_socket

    def state_store(self, owner: Owner) -> Store:
        """Return the store of this app's tab states."""
        return store_of(self.app.state_manager, owner)

    async def on_connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        """Connect a tab, usually with its first event. Raise ConnectionRefusedError."""
        first_event = CompileVars.CONNECT_AUTH_EVENT
        if isinstance(auth, dict) and (first := auth.get(first_event)) is not None:
            try:
                auth = auth | {first_event: self.read_event(first)}
            except InvalidInput as problem:
                raise SocketRefused(problem.sentence) from None
        await super().on_connect(sid, environ, auth)

    def _build_static_router_data(self, sid: str, environ: dict[str, Any]) -> dict[str, Any]:
        """Reduce the handshake's data before Reflex copies it into the tab's state."""
        built: dict[str, Any] = super()._build_static_router_data(sid, environ)
        return built | {RouteVar.HEADERS: self.kept_headers(built[RouteVar.HEADERS])}

    def on_disconnect(self, sid: str) -> "asyncio.Task[None] | None":
        """Disconnect a tab, then call `tab_closed`."""
        token = self.sid_to_token.get(sid)
        client_ip = str(self._static_router_data.get(sid, {}).get(RouteVar.CLIENT_IP, ""))
        cleanup: asyncio.Task[None] | None = super().on_disconnect(sid)
        if token is not None:
            self.tab_closed(token, client_ip)
        return cleanup

    async def on_event(self, sid: str, data: Any = None) -> None:
        """Handle an event of a tab, or answer it with `refusal`."""
        try:
            event = self.read_event(data)
        except InvalidInput as problem:
            token = self.sid_to_token.get(sid)
            if token is not None:
                answer = Event.from_event_type(self.refusal(problem))
                await self.emit_update(StateUpdate(events=answer), token)
            return
        await super().on_event(sid, event)

    async def emit(self, event: str, data: Any = None, to: str | None = None, **more: Any) -> None:
        """Send an event. A message to one tab goes straight into that tab's queue.

        python-socketio's `AsyncManager.emit` starts a task for each recipient and waits for it,
        also if there is only one. Live updates have one recipient each, by the thousand.
        """
        recipient = (
            None if to is None or more else self.server.manager.eio_sid_from_sid(to, self.namespace)
        )
        if recipient is None:
            await super().emit(event, data, to, **more)
            return
        packet = self.server.packet_class(EVENT, namespace=self.namespace, data=[event, data])
        await self.server.eio.send(recipient, packet.encode())


def install(app: rx.App, namespace: type[CheckedNamespace], is_allowed: OriginCheck) -> None:
    """Replace Reflex's namespace, guard the decoding of messages, and check origins.

    `is_allowed(origin, environ)` says whether a page of this origin may connect. Reflex creates its
    namespace in the app's constructor, without a setting for the class. Its setting for origins is
    a list, which cannot say "the origin that the page was opened under".
    """
    assert app.sio is not None, "a Reflex app with state has a websocket"
    assert app.event_namespace is not None
    checked = namespace(app.event_namespace.namespace, app)
    app._event_namespace = checked
    app.sio.register_namespace(checked)
    engine = app.sio.eio
    engine.cors_allowed_origins = is_allowed
    engine.on("message", _guarded(engine.handlers["message"], checked))


def _guarded(handle: MessageHandler, namespace: CheckedNamespace) -> MessageHandler:
    """Return python-socketio's message handler, which logs undecodable messages in one line.

    By itself it raises out of the connection, and Engine.IO logs a stack trace.
    """

    async def handle_message(engine_sid: str, data: Any) -> None:
        try:
            namespace.check_message(str(data))
            await handle(engine_sid, data)
        except (ValueError, TypeError, LookupError, RecursionError) as problem:
            namespace.note_undecodable(problem)

    return handle_message
