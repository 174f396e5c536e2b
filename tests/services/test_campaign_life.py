"""Campaigns that start and end by the clock, and budgets that are raised: who is told, and what is
refused.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from swivi.core import clock
from swivi.core.db import Database
from swivi.core.errors import InvalidInput
from swivi.core.money import MAX_CENTS, format_dollars
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import WrongCampaignStatus
from swivi.domain.campaigns.models import CampaignStatus
from swivi.domain.campaigns.rules import views_bought
from swivi.domain.notifications.models import Notification, NotificationKind
from swivi.runtime.database import migrations
from tests.conftest import DATABASES
from tests.factories import tiktok
from tests.world import World

SOON = timedelta(hours=1)


async def test_a_scheduled_campaign_starts_when_its_time_has_come_and_everybody_is_told_once(
    world: World,
) -> None:
    other_admin = await world.another_admin()
    draft = await world.campaign(status="DRAFT", title="Night Market")
    starts_at = clock.now() + SOON
    async with world.database.writing() as session:
        await campaigns.schedule(
            session, world.admin, draft.id, {"starts_at": starts_at.isoformat()}
        )
    await world.running.schedule.start_and_end_campaigns()
    assert (await world.now(draft)).status is CampaignStatus.SCHEDULED

    with clock.standing_at(starts_at):
        await world.running.schedule.start_and_end_campaigns()
        await world.running.schedule.start_and_end_campaigns()

    assert (await world.now(draft)).status is CampaignStatus.ACTIVE
    told = await world.all(Notification, Notification.kind == NotificationKind.CAMPAIGN_STARTED)
    subjects = {one.user_id: one.subject_id for one in told}
    assert subjects == {
        world.admin.user_id: draft.id,
        other_admin.user_id: draft.id,
        world.clipper.user_id: draft.id,
    }
    assert len(told) == len(subjects)
    assert all("Night Market" in one.body for one in told)


@pytest.mark.parametrize("kept_back", ["hidden", "is_test"])
async def test_clippers_do_not_hear_of_a_campaign_that_is_kept_from_them(
    world: World, kept_back: str
) -> None:
    starts_at = clock.now() + SOON
    draft = await world.campaign(status="DRAFT", **{kept_back: True})
    async with world.database.writing() as session:
        await campaigns.schedule(
            session, world.admin, draft.id, {"starts_at": starts_at.isoformat()}
        )
    with clock.standing_at(starts_at):
        await world.running.schedule.start_and_end_campaigns()

    told = await world.all(Notification, Notification.kind == NotificationKind.CAMPAIGN_STARTED)
    assert {one.user_id for one in told} == {world.admin.user_id}


async def test_a_campaign_that_ends_by_itself_is_told_to_its_clippers_and_to_the_admins(
    world: World,
) -> None:
    campaign = await world.campaign(ends_at=(clock.now() + SOON).isoformat())
    await world.clip(campaign, tiktok(1))
    with clock.standing_at(clock.now() + 2 * SOON):
        await world.running.schedule.start_and_end_campaigns()

    assert (await world.told())[-1] is NotificationKind.CAMPAIGN_COMPLETED
    assert (await world.told(world.admin))[-1] is NotificationKind.CAMPAIGN_COMPLETED


async def test_an_admin_who_completes_a_campaign_need_not_be_told(world: World) -> None:
    campaign = await world.campaign()
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Enough.")
    assert await world.told(world.admin) == []


async def test_nothing_is_scheduled_for_no_time_at_all(world: World) -> None:
    draft = await world.campaign(status="DRAFT")
    async with world.database.writing() as session:
        with pytest.raises(InvalidInput) as refused:
            await campaigns.step(session, world.admin, draft.id, CampaignStatus.SCHEDULED)
    assert set(refused.value.fields) == {"starts_at"}
    with pytest.raises(InvalidInput):
        await world.campaign(status="SCHEDULED", starts_at=None)


async def test_a_scheduled_campaign_keeps_a_start(world: World) -> None:
    scheduled = await world.campaign(status="SCHEDULED")
    async with world.database.writing() as session:
        with pytest.raises(InvalidInput):
            await campaigns.change(session, world.admin, scheduled.id, {"starts_at": ""})


async def test_a_top_up_raises_the_budget_by_the_amount(world: World) -> None:
    campaign = await world.campaign(budget="100.10")
    async with world.database.writing() as session:
        raised = await campaigns.top_up(session, world.admin, campaign.id, "25.25")
    assert raised.budget == 125_35


@pytest.mark.parametrize("amount", ["", "0", "-5", "1.005", "many", format_dollars(MAX_CENTS)])
async def test_a_top_up_by_no_amount_changes_nothing(world: World, amount: str) -> None:
    campaign = await world.campaign()
    async with world.database.writing() as session:
        with pytest.raises(InvalidInput) as refused:
            await campaigns.top_up(session, world.admin, campaign.id, amount)
    assert set(refused.value.fields) == {"amount"}
    assert (await world.now(campaign)).budget == campaign.budget


async def test_what_is_completed_cannot_be_topped_up(world: World) -> None:
    campaign = await world.campaign()
    await world.tracker.complete(campaign.id, actor=world.admin, reason="Enough.")
    async with world.database.writing() as session:
        with pytest.raises(WrongCampaignStatus):
            await campaigns.top_up(session, world.admin, campaign.id, "25")


@pytest.mark.parametrize(
    ("budget", "rate", "views"), [(100_00, 2_50, 40_000), (1, 1, 1_000), (1_00, 3_00, 333)]
)
def test_a_budget_buys_whole_views(budget: int, rate: int, views: int) -> None:
    assert views_bought(budget, rate) == views


@pytest.fixture(params=DATABASES)
async def older(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database of the release before notifications of a start, with one notification in it."""
    url = f"sqlite:///{tmp_path}/older.db"
    if request.param == "postgresql":
        create: Callable[[], str] = request.getfixturevalue("create_database")
        url = create()
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(migrations._config(sync), "0002"))
        await connection.execute(
            text(
                "INSERT INTO users (id, email, name, password_hash, role, status, total_earnings, "
                "total_views, paid, reserved, created_at) VALUES (1, 'a@swivi.test', 'Ada', 'x', "
                "'ADMIN', 'ACTIVE', 0, 0, 0, 0, '2026-01-01 00:00:00')"
            )
        )
        await connection.execute(_a_notification("PAYOUT_REQUESTED"))
    return database


KEPT = "SELECT id, user_id, kind, title, body, link, created_at, read_at FROM notifications"


def _a_notification(kind: str) -> object:
    return text(
        "INSERT INTO notifications (user_id, kind, title, body, link, created_at)"
        f" VALUES (1, '{kind}', 'Kept', 'as it was', '/admin', '2026-01-02 03:04:05.678900')"
    )


async def test_an_older_database_learns_of_starts_and_keeps_what_it_has(older: Database) -> None:
    async with older.engine.connect() as connection:
        before = (await connection.execute(text(KEPT))).all()
    await migrations.upgrade(older)

    async with older.engine.begin() as connection:
        assert (await connection.execute(text(KEPT))).all() == before
        await connection.execute(_a_notification("CAMPAIGN_STARTED"))
    with pytest.raises(IntegrityError):
        async with older.engine.begin() as connection:
            await connection.execute(_a_notification("MADE_UP"))
    await older.dispose()
