"""The pages of the people who run Swivi, without a browser."""

import pytest

from swivi.pages.admin import analytics_state
from swivi.pages.admin.analytics_state import AnalyticsState
from tests.factories import tiktok
from tests.pages.conftest import Tab, happens
from tests.world import World


@pytest.mark.parametrize(("most", "listed"), [(1, ["Large", "2 others"]), (2, ["Large", "Middle", "1 other"])])
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
