"""track."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from swivi.core import leases
from swivi.core.db import Database
from swivi.core.leases import LeaseHold
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign
from swivi.domain.tracking.service import LEASE
from swivi.domain.tracking.takeover import wait_for_dead_holder
from tests.cli.conftest import SQLITE_ONLY, Ended, Run, Start
from tests.factories import a_campaign, a_clip, a_clipper, an_admin, tiktok
from tests.simulator import RunningSimulator

Environment = dict[str, str]
Track = Callable[..., Awaitable[Ended]]


@pytest.fixture
def reading(database_url: str, simulator: RunningSimulator) -> Environment:
    """The environment of a command that reads views from the simulator."""
    return {
        "DATABASE_URL": database_url,
        "APIFY_API_KEY": "test-key",
        "APIFY_API_URL": simulator.url,
        "SWIVI_TRACKING_BATCH_PAUSE_SECONDS": "0",
    }


@pytest.fixture
async def campaign(database: Database, simulator: RunningSimulator) -> Campaign:
    """A campaign with one clip, whose 10,000 views since the baseline are worth $25.00."""
    admin, clipper = await an_admin(database), await a_clipper(database)
    created = await a_campaign(database, admin)
    await a_clip(database, clipper, admin, created, tiktok(1))
    simulator.script(tiktok(1), 10_000)
    return created


async def spent(database: Database, campaign: Campaign) -> int:
    async with database.reading() as session:
        return (await campaigns.get(session, campaign.id)).spent


async def test_tracking_twice_adds_nothing_the_second_time(
    run: Run, reading: Environment, database: Database, campaign: Campaign
) -> None:
    first = await run("track", "--json", **reading)
    assert first.status == 0
    answer = json.loads(first.out)
    assert answer.pop("durationSeconds") >= 0
    assert answer == {
        "runId": "1",
        "status": "COMPLETED",
        "processed": 1,
        "successful": 1,
        "failed": 0,
        "earningsAdded": 25.0,
        "campaignsCompleted": 0,
        "problem": None,
    }
    assert 'Including campaign "Summer Vibes 2025" (1 clips, $100.00 remaining)' in first.err
    assert "Tracking complete: 1/1 successful (100.0%), $25.00 earnings added" in first.err
    second = await run("track", "--json", **reading)
    assert json.loads(second.out)["earningsAdded"] == 0
    assert await spent(database, campaign) == 2_500


@SQLITE_ONLY
async def test_only_the_campaign_that_was_named_is_tracked(
    run: Run, reading: Environment, database: Database, campaign: Campaign
) -> None:
    admin, clipper = await an_admin(database), await a_clipper(database)
    other = await a_campaign(database, admin, title="Another")
    await a_clip(database, clipper, admin, other, tiktok(2))
    named = await run("track", "--campaign", str(campaign.id), **reading)
    assert "COMPLETED: 1 of 1 clips read, $25.00 earnings added, 0 campaigns completed" in named.out
    async with database.reading() as session:
        assert (await campaigns.get(session, other.id)).last_tracked_at is None


@SQLITE_ONLY
async def test_a_campaign_that_does_not_exist_is_named_in_one_line(
    run: Run, reading: Environment
) -> None:
    unknown = await run("track", "--campaign", "999", **reading)
    assert (unknown.status, unknown.told) == (1, ["swivi: There is no such campaign."])


@SQLITE_ONLY
async def test_a_run_that_the_reading_service_stops_fails_with_its_reason(
    run: Run, reading: Environment, campaign: Campaign, simulator: RunningSimulator
) -> None:
    simulator.set(refuse="quota")
    ended = await run("track", **reading)
    assert ended.status == 1
    assert "FAILED: 0 of 1 clips read" in ended.out
    assert ended.told[-1].startswith("swivi: Tracking was stopped: ")


@SQLITE_ONLY
async def test_without_a_key_there_is_nothing_to_read_with(swivi: Run) -> None:
    ended = await swivi("track")
    assert (ended.status, ended.told) == (
        1,
        ["swivi: Views cannot be read: APIFY_API_KEY is not set."],
    )


@SQLITE_ONLY
async def test_a_run_of_a_living_process_is_left_alone(
    run: Run, reading: Environment, database: Database, campaign: Campaign
) -> None:
    hold = await held(database)
    renewing = asyncio.create_task(renew_often(hold))
    ended = await run("track", **reading)
    renewing.cancel()
    with suppress(asyncio.CancelledError):
        await renewing
    assert ended.status == 1
    assert ended.told[-1] == "swivi: A tracking run is in progress. Try again when it has ended."
    assert await spent(database, campaign) == 0


async def renew_often(hold: LeaseHold) -> None:
    while True:
        await asyncio.sleep(0.1)
        await hold.renew()


@SQLITE_ONLY
async def test_a_lease_that_gets_free_while_waiting_is_taken(
    start: Start, reading: Environment, database: Database, campaign: Campaign
) -> None:
    hold = await held(database)
    process = await start("track", **reading)
    assert process.stderr is not None
    async for line in process.stderr:
        if b"Its process may be dead" in line:
            await hold.release()
            break
    await process.communicate()
    assert process.returncode == 0
    assert await spent(database, campaign) == 2_500


@SQLITE_ONLY
async def test_waiting_for_a_dead_holder_ends_when_its_lease_does(database: Database) -> None:
    assert await leases.acquire(database, LEASE, timedelta(seconds=0.4)) is not None
    await wait_for_dead_holder(database, timedelta(seconds=15))
    assert await leases.acquire(database, LEASE, timedelta(seconds=15)) is not None


async def held(database: Database) -> LeaseHold:
    hold = await leases.acquire(database, LEASE, timedelta(minutes=5))
    assert hold is not None
    return hold
