"""Reflex's app, whose tabs can be changed by the thousand."""

from collections.abc import Awaitable, Callable

import reflex as rx
from reflex.constants import SocketEvent
from reflex.state import BaseState, StateUpdate
from reflex_base.event.context import EventContext
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from swivi.core.asgi import match_every_path


class LiveApp(rx.App):
    """With a quicker way than `modify_state` to change what a tab shows."""

    def __call__(self) -> ASGIApp:
        """Return the ASGI app.

        Reflex mounts ours in one of its own, which must leave every path to it.
        """
        served: ASGIApp = super().__call__()
        assert isinstance(served, Starlette), "as Reflex 0.10.1 does without OpenTelemetry"
        for route in served.routes:
            assert isinstance(route, Mount), "it mounts our app, and has no route of its own"
            match_every_path(route)
        return served

    async def change(
        self, token: rx.BaseStateToken, change: Callable[[BaseState], Awaitable[None]]
    ) -> None:
        """Change a tab's state, which nobody else has meanwhile, and send it what changed.

        It does what `App.modify_state` of Reflex 0.10.1 does, in the same order, but for that one's
        last step: after each tab it gives the loop a turn, and that, with a generator and a stack
        to unwind, costs as much as the change itself. Whoever changes many tabs sees to it that
        others have their turns: see `swivi.runtime.live.turns`.
        """
        with self.set_contexts():
            outer = EventContext.set(EventContext.get().fork(token=token.ident))
            try:
                async with self.state_manager.modify_state_with_links(token) as state:
                    await change(state)
                    delta = await state._get_resolved_delta()  # noqa: SLF001 - as modify_state
                    state._clean()  # type: ignore[no-untyped-call]  # noqa: SLF001
                    if delta:
                        await self._send(StateUpdate(delta=delta), token.ident)
            finally:
                EventContext.reset(outer)

    async def _send(self, update: StateUpdate, tab: str) -> None:
        namespace = self.event_namespace
        assert namespace is not None, "an app with state has a websocket"
        known = namespace._token_manager  # noqa: SLF001 - as emit_update
        socket = known.token_to_socket.get(tab)
        if socket is None or socket.instance_id != known.instance_id:
            await namespace.emit_update(
                update, tab
            )  # which knows the way to another process's tabs
        else:
            await namespace.emit(str(SocketEvent.EVENT), update, to=socket.sid)
