"""A tracking run that is killed anywhere and resumed ends like one that never was (I5, I6), at no
extra cost.
"""

from collections import Counter, OrderedDict
from dataclasses import replace
from datetime import timedelta

import pytest

from swivi.core import clock
from swivi.domain.tracking.models import TrackingRun
from swivi.runtime.runtime import Runtime, open_runtime
from swivi.settings import Settings
from tests import factories
from tests.conftest import SettingsFor
from tests.crash.conftest import Chosen, CopyDatabase
from tests.crash.state import forget_used_ids, state_of
from tests.crash.work import track
from tests.factories import instagram, tiktok, youtube
from tests.processes import Boundaries, killed_at
from tests.simulator import RunningSimulator
from tests.world import World, findings

SHARDS = 3
"""The boundaries are dealt out to several tests, so that they can run side by side."""


async def prepare(settings: Settings, simulator: RunningSimulator) -> None:
    """Two campaigns of two clippers on three platforms, tracked once; the budget of the small one
    will run out.
    """
    async with open_runtime(settings) as running:
        casey = await factories.a_clipper(running.database)
        admin = await factories.an_admin(running.database)
        world = World(running, simulator, admin, casey)
        kim = await world.another_clipper()
        small, large = await world.campaign(budget="10.00"), await world.campaign()
        await world.clip(small, tiktok(1))
        await world.clip(small, youtube(2), by=kim)
        await world.clip(large, instagram(3))
        await world.clip(large, tiktok(4), by=kim)
        await world.clip(large, tiktok(5))
        await world.submission(small, tiktok(9), by=kim)
        await world.read(
            *(
                (video, 1_000)
                for video in (tiktok(1), youtube(2), instagram(3), tiktok(4), tiktok(5))
            )
        )


class Stage:
    """Sets the same second round up again and again, moments after the first."""

    def __init__(
        self, settings_for: SettingsFor, copy_database: CopyDatabase, simulator: RunningSimulator
    ) -> None:
        self._settings_for, self._copy, self._simulator = settings_for, copy_database, simulator
        self._earlier = list(simulator.runs.values())

    def set(self) -> Settings:
        """A fresh copy of the database, and a scraper that finds growth, a null that passes and a
        private video.
        """
        simulator = self._simulator
        simulator.reset()
        simulator.runs = OrderedDict(
            (run.id, replace(run, started_at=clock.now())) for run in self._earlier
        )
        simulator.script(tiktok(1), 5_000)
        simulator.script(youtube(2), 4_000)
        simulator.script(instagram(3), None, 3_000)
        simulator.script(tiktok(4), 2_500)
        simulator.script(tiktok(5), state="private")
        return self._settings_for(database_url=self._copy())

    def hears_the_dead_out(self) -> None:
        """A start that was under way as its process died is one by now: as after a lease's seconds
        it would be.
        """
        self._simulator.catch_up()

    @property
    def runs_started(self) -> Counter[str]:
        return Counter(self._simulator.runs_started)


@pytest.fixture
async def stage(
    settings_for: SettingsFor, copy_database: CopyDatabase, simulator: RunningSimulator
) -> Stage:
    await prepare(settings_for(), simulator)
    return Stage(settings_for, copy_database, simulator)


async def resume(running: Runtime) -> None:
    """What the next process does, once the dead one's lease is over."""
    lease = running.tracker.options.lease_ttl
    with clock.standing_at(clock.now() + lease + timedelta(seconds=1)):
        await running.tracker.resume()
        async with running.database.reading() as session:
            began = await session.get(TrackingRun, 2)
        if (
            began is None
        ):  # killed before the run was written down: the schedule's next tick starts it
            await track(running)


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_a_run_killed_at_any_boundary_is_resumed_to_the_same_end(
    stage: Stage, chosen: Chosen, shard: int
) -> None:
    settings = stage.set()
    async with open_runtime(settings) as running:
        boundaries = Boundaries(running.database)
        await track(running)
        cost, undisturbed = stage.runs_started, await state_of(running.database)

    for boundary in chosen(boundaries.passed)[shard::SHARDS]:
        settings = stage.set()
        where = f"killed {killed_at(boundary, settings, track)}"
        stage.hears_the_dead_out()
        async with open_runtime(settings) as running:
            await forget_used_ids(running.database)
            await resume(running)
            assert await state_of(running.database) == undisturbed, where
            assert stage.runs_started == cost, where
            assert await findings(running.database) == [], where
