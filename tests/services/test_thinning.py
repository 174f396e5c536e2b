"""Retention of readings: what may go, goes; and every cent and every chart stays as it was."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product

import pytest
from sqlmodel import col, select

from swivi.core import clock, leases
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.models import Clip, ViewTracking
from swivi.domain.ledger.models import Transfer, TransferKind
from swivi.domain.tracking import manual_readings, thinning
from swivi.domain.tracking.models import ThinnedDay
from swivi.insights.money import accrual_story, analytics
from swivi.insights.operations import counts
from tests.factories import tiktok
from tests.months import as_if_for_long
from tests.world import World

OLD_DAYS = 4
BEGAN = timedelta(days=30 + OLD_DAYS)

VIEWS: Sequence[tuple[int | str | None, ...]] = (
    # Three times a day: a clip that grows, one that stands still and falls, one that cannot be read
    # now and then.
    (400, 800, 1_200, 1_600, 2_000, 2_400, 2_800, 3_200, 3_600, 4_000, 4_400, 4_800),
    (900, 900, 900, 700, 900, 900, 900, 950, 950, 0, 950, 940),
    (
        500,
        "private",
        "private",
        "not_found",
        500,
        "private",
        500,
        500,
        "omitted",
        "private",
        "private",
        2_000,
    ),
)


@pytest.fixture
async def campaign(world: World) -> Campaign:
    await as_if_for_long(world.database)
    with clock.standing_at(clock.now() - BEGAN - timedelta(days=1)):
        return await world.campaign()


@pytest.fixture
async def history(world: World, campaign: Campaign) -> datetime:
    """Clips that were tracked three times a day on some old days, and once lately; the start of the
    first day.
    """
    began = (clock.now() - BEGAN).replace(hour=0, minute=0, second=0, microsecond=0)
    with clock.standing_at(began - timedelta(hours=1)):
        for number in range(len(VIEWS)):
            await world.clip(campaign, tiktok(number))
    for day, hour in product(range(OLD_DAYS), range(3)):
        with clock.standing_at(began + timedelta(days=day, hours=5 + 6 * hour)):
            for number, seen in enumerate(VIEWS):
                views = seen[day * 3 + hour]
                if isinstance(views, str):
                    world.simulator.script(tiktok(number), state=views)  # type: ignore[arg-type]
                else:
                    world.simulator.script(tiktok(number), views)
            await world.track()
    with clock.standing_at(clock.now() - timedelta(days=20)):
        await world.read(*((tiktok(number), 5_000) for number in range(len(VIEWS))))
    return began


def needless(
    readings: Sequence[ViewTracking], credited: set[tuple[int | None, int | None]]
) -> set[int]:
    """What may go, worked out one by one."""
    gone = set()
    for one in readings:
        same_day = [
            other
            for other in readings
            if other.clip_id == one.clip_id
            and other.date.date() == one.date.date()
            and (other.views is None) == (one.views is None)
        ]
        before = [
            other.views for other in readings if other.clip_id == one.clip_id and other.id < one.id
        ]
        highest = max((views for views in before if views is not None), default=-1)
        is_record = one.views is not None and one.views > highest
        if (
            one.date.date() <= (clock.now() - timedelta(days=31)).date()
            and one is not same_day[-1]
            and not is_record
            and one.run_id is not None
            and one.source != manual_readings.SOURCE
            and (one.run_id, one.clip_id) not in credited
        ):
            gone.add(one.id)
    return gone


async def everything_explained(world: World) -> list[object]:
    """What people see of the past: how each cent came about, the days of the charts, the
    counters.
    """
    accruals = await world.all(Transfer, Transfer.kind == TransferKind.ACCRUAL)
    async with world.database.reading() as session:
        made = await accrual_story.made(session, accruals)
        charts = await analytics.analytics(session, today=clock.now().date(), days=60)
        counted = await counts.tracked(session)
    assert len(made) == len(accruals) > 10
    assert all(one.adds_up for one in made.values())
    return [made, charts, counted]


async def test_only_what_explains_nothing_goes_and_everything_is_explained_as_before(
    world: World, history: datetime
) -> None:
    readings = await world.all(ViewTracking)
    credited = {(one.run_id, one.clip_id) for one in await world.all(Transfer)}
    expected, before = needless(readings, credited), await everything_explained(world)
    deleted = await thinning.thin_out(world.database)

    left = {one.id for one in await world.all(ViewTracking)}
    assert {one.id for one in readings} - left == expected
    assert deleted == len(expected) > 5
    assert await everything_explained(world) == before
    assert await thinning.thin_out(world.database) == 0


async def test_days_are_done_as_they_come_of_age_in_slices_and_once(
    world: World, history: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thinning, "ROWS_AT_A_TIME", 2)
    with clock.standing_at(history + timedelta(days=31, hours=-1)):
        assert await thinning.thin_out(world.database) == 0
    with clock.standing_at(history + timedelta(days=32, hours=1)):
        await thinning.thin_out(world.database)
    first = await all_days(world)
    assert [one.day for one in first] == [
        history - timedelta(days=1),
        history,
        history + timedelta(days=1),
    ]
    await thinning.thin_out(world.database)
    days = await all_days(world)
    assert days[:3] == first
    assert all(one.is_done for one in days)
    assert days[-1].day == history + timedelta(days=OLD_DAYS - 1)


async def test_what_was_read_by_hand_stays(world: World, history: datetime) -> None:
    [clip, *_] = await world.all(Clip)
    with clock.standing_at(history + timedelta(hours=1)):
        async with world.database.writing() as session:
            by_hand = await manual_readings.read_by_hand(
                session, world.admin, clip.id, views=10, reason="Seen.", limit=10_000
            )
    await thinning.thin_out(world.database)
    assert await world.all(ViewTracking, ViewTracking.id == by_hand.id)


async def test_while_another_process_is_at_it_nothing_is_done(
    world: World, history: datetime
) -> None:
    assert await leases.acquire(world.database, thinning.LEASE, thinning.LEASE_TTL)
    assert await thinning.thin_out(world.database) == 0
    assert await all_days(world) == []


async def test_without_old_readings_nothing_is_due(world: World) -> None:
    await world.clip(await world.campaign(), tiktok(1))
    await world.read((tiktok(1), 400))
    assert await thinning.thin_out(world.database) == 0
    assert await all_days(world) == []


async def all_days(world: World) -> list[ThinnedDay]:
    async with world.database.reading() as session:
        return list((await session.exec(select(ThinnedDay).order_by(col(ThinnedDay.day)))).all())
