"""The totals that are kept say what the rows say, whatever happened to them, and migration finds
the same.
"""

import importlib.util
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import text

from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts import tallies as people
from swivi.domain.accounts.models import Role, UserStatus
from swivi.domain.clips import review
from swivi.domain.payouts import service as payouts
from swivi.domain.payouts.rules import PayoutAction
from swivi.domain.tracking import manual_readings
from swivi.domain.tracking.failures import failures_by_reason
from swivi.insights.operations.runs import tracking_run, why_not_read
from tests.factories import instagram, tiktok, youtube
from tests.world import World

MIGRATIONS = Path(__file__).parents[2] / "alembic" / "versions"
TALLIES, COUNTED_ONCE = "2026_11_28_tallies.py", "2026_11_28_counted_once.py"
COUNTED_LISTS = "2026_11_28_counted_lists.py"
TABLES = {
    "submission_tallies": "submissions <> 0",
    "clip_tallies": "clips <> 0",
    "campaign_clippers": "clips <> 0",
    "campaign_days": "views <> 0 OR spent <> 0",
    "account_days": "lines <> 0",
}
"""Each table of totals, and which of its rows say anything."""


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


@pytest.fixture
async def story(world: World) -> World:
    """Everything that changes a total: submissions of each fate, runs, a reading by hand, a
    revocation, payouts.
    """
    kim = await world.another_clipper()
    with clock.standing_at(at(1)):
        large = await world.campaign(title="Large", payout_rate="10.00", budget="900.00")
        small = await world.campaign(title="Small", payout_rate="1.00", budget="5.00")
        await world.clip(large, tiktok(1), baseline=500)
        await world.clip(large, youtube(2))
        taken_out = await world.clip(large, instagram(3), by=kim)
        await world.clip(small, tiktok(4), by=kim)
        await world.submission(small, tiktok(5))
        refused = await world.submission(large, youtube(6), by=kim)
        async with world.database.writing() as session:
            await review.reject(session, world.admin, refused.id, "Not ours.")
    with clock.standing_at(at(2)):
        await world.read(
            (tiktok(1), 4_000), (youtube(2), 9_000), (instagram(3), 1_000), (tiktok(4), 2_000)
        )
    with clock.standing_at(at(3)):
        await world.read(
            (tiktok(1), 3_000), (youtube(2), 9_500), (instagram(3), 1_500), (tiktok(4), 90_000)
        )
        async with world.database.writing() as session:
            await manual_readings.read_by_hand(
                session, world.admin, 1, views=12_000, reason="Seen.", limit=10_000
            )
    with clock.standing_at(at(4)):
        async with world.database.writing() as session:
            await review.revoke(session, world.admin, taken_out.id, "Bought views.")
        await world.read((tiktok(1), 12_500), (youtube(2), 9_600))
        first = await world.request("20.00")
        async with world.database.writing() as session:
            await payouts.cancel(session, world.clipper, first.id)
        await world.request("25.00")
    return world


async def kept(
    database: Database, tables: Mapping[str, str] = TABLES
) -> dict[str, list[tuple[object, ...]]]:
    async with database.reading() as session:
        found = {
            name: (await session.execute(text(f"SELECT * FROM {name} WHERE {says}"))).all()
            for name, says in tables.items()
        }
    return {name: sorted(tuple(map(str, row)) for row in rows) for name, rows in found.items()}


def migration_of(name: str) -> ModuleType:
    found = importlib.util.spec_from_file_location("a_migration", MIGRATIONS / name)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


async def test_what_was_kept_along_the_way_is_what_all_rows_together_say(
    story: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    migration = migration_of(TALLIES)
    along_the_way = await kept(story.database)
    assert all(along_the_way.values())

    statements: list[str] = []
    monkeypatch.setattr(migration.op, "execute", statements.append)
    migration.add_up_what_there_is(sqlite=story.database.is_sqlite)
    async with story.database.writing() as session:
        for name in TABLES:
            await session.execute(text(f"DELETE FROM {name}"))
        for statement in statements:
            await session.execute(text(statement))

    assert await kept(story.database) == along_the_way


async def test_what_a_clip_gained_and_an_account_moved_is_told_by_its_day(story: World) -> None:
    async with story.database.reading() as session:
        days = await session.execute(
            text(
                "SELECT day, platform, views, spent FROM campaign_days WHERE campaign_id = 1 "
                "ORDER BY day, platform"
            )
        )
        moved = await session.execute(
            text(
                "SELECT kind, SUM(amount), SUM(lines) FROM account_days"
                f" WHERE account = 'available:{story.clipper.user_id}' GROUP BY kind ORDER BY kind"
            )
        )
        found, kinds = [tuple(row) for row in days.all()], [tuple(row) for row in moved.all()]
    assert [(str(day), *rest) for day, *rest in found] == [
        ("2026-03-02", "instagram", 1_000, 10_00),
        ("2026-03-02", "tiktok", 3_500, 35_00),
        ("2026-03-02", "youtube", 9_000, 90_00),
        ("2026-03-03", "instagram", 500, 5_00),
        ("2026-03-03", "tiktok", 8_000, 0),
        ("2026-03-03", "youtube", 500, 5_00),
        ("2026-03-04", "instagram", 0, -15_00),
        ("2026-03-04", "tiktok", 500, 85_00),
        ("2026-03-04", "youtube", 100, 1_00),
    ]
    assert kinds == [
        ("ACCRUAL", 216_00, 5),
        ("PAYOUT_RELEASED", 20_00, 1),
        ("PAYOUT_RESERVED", -45_00, 2),
    ]


async def test_payouts_and_submitters_are_counted_as_they_come_and_change(story: World) -> None:
    later, lists = (
        migration_of(COUNTED_LISTS),
        {"payout_tallies": "requests <> 0", "submitters": "submissions <> 0"},
    )
    async with story.database.reading() as session:
        [pending] = (
            await session.scalars(text("SELECT id FROM payout_requests WHERE status = 'PENDING'"))
        ).all()
    async with story.database.writing() as session:
        await payouts.process(session, story.admin, pending, PayoutAction.APPROVE)
    along_the_way = await kept(story.database, lists)

    async with story.database.writing() as session:
        for statement in (
            "DELETE FROM payout_tallies",
            "DELETE FROM submitters",
            later.PAYOUTS,
            later.SUBMITTERS,
        ):
            await session.execute(text(statement))

    assert await kept(story.database, lists) == along_the_way
    assert along_the_way["payout_tallies"] == [
        ("APPROVED", "1", "2500"),
        ("CANCELLED", "1", "2000"),
    ]


async def test_people_are_counted_as_they_come_and_change(world: World) -> None:
    kim, bo = await world.another_clipper(), await world.another_admin()
    async with world.database.writing() as session:
        await accounts.set_role_and_status(
            session, world.admin, kim.user_id, role=Role.CLIPPER, status=UserStatus.DISABLED
        )
        await accounts.set_role_and_status(
            session, world.admin, bo.user_id, role=Role.CLIPPER, status=UserStatus.ACTIVE
        )

    async with world.database.reading() as session:
        assert await people.count_active(session) == {Role.CLIPPER: 2, Role.ADMIN: 1}


async def test_an_ended_run_keeps_why_it_could_not_read(world: World) -> None:
    campaign = await world.campaign()
    for video in (tiktok(0), youtube(1), youtube(2), tiktok(3)):
        await world.clip(campaign, video)
    world.simulator.script(tiktok(0), state="private")
    world.simulator.script(youtube(1), state="not_found")
    world.simulator.script(youtube(2), state="not_found")
    world.simulator.script(tiktok(3), None, 6_000)  # the second try finds it

    run = await world.track()

    assert run.failures == {"private": 1, "not_found": 2}
    async with world.database.reading() as session:
        assert await failures_by_reason(session, run.id) == run.failures
        assert list((await why_not_read(session, run)).items()) == [
            ("not_found", 2),
            ("private", 1),
        ]


async def test_migration_counts_what_runs_before_it_could_not_read(world: World) -> None:
    campaign = await world.campaign()
    for number in range(3):
        await world.clip(campaign, tiktok(number))
    world.simulator.script(tiktok(0), state="private")
    world.simulator.script(tiktok(1), None, 6_000)
    world.simulator.script(tiktok(2), 400)
    run = await world.track()
    world.simulator.script(tiktok(0), 300)
    without = await world.track()
    later = migration_of(COUNTED_ONCE)
    as_object = "json_group_object" if world.database.is_sqlite else "json_object_agg"

    async with world.database.writing() as session:
        await session.execute(text("UPDATE tracking_runs SET failures = NULL"))
        await session.execute(text(later.FAILURES.format(as_object=as_object)))

    async with world.database.reading() as session:
        found = [await tracking_run(session, each.id) for each in (run, without)]
    assert [each.failures for each in found if each is not None] == [run.failures, without.failures]
    assert (run.failures, without.failures) == ({"private": 1}, {})
