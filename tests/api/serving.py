"""The API over real HTTP inside the test process, with people, campaigns and money in it."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import delete, update
from sqlmodel import col
from starlette.applications import Starlette

from swivi.api.app import mounted_api
from swivi.demo.simulator import simulator_server
from swivi.domain.accounts import tokens
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import ApiToken, Role, User, UserStatus
from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import Runtime, open_runtime
from swivi.settings import Settings
from tests import factories
from tests.servers import free_port
from tests.simulator import RunningSimulator

HOST = "127.0.0.1"
CRON_SECRET = "cron-secret-of-32-characters-or-more"

Result = TypeVar("Result")


@dataclass
class World:
    """Who there is."""

    admin: Actor
    clipper: Actor


class ServedApi:
    """A running API; `url` ends in /api.

    Everything of it lives in the loop of a thread of its own.
    """

    def __init__(self, settings: Settings, simulator: RunningSimulator) -> None:
        self._port = free_port()
        self.url = f"http://{HOST}:{self._port}/api"
        self._simulator = simulator
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="served api", daemon=True
        )

    def run(self, work: Coroutine[Any, Any, Result], seconds: float = 60) -> Result:
        """Do this in the API's loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(seconds)

    def start(self) -> None:
        """Returns when people and campaigns are there and the API answers."""
        self._thread.start()
        self.run(self._open())

    def stop(self) -> None:
        """Ends it."""
        self.run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def callers(self) -> dict[str, dict[str, str]]:
        """The headers of everybody who may call: each is active, in their role, and has a token,
        whatever was done.
        """
        return self.run(self._callers())

    async def _open(self) -> None:
        self._opened: AbstractAsyncContextManager[Runtime] = open_runtime(self._settings)
        self._runtime = await self._opened.__aenter__()
        self._world = await self._people_and_money()
        self._runtime.schedule.start()
        app = Starlette(routes=[mounted_api()])
        self._server = simulator_server(app, self._port)
        self._serving = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(60):
            while not self._server.started:  # noqa: ASYNC110 - uvicorn has no hook for this moment
                await asyncio.sleep(0.01)

    async def _close(self) -> None:
        self._server.should_exit = True
        await self._serving
        self._runtime.schedule.stop()
        await self._opened.__aexit__(None, None, None)

    async def _people_and_money(self) -> World:
        database = self._runtime.database
        admin = await factories.an_admin(database)
        clipper = await factories.a_clipper(database)
        campaign = await factories.a_campaign(database, admin, budget="1000")
        other = await factories.a_campaign(database, admin, title="Winter Calm", status="DRAFT")
        assert (admin.user_id, clipper.user_id, campaign.id, other.id) == (1, 2, 1, 2)
        await factories.a_clip(database, clipper, admin, campaign, factories.tiktok(1))
        await factories.a_submission(database, clipper, campaign, factories.youtube(2), baseline=7)
        self._simulator.script(factories.tiktok(1), 40_000)
        await self._runtime.tracker.run(Trigger.CLI)
        return World(admin, clipper)

    async def _callers(self) -> dict[str, dict[str, str]]:
        issued = {}
        async with self._runtime.database.writing() as session:
            for person, role in (
                (self._world.admin, Role.ADMIN),
                (self._world.clipper, Role.CLIPPER),
            ):
                await session.execute(
                    update(User)
                    .where(col(User.id) == person.user_id)
                    .values(role=role, status=UserStatus.ACTIVE)
                )
                await session.execute(
                    delete(ApiToken).where(col(ApiToken.user_id) == person.user_id)
                )
                issued[role.lower()] = (await tokens.issue(session, person.user_id)).token
        bearers = issued | {"scheduler": CRON_SECRET}
        return {"guest": {}} | {
            name: {"Authorization": f"Bearer {token}"} for name, token in bearers.items()
        }


@contextmanager
def served_api(settings: Settings, simulator: RunningSimulator) -> Iterator[ServedApi]:
    """A running API for the block."""
    api = ServedApi(settings, simulator)
    api.start()
    try:
        yield api
    finally:
        api.stop()
