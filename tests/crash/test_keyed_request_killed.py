"""A POST with an `Idempotency-Key`, killed anywhere and sent again: done once, and answered as if
nothing had been.
"""

from datetime import timedelta
from typing import Any

import pytest

from swivi.core import clock
from swivi.domain.accounts import tokens
from swivi.domain.clips.models import ClipSubmission
from swivi.domain.payouts.models import PayoutRequest
from swivi.runtime.runtime import Runtime, open_runtime
from tests import factories
from tests.conftest import SettingsFor
from tests.crash.conftest import Chosen, CopyDatabase
from tests.crash.work import post_once
from tests.factories import tiktok
from tests.processes import Boundaries, killed_at
from tests.simulator import RunningSimulator
from tests.world import World, findings

ASK = {"amount": 40, "method": "paypal", "details": "casey@swivi.test"}
SUBMIT = {"campaignId": "1", "clipUrl": tiktok(7).canonical_url}
UNDER_WAY = timedelta(minutes=1)


async def prepare(settings_for: SettingsFor, simulator: RunningSimulator) -> str:
    """An open campaign, and a clipper with $50.00; their token."""
    async with open_runtime(settings_for()) as running:
        admin, clipper = (
            await factories.an_admin(running.database),
            await factories.a_clipper(running.database),
        )
        world = World(running, simulator, admin, clipper)
        await world.campaign()
        await world.earn(5_000)
        async with running.database.writing() as session:
            return (await tokens.issue(session, clipper.user_id)).token


@pytest.mark.parametrize(
    ("path", "body", "table"),
    [
        ("/clippers/payout-request", ASK, PayoutRequest),
        ("/clippers/submissions", SUBMIT, ClipSubmission),
    ],
    ids=["payout", "submission"],
)
async def test_a_request_killed_at_any_boundary_and_sent_again_is_done_once(
    settings_for: SettingsFor,
    copy_database: CopyDatabase,
    simulator: RunningSimulator,
    chosen: Chosen,
    path: str,
    body: dict[str, Any],
    table: type[PayoutRequest] | type[ClipSubmission],
) -> None:
    token = await prepare(settings_for, simulator)

    async def rows(running: Runtime) -> int:
        return len(await World(running, simulator, None, None).all(table))  # type: ignore[arg-type]  # nobody acts

    async with open_runtime(settings_for(database_url=copy_database())) as running:
        simulator.script(tiktok(7), 100)
        before, boundaries = await rows(running), Boundaries(running.database)
        await post_once(running, token, path, body)

    for boundary in chosen(boundaries.passed):
        simulator.reset()
        simulator.script(tiktok(7), 100)
        settings = settings_for(database_url=copy_database())
        where = f"killed {killed_at(boundary, settings, post_once, token, path, body)}"
        async with open_runtime(settings) as running:
            done = await rows(running) - before
            with clock.standing_at(clock.now() + UNDER_WAY):
                first = await post_once(running, token, path, body)
                assert await post_once(running, token, path, body) == first, where
            assert done in (0, 1)
            assert await rows(running) == before + 1, where
            assert await findings(running.database) == []
