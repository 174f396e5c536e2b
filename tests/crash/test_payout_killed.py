"""Marking a payout as sent, killed anywhere: it happened whole or not at all, and is done once (I7, I9)."""

from swivi.runtime import open_runtime
from tests import factories
from tests.conftest import SettingsFor
from tests.crash.conftest import CopyDatabase
from tests.crash.state import state_of
from tests.crash.work import pay
from tests.processes import Boundaries, was_killed_at
from tests.simulator import RunningSimulator
from tests.world import World, findings


async def test_a_payout_completion_killed_at_any_boundary_pays_once(
    settings_for: SettingsFor, copy_database: CopyDatabase, simulator: RunningSimulator
) -> None:
    async with open_runtime(settings_for(platform_fee_percent=5)) as running:
        admin, clipper = await factories.an_admin(running.database), await factories.a_clipper(running.database)
        world = World(running, simulator, admin, clipper)
        await world.earn(5_000)
        request = await world.process(await world.request("40.00"), "approve")

    async with open_runtime(settings_for(database_url=copy_database())) as running:
        before, boundaries = await state_of(running.database), Boundaries(running.database)
        await pay(running, admin, request.id)
        last, after = boundaries.passed, await state_of(running.database)

    for boundary in range(1, last + 1):
        settings = settings_for(database_url=copy_database())
        assert was_killed_at(boundary, settings, pay, admin, request.id)
        async with open_runtime(settings) as running:
            assert await state_of(running.database) == before  # the commit is the last boundary
            await pay(running, admin, request.id)
            assert await state_of(running.database) == after, f"killed at boundary {boundary}"
            assert await findings(running.database) == []
