"""Every step of a payout, killed anywhere: it happened whole or not at all, and is done once (I7,
I9).
"""

from collections.abc import Sequence

import pytest

from swivi.core.errors import SwiviError
from swivi.domain.accounts.actor import Actor
from swivi.runtime.runtime import open_runtime
from tests import factories
from tests.conftest import SettingsFor
from tests.crash.conftest import Chosen, CopyDatabase
from tests.crash.state import forget_used_ids, state_of
from tests.crash.work import ask, cancel, decide
from tests.factories import tiktok
from tests.processes import COMMIT, Boundaries, killed_at
from tests.simulator import RunningSimulator
from tests.world import World, findings

Job = tuple[object, ...]

EDGES = ("ask", "cancel", "approve", "reject", "reject approved", "complete", "fail", "reverse")
WAYS: dict[str, Sequence[str]] = {
    "reject approved": ["approve"],
    "complete": ["approve"],
    "fail": ["approve"],
    "reverse": ["approve", "complete"],
}
"""How a request comes to where the edge begins."""


async def prepare(world: World) -> dict[str, Job]:
    """A clipper with $50.00 for each edge, and a request from which it can be walked; the work that
    walks it.
    """
    campaign, clippers = await world.campaign(budget="1000.00"), []
    for number in range(len(EDGES)):
        clippers.append(await world.another_clipper())
        await world.clip(campaign, tiktok(number), by=clippers[-1])
        world.simulator.script(tiktok(number), 20_000)
    await world.track()
    return {
        edge: await walk(world, clipper, edge)
        for edge, clipper in zip(EDGES, clippers, strict=True)
    }


async def walk(world: World, clipper: Actor, edge: str) -> Job:
    if edge == "ask":
        return ask, clipper
    request = await world.request("40.00", by=clipper)
    for action in WAYS.get(edge, ()):
        await world.process(request, action, transaction_id=f"TX-{request.id}")
    if edge == "cancel":
        return cancel, clipper, request.id
    return decide, world.admin, request.id, edge.split()[0]


async def test_each_step_of_a_payout_killed_at_any_boundary_happens_once(
    settings_for: SettingsFor,
    copy_database: CopyDatabase,
    chosen: Chosen,
    simulator: RunningSimulator,
) -> None:
    async with open_runtime(settings_for(platform_fee_percent=5)) as running:
        admin, clipper = (
            await factories.an_admin(running.database),
            await factories.a_clipper(running.database),
        )
        jobs = await prepare(World(running, simulator, admin, clipper))

    for edge, (work, *arguments) in jobs.items():
        async with open_runtime(
            settings_for(database_url=copy_database(), apify_api_key=None)
        ) as running:
            before, boundaries = await state_of(running.database), Boundaries(running.database)
            await work(running, *arguments)
            after = await state_of(running.database)
        assert boundaries.passed[-1] == f"after {COMMIT}"

        for boundary in chosen(boundaries.passed):
            settings = settings_for(database_url=copy_database(), apify_api_key=None)
            where = killed_at(boundary, settings, work, *arguments)
            async with open_runtime(settings) as running:
                await forget_used_ids(running.database)
                if where == f"after {COMMIT}":
                    with pytest.raises(SwiviError):
                        await work(running, *arguments)
                else:
                    assert await state_of(running.database) == before, f"{edge}, killed {where}"
                    await work(running, *arguments)
                assert await state_of(running.database) == after, f"{edge}, killed {where}"
                assert await findings(running.database) == [], f"{edge}, killed {where}"
