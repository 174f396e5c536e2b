"""Lists in pages: all pages together are the whole list, in its order, though late ones are looked
for from the end.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from itertools import product
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import bounded_count
from swivi.domain.clips import review
from swivi.domain.clips.models import SubmissionStatus
from swivi.domain.payouts import service as payouts
from swivi.domain.platforms.models import Platform
from swivi.insights.campaigns import listing as campaign_list
from swivi.insights.campaigns.listing import all_campaigns
from swivi.insights.campaigns.live import campaign_clips
from swivi.insights.clippers import users as people
from swivi.insights.clippers.users import find_users as users
from swivi.insights.money import payouts as payout_rows
from swivi.insights.money.payouts import payout_queue
from swivi.insights.money.statement import Period, of_campaign, of_clipper, page, sums
from swivi.insights.operations.audit_log import audit_lines
from swivi.insights.operations.runs import clips_in_run
from swivi.insights.submissions.review_queue import ReviewRow, review_queue
from swivi.insights.submissions.rows import ClipRow
from tests import factories
from tests.factories import tiktok
from tests.statements import asked
from tests.world import World

CLIPS = 7
List = Callable[[AsyncSession, int, int], Awaitable[tuple[list[Any], int]]]


@pytest.fixture
async def story(world: World) -> World:
    """Seven clips of one campaign, of which one cannot be read, in two runs."""
    campaign = await world.campaign(payout_rate="1.00", budget="500.00")
    for number in range(1, CLIPS + 1):
        await world.clip(campaign, tiktok(number))
    world.simulator.script(tiktok(CLIPS), state="error")
    for run in (1, 2):
        await world.read(*((tiktok(number), number * run * 1_000) for number in range(1, CLIPS)))
    for amount in ("20.00", "21.00", "21.00"):
        asked = await world.request(amount)
        async with world.database.writing() as session:
            await payouts.cancel(session, world.clipper, asked.id)
    for number in range(3):
        await world.campaign(title=f"Empty {number}", budget=f"{300 + number % 2}.00")
        await world.another_clipper()
    return world


async def _clips(session: AsyncSession, limit: int, offset: int) -> tuple[list[Any], int]:
    return await campaign_clips(session, 1, limit=limit, offset=offset)


async def _queue(session: AsyncSession, limit: int, offset: int) -> tuple[list[Any], int]:
    return await review_queue(session, limit=limit, offset=offset)


async def _most_viewed(session: AsyncSession, limit: int, offset: int) -> tuple[list[Any], int]:
    return await review_queue(session, sort="-views", limit=limit, offset=offset)


async def _best_earning(session: AsyncSession, limit: int, offset: int) -> tuple[list[Any], int]:
    return await review_queue(session, sort="-earnings", limit=limit, offset=offset)


async def _run(session: AsyncSession, limit: int, offset: int) -> tuple[list[Any], int]:
    return await clips_in_run(session, 1, limit=limit, offset=offset)


async def _unread(session: AsyncSession, limit: int, offset: int) -> tuple[list[Any], int]:
    return await clips_in_run(session, 1, only_failed=True, limit=limit, offset=offset)


async def _of_clipper(session: AsyncSession, limit: int, offset: int) -> tuple[list[Any], int]:
    account = of_clipper(2)
    total = (await sums(session, account, Period())).lines
    return await page(session, account, Period(), limit=limit, offset=offset), total


async def _of_campaign(session: AsyncSession, limit: int, offset: int) -> tuple[list[Any], int]:
    total = (await sums(session, of_campaign(1), Period())).lines
    return await page(session, of_campaign(1), Period(), limit=limit, offset=offset), total


LISTS = (_clips, _queue, _most_viewed, _best_earning, _run, _unread, _of_clipper, _of_campaign)
SORTED = {users: people.SORTS, payout_queue: payout_rows.SORTS, all_campaigns: campaign_list.SORTS}


async def test_all_pages_together_are_the_whole_list(story: World) -> None:
    for listed in LISTS:
        await _is_whole(story, listed, listed.__name__)


@pytest.mark.parametrize("found_by", SORTED)
async def test_all_pages_of_what_is_sorted_are_the_whole_list(story: World, found_by: Any) -> None:
    for sort in SORTED[found_by]:
        for order in (sort, f"-{sort}"):
            await _is_whole(
                story, partial(_page_of, found_by, order), f"{found_by.__name__} by {order}"
            )


async def _page_of(
    found_by: Any, order: str, session: AsyncSession, limit: int, offset: int
) -> tuple[list[Any], int]:
    found: tuple[list[Any], int] = await found_by(session, sort=order, limit=limit, offset=offset)
    return found


async def _is_whole(story: World, listed: List, name: str) -> None:
    async with story.database.reading() as session:
        whole, total = await listed(session, 1_000, 0)
        pages = [(await listed(session, 2, offset))[0] for offset in range(0, total + 2, 2)]

    assert [row for rows in pages for row in rows] == whole, name
    assert len(whole) == total > 0, name


async def test_the_best_of_everybodys_submissions_come_first_with_a_clip_or_without(
    story: World,
) -> None:
    campaign = await story.campaign(title="Another")
    await story.submission(campaign, tiktok(20), baseline=None)
    rejected = [
        await story.submission(campaign, tiktok(number), baseline=views)
        for number, views in REJECTED.items()
    ]
    async with story.database.writing() as session:
        for one in rejected:
            await review.reject(session, story.admin, one.id, "Off the brief.")
    await story.submission(campaign, tiktok(30), baseline=11_000)

    anywhere = ({}, {"campaign_id": 1}, {"platform": Platform.TIKTOK, "campaign_id": campaign.id})
    for sort, status, filters in product(
        ("-views", "-earnings"), (None, *SubmissionStatus), anywhere
    ):
        async with story.database.reading() as session:
            whole, total = await review_queue(session, status=status, limit=100, **filters)
            best, _ = await review_queue(session, status=status, sort=sort, limit=100, **filters)
        assert [row.clip.submission_id for row in best] == [
            one.clip.submission_id for one in sorted(whole, key=_by(sort))
        ], (sort, status, filters)
        assert len(best) == total


REJECTED = {21: 0, 22: 5_000, 23: 5_000, 24: 90_000}
"""Views at submission, by the video's number."""


def _by(sort: str) -> Callable[[ReviewRow], tuple[int, int]]:
    def amount(clip: ClipRow) -> int:
        return clip.earnings if sort == "-earnings" else -1 if clip.views is None else clip.views

    return lambda row: (-amount(row.clip), -row.clip.submission_id)


async def test_a_campaigns_clips_come_with_the_best_earning_first(story: World) -> None:
    async with story.database.reading() as session:
        clips, _ = await campaign_clips(session, 1, limit=100, offset=0)
    assert [clip.earnings for clip in clips] == [12_00, 10_00, 8_00, 6_00, 4_00, 2_00, 0]


async def test_of_the_audit_log_and_the_users_no_more_are_counted_than_anybody_reads(
    story: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bounded_count.MOST_COUNTED == 500
    monkeypatch.setattr(bounded_count, "MOST_COUNTED", 1)
    async with story.database.reading() as session:
        lines, entries = await audit_lines(session, limit=5)
        found, total = await users(session, search="test", limit=2)
        everybody, all_of_them = await users(session, limit=5)
        last, _ = await users(session, search="test", limit=1, offset=1)
    assert (len(lines), entries) == (5, 2)
    assert (len(found), total) == (2, 2)
    assert all_of_them == len(everybody) > 2
    assert last == found[1:2]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ROBIN", {"Robin 100%", "Robin 1000"}),
        ("bin 100%", {"Robin 100%"}),
        ("100_", set()),
        ("m_u", {"Sam_under"}),
        ("u", {"Sam under"}),
        ("SA", {"Sam_under", "Sam under"}),
        ("in", set()),
        ("@SWIVI.test", {"Robin 100%", "Robin 1000", "Sam_under", "Sam under"}),
    ],
)
async def test_the_search_finds_what_was_typed_in_capitals_or_not(
    world: World, typed: str, found: set[str]
) -> None:
    for name in ("Robin 100%", "Robin 1000", "Sam_under", "Sam under"):
        await factories.a_clipper(world.database, name)
    async with world.database.reading() as session:
        rows, total = await users(session, search=typed, limit=10)
    assert {row.user.name for row in rows} - {"Ada Admin", "Casey Clipper"} == found
    assert total == len(rows)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_search_among_users_has_an_index_on_postgresql(world: World) -> None:
    with asked(world.database) as statements:
        async with world.database.reading() as session:
            await users(session, search="casey", limit=1)
    counting, values = next(each for each in statements if "count(*)" in each[0])

    async with world.database.engine.connect() as connection:
        for quicker in ("seqscan", "indexscan", "indexonlyscan"):  # with a handful of users
            await connection.execute(text(f"SET enable_{quicker} = off"))
        raw: Any = await connection.get_raw_connection()
        plan = await raw.driver_connection.fetch(f"EXPLAIN {counting}", *values)

    assert any("ix_users_searched" in line for (line,) in plan)
