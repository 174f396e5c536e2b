"""Reflex's app, with a cheaper way to push changes to thousands of tabs."""

from collections.abc import Awaitable, Callable
from typing import cast

import reflex as rx
from reflex.constants import SocketEvent
from reflex.state import StateUpdate
from reflex_base.event.context import EventContext
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from swivi.reflex_ext.mounts import match_every_path


class LiveApp(rx.App):
    """A Reflex app with `change`, a cheaper `modify_state`."""

    def __call__(self) -> ASGIApp:
        """Return the ASGI app.

        Reflex mounts our app in one of its own, and `Mount` answers some paths by itself. Each
        mount must pass every path on.
        """
        served: ASGIApp = super().__call__()
        assert isinstance(served, Starlette), "as Reflex 0.10.1 does without OpenTelemetry"
        for route in served.routes:
            assert isinstance(route, Mount), "it mounts our app, and has no route of its own"
            match_every_path(route)
        return served

    async def change(
        self, token: rx.BaseStateToken, change: Callable[[rx.State], Awaitable[None]]
    ) -> None:
        """Change a tab's state under its lock, then send the tab what changed.

        This copies `App.modify_state` of Reflex 0.10.1 without its last step. After each tab
        `modify_state` yields to the event loop, and that costs as much as the change: a context
        manager's generator and a stack to unwind. Callers that change many tabs have to yield
        themselves (see `swivi.runtime.live.turns`).
        """
        with self.set_contexts():
            outer = EventContext.set(EventContext.get().fork(token=token.ident))
            try:
                async with self.state_manager.modify_state_with_links(token) as state:
                    await change(cast(rx.State, state))
                    delta = await state._get_resolved_delta()
                    state._clean()  # type: ignore[no-untyped-call]
                    if delta:
                        await self._send(StateUpdate(delta=delta), token.ident)
            finally:
                EventContext.reset(outer)

    async def _send(self, update: StateUpdate, token: str) -> None:
        """Send an update as `EventNamespace.emit_update` does, without its turn of the loop."""
        namespace = self.event_namespace
        assert namespace is not None, "an app with state has a websocket"
        manager = namespace._token_manager
        socket = manager.token_to_socket.get(token)
        if socket is None or socket.instance_id != manager.instance_id:
            # Reflex knows how to reach a tab of another process.
            await namespace.emit_update(update, token)
        else:
            await namespace.emit(str(SocketEvent.EVENT), update, to=socket.sid)
