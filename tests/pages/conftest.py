"""A browser's tab without the browser: the states of the pages, with a session's cookie."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import pytest
import reflex as rx
from reflex.constants import RouteVar

from swivi.domain.accounts import sessions
from swivi.domain.accounts.actor import Actor
from swivi.pages.engine.inbox import kept_headers
from swivi.pages.engine.session import end
from swivi.reflex_ext.live_app import LiveApp
from swivi.runtime.live import hub
from swivi.runtime.live.hub import Hub
from tests.live import running
from tests.world import World
from tests.world import open_world as open_world
from tests.world import world as world

State = TypeVar("State", bound=rx.State)

TAB = "tab"
"""Its client token."""


class Tab:
    """The states of one tab. `cookie` is what its websocket's handshake brought."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._root = rx.State(_reflex_internal_init=True)
        self._router: dict[str, Any] = {}
        self._route({RouteVar.CLIENT_TOKEN: TAB})

    async def sign_in(self, actor: Actor | None) -> None:
        """From now on the cookie is this actor's; None signs out."""
        cookie = ""
        if actor is not None:
            async with self._world.database.writing() as session:
                token = await sessions.open_session(session, actor.user_id)
                cookie = f"{sessions.SESSION_COOKIE}={token}"
        self.bring(cookie)

    def bring(self, cookie: str) -> None:
        """Connect with this cookie header."""
        self._route(
            {RouteVar.HEADERS: kept_headers({"cookie": cookie, "origin": "http://swivi.test"})}
        )

    def visit(self, address: str) -> None:
        """Be at this path and query."""
        path, _, query = address.partition("?")
        parameters = dict(pair.split("=") for pair in query.split("&")) if query else {}
        self._route({RouteVar.PATH: path, RouteVar.ORIGIN: address, RouteVar.QUERY: parameters})

    @contextmanager
    def live(self) -> Iterator[None]:
        """Within the block what this process commits is pushed to the tab."""
        database, pushing = (
            self._world.database,
            Hub(cast(LiveApp, self), self._world.database, end),
        )
        database.listeners.append(pushing.notice)
        hub.start(pushing)
        with running(pushing):
            yield
        hub.stop(pushing)
        database.listeners.remove(pushing.notice)

    @property
    def event_namespace(self) -> SimpleNamespace:
        """As the app: this tab is connected."""
        return SimpleNamespace(token_to_sid={TAB: "1"})

    async def change(
        self, token: rx.BaseStateToken, change: Callable[[Any], Awaitable[None]]
    ) -> None:
        """As the app: the tab's states."""
        await change(SimpleNamespace(router_data=True, get_state=self._root.get_state))

    async def state(self, kind: type[State]) -> State:
        """One of the tab's states."""
        return await self._root.get_state(kind)

    def _route(self, changes: dict[str, Any]) -> None:
        self._router = self._root._update_router_vars(self._router | changes, self._router)


async def happens(handler: Callable[..., Any], *arguments: object) -> list[Any]:
    """Call an event handler of a state as its event would; what it returned or yielded, if
    anything.
    """
    outcome = handler(*arguments)
    if isinstance(outcome, AsyncIterator):
        return [event async for event in outcome if event is not None]
    returned = await outcome
    return [] if returned is None else [returned]


@pytest.fixture
def tab(world: World) -> Tab:
    return Tab(world)


@pytest.fixture
async def clippers_tab(world: World, tab: Tab) -> Tab:
    await tab.sign_in(world.clipper)
    return tab
