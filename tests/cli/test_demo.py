"""demo: what is seeded, and that it is seeded once and into an empty database only."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlmodel import select

from swivi.core import clock
from swivi.core.db import Database
from swivi.demo.errors import NotADemoDatabase, SeedingCutOff
from swivi.demo.history import HistoryReaders
from swivi.demo.seed import seed
from swivi.demo.simulator.growth import views_at
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.demo_emails import DEMO_ADMIN_EMAIL, DEMO_CLIPPER_EMAIL
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips.models import Clip, ClipSubmission, SubmissionStatus, ViewTracking
from swivi.domain.ledger import invariants
from swivi.domain.payouts.models import Payout, PayoutRequest, PayoutStatus
from swivi.domain.tracking.models import Trigger
from swivi.domain.tracking.service import Tracker
from swivi.runtime.database.tables import METADATA
from tests.cli.conftest import SQLITE_ONLY, Run
from tests.factories import PASSWORD, a_clipper


@pytest.fixture
async def demo(seeded_demo: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A seeded database."""
    shutil.copy(seeded_demo, tmp_path / "demo.db")
    opened = Database(f"sqlite:///{tmp_path}/demo.db")
    yield opened
    await opened.dispose()


async def rows(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    async with database.reading() as session:
        connection = await session.connection()
        return {
            table.name: (
                await connection.execute(select(func.count()).select_from(table))
            ).scalar_one()
            for table in METADATA.sorted_tables
        }


POSTGRESQL_ONLY = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""Two weeks of history take long; on SQLite they are there already."""


@POSTGRESQL_ONLY
async def test_the_demo_is_seeded_once_and_its_ledger_is_clean(
    swivi: Run, database: Database
) -> None:
    ended = await swivi("demo")
    assert (ended.status, ended.told) == (0, ["The demo was seeded."])
    await is_full_and_clean(database)
    await stays_as_it_is(database, swivi)


async def test_a_demo_that_is_there_is_not_seeded_again(
    run: Run, demo: Database, tmp_path: Path
) -> None:
    await is_full_and_clean(demo)
    await stays_as_it_is(demo, partial(run, DATABASE_URL=f"sqlite:///{tmp_path}/demo.db"))


async def stays_as_it_is(database: Database, run: Run) -> None:
    before = await rows(database)
    ended = await run("demo")
    assert (ended.status, ended.told) == (0, ["The demo is there already: nothing was added."])
    assert await rows(database) == before


async def is_full_and_clean(database: Database) -> None:
    report = await invariants.check(database)
    assert report.findings == []
    assert report.transfers > 500


@SQLITE_ONLY
async def test_a_database_with_users_of_its_own_is_refused(swivi: Run, database: Database) -> None:
    await a_clipper(database)
    before = await rows(database)
    ended = await swivi("demo")
    assert (ended.status, ended.told) == (1, [f"swivi: {NotADemoDatabase()}"])
    assert await rows(database) == before


@SQLITE_ONLY
async def test_a_seeding_that_was_cut_off_is_not_taken_for_a_demo(database: Database) -> None:
    who = await accounts.newcomer(email=DEMO_ADMIN_EMAIL, password=PASSWORD, name="Alex")
    async with database.writing() as session:
        await accounts.sign_up(session, who)
    with pytest.raises(SeedingCutOff):
        await seed(database)


async def test_somebody_may_sign_up_in_the_demo_and_seeding_still_adds_nothing(
    demo: Database,
) -> None:
    await a_clipper(demo)
    assert await seed(demo) is False


async def test_there_is_something_to_see_of_every_state(demo: Database) -> None:
    async with demo.reading() as session:
        statuses = (await session.exec(select(Campaign.status))).all()
        reviewed = (await session.exec(select(ClipSubmission.status))).all()
        asked = (await session.exec(select(PayoutRequest.status))).all()
        paid = (await session.exec(select(Payout.transaction_id))).all()
    assert statuses.count(CampaignStatus.ACTIVE) >= 3
    assert set(statuses) >= {
        CampaignStatus.PAUSED,
        CampaignStatus.COMPLETED,
        CampaignStatus.SCHEDULED,
    }
    assert len(reviewed) >= 40
    assert set(reviewed) == set(SubmissionStatus)
    assert set(asked) == {PayoutStatus.COMPLETED, PayoutStatus.REJECTED, PayoutStatus.PENDING}
    assert all(paid)


async def test_the_demo_clipper_can_ask_for_a_payout(demo: Database) -> None:
    async with demo.reading() as session:
        clipper = await accounts.by_email(session, DEMO_CLIPPER_EMAIL)
        still_open = await session.exec(
            select(PayoutRequest.id).where(
                PayoutRequest.user_id == clipper.id, PayoutRequest.status == PayoutStatus.PENDING
            )
        )
        assert still_open.first() is None
    assert 20_00 < clipper.available < 300_00


async def test_every_reading_is_what_the_simulator_says_of_that_moment(demo: Database) -> None:
    async with demo.reading() as session:
        found = await session.exec(
            select(Clip.external_id, ViewTracking.date, ViewTracking.views).join(
                ViewTracking, ViewTracking.clip_id == Clip.id
            )
        )
        readings = found.all()
    assert len(readings) > 500
    for external_id, when, views in readings:
        assert views == views_at(external_id, when)


async def test_a_visitor_sees_a_campaign_complete_within_a_minute_while_the_others_go_on(
    demo: Database,
) -> None:
    tracker = Tracker(demo, HistoryReaders())
    active = select(Campaign.title).where(Campaign.status == CampaignStatus.ACTIVE)
    async with demo.reading() as session:
        before = set((await session.exec(active)).all())
    for minutes in (1, 6, 12):
        with clock.standing_at(clock.now() + timedelta(minutes=minutes)):
            await tracker.run(Trigger.SCHEDULE)
        async with demo.reading() as session:
            after = set((await session.exec(active)).all())
        assert before - after == {"Midnight Arcade: Launch Week"}


async def test_nobody_knows_a_password_of_the_demo(demo: Database) -> None:
    async with demo.reading() as session:
        hashes = (await session.exec(select(User.password_hash))).all()
    assert len(set(hashes)) == len(hashes)
