"""The pages of the people who run Swivi, without a browser."""

import pytest

from swivi.domain.clips import review
from swivi.domain.clips.models import ClipSubmission
from swivi.domain.tracking import manual_readings
from swivi.pages.admin.analytics import state as analytics_state
from swivi.pages.admin.analytics.state import AnalyticsState
from swivi.pages.admin.dashboard.state import OverviewState
from swivi.pages.admin.shared.manual_reading import ManualReading
from swivi.pages.admin.submissions.state import ReviewState
from swivi.pages.admin.tracking.waiting_readings import WaitingReadings
from tests.factories import tiktok
from tests.pages.conftest import Tab, happens
from tests.world import World


@pytest.mark.parametrize(
    ("most", "listed"), [(1, ["Large", "2 others"]), (2, ["Large", "Middle", "1 other"])]
)
async def test_analytics_end_with_the_campaigns_that_are_not_listed(
    world: World, tab: Tab, monkeypatch: pytest.MonkeyPatch, most: int, listed: list[str]
) -> None:
    monkeypatch.setattr(analytics_state, "MOST_CAMPAIGNS", most)
    for number, title in enumerate(("Small", "Middle", "Large"), 1):
        campaign = await world.campaign(title=title, payout_rate="1.00")
        await world.clip(campaign, tiktok(number))
    await world.read(*((tiktok(number), number * 1_000) for number in (1, 2, 3)))
    await tab.sign_in(world.admin)
    tab.visit("/admin/analytics")
    state = await tab.state(AnalyticsState)

    await happens(state.load)

    assert [row.name for row in state.by_campaign] == listed
    assert sum(row.spent.now or 0 for row in state.by_campaign) == state.spent.now == 6_00


async def test_views_worth_more_than_the_limit_are_shown_to_another_admin_who_confirms_them(
    world: World, tab: Tab
) -> None:
    clip = await world.clip(await world.campaign(), tiktok(1))
    await tab.sign_in(world.admin)
    tab.visit("/admin/tracking")
    dialog, waiting = await tab.state(ManualReading), await tab.state(WaitingReadings)
    await happens(dialog.open, clip.id)
    [told, *_] = await happens(
        dialog.submit, {"views": "45,000", "reason": "The scraper is blocked."}
    )
    await happens(waiting.load)

    assert "They count once another admin confirms them." in str(told)
    [row] = waiting.rows
    assert (row.views, row.worth, row.is_own) == (45_000, 11_250, True)
    await happens(waiting.confirm, row.id)
    assert (await world.now(clip)).peak_views == 0

    await tab.sign_in(await world.another_admin())
    overview = await tab.state(OverviewState)
    await happens(overview.load)
    await happens(waiting.load)
    assert (overview.readings_waiting, [row.is_own for row in waiting.rows]) == (1, [False])
    await happens(waiting.confirm, row.id)
    assert (waiting.rows, (await world.now(clip)).peak_views) == ([], 45_000)


async def test_waiting_views_that_are_declined_go_away(world: World, tab: Tab) -> None:
    clip = await world.clip(await world.campaign(), tiktok(1))
    async with world.database.writing() as session:
        asked = await manual_readings.read_by_hand(
            session, world.admin, clip.id, views=90_000, reason="Seen.", limit=1
        )
    await tab.sign_in(world.admin)
    waiting = await tab.state(WaitingReadings)
    await happens(waiting.load)
    await happens(waiting.decline, asked.id)

    assert (waiting.rows, (await world.now(clip)).peak_views) == ([], 0)


async def test_the_review_panel_releases_the_video_of_a_revoked_clip(
    world: World, tab: Tab
) -> None:
    clip = await world.clip(await world.campaign(), tiktok(1))
    await tab.sign_in(world.admin)
    tab.visit("/admin/submissions?status=approved")
    state = await tab.state(ReviewState)
    await happens(state.load)
    assert [(row.revocable, row.releasable) for row in state.rows] == [(True, False)]
    async with world.database.writing() as session:
        await review.revoke(session, world.admin, clip.id, "Stolen.")
    await happens(state.load)
    assert [(row.revocable, row.releasable) for row in state.rows] == [(False, True)]

    await happens(state.open_release, clip.submission_id)
    await happens(state.submit, {"reason": "The owner asked for it."})
    assert [(row.revocable, row.releasable) for row in state.rows] == [(False, False)]
    assert not (await world.now(ClipSubmission(id=clip.submission_id))).holds_video
