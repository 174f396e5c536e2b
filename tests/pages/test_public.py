"""The pages for everybody."""

import base64
import json

import pytest
from sqlalchemy import column, table
from sqlmodel import select

from swivi.core.changes import ChangeSet
from swivi.domain.accounts.flash import Flash, parse_flash
from swivi.domain.campaigns import service as campaigns
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import end
from swivi.pages.public.landing.board import board
from swivi.pages.public.landing.page import landing
from swivi.pages.public.landing.state import LandingState
from swivi.pages.public.sign_in.state import EntryState
from swivi.pages.shared.campaign_card import rules_in_words
from swivi.pages.shared.campaign_story import CampaignNumbers, CampaignPage
from swivi.runtime.live import hub
from swivi.runtime.live.hub import Hub
from swivi.runtime.runtime import open_runtime
from swivi.swivi import app
from tests.conftest import SettingsFor
from tests.factories import tiktok
from tests.pages.conftest import Tab, happens
from tests.world import World


def as_cookie(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


async def test_a_refused_sign_in_says_why_and_keeps_what_was_typed(world: World, tab: Tab) -> None:
    said = {"form": "sign-in", "error": "No.", "fields": {}, "email": "ana@swivi.test", "name": ""}
    tab.bring(f"swivi_flash={as_cookie(said)}")
    tab.visit("/login?next=/clippers/clips")
    entry = await tab.state(EntryState)

    await happens(entry.load_sign_in)
    assert (entry.error, entry.email, entry.next) == ("No.", "ana@swivi.test", "/clippers/clips")
    assert entry.carried == "?next=%2Fclippers%2Fclips"
    await happens(entry.load_sign_up)
    assert (entry.error, entry.email) == ("", "")


async def test_signing_in_leads_nowhere_else(world: World, tab: Tab) -> None:
    tab.visit("/login?next=//evil.example")
    entry = await tab.state(EntryState)

    await happens(entry.load_sign_in)

    assert entry.next == ""


@pytest.mark.parametrize("cookie", ["", "a", "not base64!", as_cookie([1]), as_cookie("x"), "w6"])
def test_a_cookie_that_is_no_flash_says_nothing(cookie: str) -> None:
    assert parse_flash(cookie) == Flash()


def test_fields_of_a_flash_that_are_no_texts_by_name_are_left_out() -> None:
    assert parse_flash(as_cookie({"form": "sign-up", "fields": ["email"]})) == Flash(form="sign-up")


async def test_the_landing_page_names_the_smallest_payout_of_the_settings(
    world: World, tab: Tab, settings_for: SettingsFor
) -> None:
    async with open_runtime(settings_for(min_payout="50")):
        state = await tab.state(LandingState)
        await happens(state.load)
    assert state.smallest_payout == 5_000
    shown = str(landing())
    assert "smallest_payout" in shown
    assert "$20" not in shown


async def test_the_landing_page_shows_open_campaigns_and_real_totals(
    world: World, tab: Tab
) -> None:
    await world.earn(1_500)
    await world.campaign(title="Open", payout_rate="2.00")
    await world.campaign(title="Hidden", hidden=True)
    landing = await tab.state(LandingState)

    await happens(landing.load)

    assert [card.title for card in landing.campaigns] == ["Open"]
    assert (landing.total_earned, landing.open_campaigns) == (1_500, 1)
    assert (landing.example_rate, landing.example_earning) == (200, 6_000)


async def test_the_landing_page_follows_spending_and_keeps_a_campaign_that_completes(
    world: World, tab: Tab
) -> None:
    campaign = await world.campaign(budget="10.00", payout_rate="1.00")
    await world.clip(campaign, tiktok(1))
    landing = await tab.state(LandingState)
    await happens(landing.load)
    for views, spent, still_open in ((4_000, 400, 1), (90_000, 1_000, 0)):
        await world.read((tiktok(1), views))
        async with world.database.reading() as session:
            await landing._refresh_live(session)

        assert [card.id for card in landing.campaigns] == [campaign.id]
        assert (landing.spent, landing.total_earned) == ({campaign.id: spent}, spent)
        assert landing.open_campaigns == still_open


async def test_guests_share_one_reading_until_something_changes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = Hub(app, world.database, end)
    monkeypatch.setattr(hub, "_running", [live])
    await world.campaign(title="First")
    async with world.database.reading() as session:
        first, again = await board(session), await board(session)
    await world.campaign(title="Second")
    live.notice(ChangeSet(campaigns={2}))
    async with world.database.reading() as session:
        later = await board(session)

    assert again is first
    assert [card.title for card in later.cards] == ["Second", "First"]


async def test_a_new_clipper_is_not_led_to_an_admins_page(world: World, tab: Tab) -> None:
    await tab.sign_in(world.clipper)
    for wanted, led_to in (
        ("/admin/campaigns", "/clippers/dashboard"),
        ("/clippers/clips", "/clippers/clips"),
    ):
        tab.visit(f"/login?next={wanted}")
        [redirect] = await happens((await tab.state(EntryState)).load_sign_in)
        assert led_to in str(redirect.args)


async def test_a_campaigns_page_follows_its_spending(world: World, tab: Tab) -> None:
    campaign = await world.campaign(budget="100.00", payout_rate="1.00")
    await world.clip(campaign, tiktok(1))
    page, spent = await tab.state(CampaignPage), await tab.state(CampaignNumbers)
    tab.visit(f"/campaigns/{campaign.id}")
    await happens(page.load)
    await happens(spent.load)
    await world.read((tiktok(1), 7_000))

    async with world.database.reading() as session:
        await spent._refresh_live(session)

    assert (page.card.title, page.card.is_open, spent.spent) == (campaign.title, True, 700)


async def test_a_hidden_campaign_has_no_page(world: World, tab: Tab) -> None:
    campaign = await world.campaign(payout_rate="1.00")
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 7_000))
    async with world.database.writing() as session:
        await campaigns.change(session, world.admin, campaign.id, {"hidden": True})
    page, spent = await tab.state(CampaignPage), await tab.state(CampaignNumbers)
    tab.visit(f"/campaigns/{campaign.id}")

    await happens(page.load)
    await happens(spent.load)

    assert (page.card.id, page.card.title, page.loading, spent.spent) == (0, "", False, 0)


@pytest.mark.parametrize(
    "address", ["/campaigns/x", "/campaigns/-1", "/campaigns/99999999999999999999", "/campaigns/"]
)
async def test_an_address_that_names_no_campaign_is_no_error(
    world: World, tab: Tab, address: str
) -> None:
    page = await tab.state(CampaignPage)
    tab.visit(address)

    await happens(page.load)

    assert (page.card.id, page.problem) == (0, "")


async def test_a_database_that_fails_is_said_on_the_page(world: World, tab: Tab) -> None:
    landing = await tab.state(LandingState)

    async with loading(landing, "The campaigns") as session:
        await session.exec(select(column("x")).select_from(table("nowhere")))

    assert (landing.problem, landing.loading) == ("The campaigns could not be loaded.", False)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ({200}, "which is 50,000 views gained."),
        ({100, 200}, "which is 50,000 to 100,000 views gained, depending on the platform."),
    ],
)
def test_a_cap_says_by_how_many_views_it_is_reached_on_each_platform(
    rates: set[int], said: str
) -> None:
    rules = rules_in_words(rates=rates, min_views=0, max_per_clip=10_000, max_per_clipper=None)
    assert any(rule.endswith(said) for rule in rules)
