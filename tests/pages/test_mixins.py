"""The live mixin and the dialog mixin, at the pages that use them."""

import pytest
from sqlalchemy.exc import OperationalError

from swivi.domain.campaigns.models import Campaign
from swivi.pages.admin.campaign.numbers import CampaignNumbers
from swivi.pages.admin.campaign.schedule import Scheduling
from swivi.pages.admin.campaign.top_up import TopUp
from swivi.pages.admin.shared.manual_reading import ManualReading
from tests.factories import tiktok
from tests.pages.conftest import Tab, happens
from tests.world import World


@pytest.fixture
async def campaign(world: World, tab: Tab) -> Campaign:
    campaign = await world.campaign(budget="100.00")
    await tab.sign_in(world.admin)
    tab.visit(f"/admin/campaigns/{campaign.id}")
    return campaign


async def test_a_form_is_done_once_for_two_quick_clicks(
    world: World, tab: Tab, campaign: Campaign
) -> None:
    state = await tab.state(TopUp)
    await happens(state.open)
    first = await happens(state.submit, {"amount": "10"})
    second = await happens(state.submit, {"amount": "10"})

    assert "is $110.00 now" in str(first[0])
    assert second == []
    assert (state.is_open, state.busy) == (False, False)
    assert (await world.now(campaign)).budget == 110_00


async def test_a_refusal_stands_beside_its_field_until_the_form_is_done(
    tab: Tab, campaign: Campaign
) -> None:
    state = await tab.state(TopUp)
    await happens(state.open)
    await happens(state.submit, {"amount": "much"})
    assert (state.is_open, state.busy, list(state.errors)) == (True, False, ["amount"])

    await happens(state.submit, {"amount": "1"})
    assert (state.is_open, state.errors) == (False, {})


async def test_a_refusal_of_no_field_stands_above_the_form(
    world: World, tab: Tab, campaign: Campaign
) -> None:
    state = await tab.state(Scheduling)
    await happens(state.open)
    times = {"starts_at": "2030-01-01T00:00:00Z", "ends_at": "2030-02-01T00:00:00Z"}
    assert await happens(state.submit, times) == [], "a running campaign cannot be scheduled"
    assert state.is_open
    assert state.error
    assert state.errors == {}

    await happens(state.close, False)
    assert (state.is_open, state.error) == (False, "")


async def test_a_dialog_about_a_row_that_changed_closes_with_a_toast(
    world: World, tab: Tab, campaign: Campaign
) -> None:
    clip = await world.clip(campaign, tiktok(1))
    state = await tab.state(ManualReading)
    await happens(state.open, clip.id)
    state._clip_id = 999
    answer = await happens(state.submit, {"views": "5000", "reason": "Seen."})

    assert len(answer) == 1
    assert not state.is_open


async def test_a_dialog_is_closed_on_another_page_and_stays_on_its_own(
    tab: Tab, campaign: Campaign
) -> None:
    state = await tab.state(TopUp)
    await happens(state.open)
    await happens(state.enter)
    assert state.is_open
    tab.visit("/admin/campaigns/999")
    await happens(state.enter)
    assert not state.is_open


async def test_work_under_way_is_not_dismissed(tab: Tab, campaign: Campaign) -> None:
    state = await tab.state(TopUp)
    await happens(state.open)
    state.busy = True
    await happens(state.close, False)
    assert state.is_open


async def test_a_page_reads_nothing_for_another_role(
    world: World, tab: Tab, campaign: Campaign
) -> None:
    await tab.sign_in(world.clipper)
    state = await tab.state(CampaignNumbers)
    await happens(state.load)
    assert (state.loading, state.budget) == (True, 0)

    await tab.sign_in(world.admin)
    await happens(state.load)
    assert (state.loading, state.budget, state.problem) == (False, 100_00, "")


async def test_a_failure_of_the_database_is_a_sentence_on_the_page(
    tab: Tab, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    state = await tab.state(CampaignNumbers)
    with monkeypatch.context() as broken:
        broken.setattr("swivi.pages.admin.campaign.numbers.campaign_numbers", fails)
        await happens(state.load)
    assert (state.problem, state.loading) == ("The campaign could not be loaded.", False)

    await happens(state.load)
    assert (state.problem, state.budget) == ("", 100_00)
