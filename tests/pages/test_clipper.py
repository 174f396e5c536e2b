"""What clippers' pages show and do, through their states."""

from datetime import timedelta

import pytest

from swivi.core import clock
from swivi.domain.accounts import devices
from swivi.domain.campaigns import service as campaigns
from swivi.domain.payouts.methods import PayoutMethod
from swivi.domain.payouts.models import PayoutDestination, PayoutRequest, PayoutStatus
from swivi.pages.clipper.clip.readings import ClipReadings
from swivi.pages.clipper.clip.state import OwnClip
from swivi.pages.clipper.clips.state import OwnClips
from swivi.pages.clipper.dashboard.last_days import LastDays
from swivi.pages.clipper.payouts.request_dialog import PayoutDialog
from swivi.pages.clipper.payouts.state import OwnPayouts
from swivi.pages.clipper.receipt.state import Receipt
from swivi.pages.clipper.shared.balance import ClipperBalance
from swivi.pages.clipper.shared.rows import OwnClipRow
from swivi.pages.clipper.submit.state import SubmitDialog
from swivi.pages.engine.session import SessionState
from swivi.pages.profile.destination import Destination
from swivi.pages.shared.campaign_story import CampaignPage
from swivi.pages.shared.notification_list import NotificationList
from tests.factories import tiktok, youtube
from tests.live import until
from tests.pages.conftest import Tab, happens
from tests.world import World

FORM = {"amount": "25.00", "method": "paypal", "paypal.email": "casey@swivi.test", "step": "fill"}
CONFIRMED = {"step": "confirm"}


async def test_below_the_minimum_the_page_says_how_much_is_missing(
    world: World, clippers_tab: Tab
) -> None:
    await world.earn(1_250)
    balance = await clippers_tab.state(ClipperBalance)

    await happens(balance.load)

    assert balance.available == 1_250
    assert balance.why_not == "Below the $20.00 minimum: $7.50 to go."


async def test_the_balance_follows_a_settlement_without_a_reload(
    world: World, clippers_tab: Tab
) -> None:
    balance = await clippers_tab.state(ClipperBalance)
    await happens(balance.load)
    await world.earn(2_500)

    async with world.database.reading() as session:
        await balance._refresh_live(session)

    assert (balance.available, balance.earned, balance.approved, balance.why_not) == (
        2_500,
        2_500,
        1,
        "",
    )


async def test_the_last_days_are_the_ledgers_and_today_grows_with_the_balance(
    world: World, clippers_tab: Tab
) -> None:
    yesterday = clock.now() - timedelta(days=1)
    with clock.standing_at(yesterday):
        await world.earn(700)
    await world.earn(300)
    days, balance = await clippers_tab.state(LastDays), await clippers_tab.state(ClipperBalance)
    await happens(days.load)
    await world.earn(50)
    await happens(balance.load)

    assert [bar.amount for bar in days.days] == [0] * 12 + [700]
    assert days.days[-1].day == f"{yesterday:%b} {yesterday.day}"
    assert (days.today, days.highest) == (300, 700)
    assert days.today + balance.earned - days.earned_then == 350


async def test_a_dialog_stays_open_on_its_own_page_only(world: World, clippers_tab: Tab) -> None:
    await world.campaign()
    payout, submit = await clippers_tab.state(PayoutDialog), await clippers_tab.state(SubmitDialog)
    clippers_tab.visit("/clippers/dashboard")
    await happens(payout.open)
    await happens(submit.open, "")
    for page, stays in (("/clippers/dashboard", True), ("/clippers/payouts", False)):
        clippers_tab.visit(page)
        await happens(payout.enter)
        await happens(submit.enter)
        assert (payout.is_open, submit.is_open) == (stays, stays)


async def test_a_submitted_clip_shows_its_baseline_though_the_page_opened_once_more(
    world: World, clippers_tab: Tab
) -> None:
    world.simulator.script(tiktok(1), 1_000)
    submission = await world.submission(await world.campaign(), tiktok(1), baseline=None)
    clippers_tab.visit("/clippers/dashboard")
    session, dialog = await clippers_tab.state(SessionState), await clippers_tab.state(SubmitDialog)
    with clippers_tab.live():
        await happens(dialog.open, "")
        dialog.clip = OwnClipRow(id=submission.id, status="AWAITING_BASELINE")
        # As after an interruption; or where the click came between the page's first event and the
        # next.
        await happens(session.enter_as_clipper)
        await happens(dialog.enter)
        await world.running.intake.read_baselines([submission])
        await until(lambda: dialog.clip.status == "PENDING")

    assert (dialog.is_open, dialog.clip.baseline) == (True, 1_000)


async def test_a_submitted_clip_shows_the_baseline_that_came_while_the_page_opened_once_more(
    world: World, clippers_tab: Tab
) -> None:
    submission = await world.submission(await world.campaign(), tiktok(1), baseline=1_000)
    clippers_tab.visit("/clippers/dashboard")
    dialog = await clippers_tab.state(SubmitDialog)
    await happens(dialog.open, "")
    dialog.clip = OwnClipRow(id=submission.id, status="AWAITING_BASELINE")

    await happens(dialog.enter)

    assert (dialog.is_open, dialog.clip.status, dialog.clip.baseline) == (True, "PENDING", 1_000)


async def test_a_form_that_is_sent_twice_asks_once(world: World, clippers_tab: Tab) -> None:
    await world.earn(6_000)
    dialog = await clippers_tab.state(PayoutDialog)
    await happens(dialog.open)
    assert dialog.amount == "60.00"

    await happens(dialog.submit, FORM)
    await happens(dialog.submit, FORM | CONFIRMED)
    await happens(dialog.submit, FORM | CONFIRMED)

    [asked] = await world.all(PayoutRequest)
    assert (asked.amount, asked.status) == (2_500, PayoutStatus.PENDING)
    assert (dialog.is_open, dialog.busy, dialog.error) == (False, False, "")


async def test_a_refused_form_stays_open_with_the_errors_beside_the_fields(
    world: World, clippers_tab: Tab
) -> None:
    await world.earn(6_000)
    dialog = await clippers_tab.state(PayoutDialog)
    await happens(dialog.open)

    await happens(dialog.submit, FORM | {"amount": "19.99"})
    assert dialog.errors == {"amount": "The smallest payout is $20.00."}
    await happens(dialog.submit, FORM | {"amount": "nothing", "paypal.email": "hello"})
    assert set(dialog.errors) == {"amount", "paypal.email"}
    await happens(dialog.submit, {"amount": "nothing", "method": ["?"]})

    assert {"amount", "method"} <= set(dialog.errors)
    assert (dialog.is_open, dialog.busy) == (True, False)
    assert await world.all(PayoutRequest) == []


async def test_the_dialog_says_fee_and_net_of_what_is_typed(
    world: World, clippers_tab: Tab
) -> None:
    dialog = await clippers_tab.state(PayoutDialog)

    await happens(dialog.preview, "25.5")
    assert dialog.outcome == "You receive $25.50. There is no fee."
    await happens(dialog.preview, {"not": "an amount"})
    assert dialog.outcome == ""


async def test_a_pending_request_can_be_cancelled_by_its_owner_only(
    world: World, clippers_tab: Tab
) -> None:
    await world.earn(3_000)
    asked = await world.request("20.00")
    payouts = await clippers_tab.state(OwnPayouts)

    await clippers_tab.sign_in(await world.another_clipper())
    await happens(payouts.cancel, asked.id)
    assert (await world.now(asked)).status is PayoutStatus.PENDING

    await clippers_tab.sign_in(world.clipper)
    await happens(payouts.load)
    assert [(line.amount, line.method, line.cancellable) for line in payouts.rows] == [
        (2_000, "PayPal", True)
    ]
    await happens(payouts.cancel, str(asked.id))
    assert (await world.now(asked)).status is PayoutStatus.CANCELLED


async def test_clips_are_listed_by_the_filter_in_the_address(
    world: World, clippers_tab: Tab
) -> None:
    campaign = await world.campaign()
    await world.clip(campaign, tiktok(1), baseline=10)
    await world.submission(campaign, tiktok(2), baseline=None)
    clips = await clippers_tab.state(OwnClips)

    clippers_tab.visit("/clippers/clips")
    await happens(clips.load)
    assert [line.status for line in clips.rows] == ["AWAITING_BASELINE", "APPROVED"]
    clippers_tab.visit("/clippers/clips?status=approved")
    await happens(clips.load)
    assert [(line.status, line.baseline) for line in clips.rows] == [("APPROVED", 10)]
    clippers_tab.visit("/clippers/clips?status=nonsense")
    await happens(clips.load)
    assert clips.total == 2


async def test_a_clip_opens_into_baseline_growth_and_rate(world: World, clippers_tab: Tab) -> None:
    campaign = await world.campaign(budget="100.00", payout_rate="2.50")
    clip = await world.clip(campaign, tiktok(1), baseline=1_000)
    await world.read((tiktok(1), 5_000))
    shown = await clippers_tab.state(OwnClip)

    clippers_tab.visit(f"/clippers/clips/{clip.submission_id}")
    await happens(shown.load)

    assert (shown.clip.baseline, shown.peak_views, shown.growth, shown.rate) == (
        1_000,
        5_000,
        4_000,
        250,
    )
    assert (shown.worth, shown.clip.earnings) == (1_000, 1_000)
    assert [point.amount for point in shown.views] == [1_000, 5_000]
    assert [point.amount for point in shown.earnings] == [1_000]


async def test_nobody_elses_clip_can_be_looked_at(world: World, clippers_tab: Tab) -> None:
    somebody = await world.another_clipper()
    clip = await world.clip(await world.campaign(), tiktok(1), by=somebody)
    shown = await clippers_tab.state(OwnClip)

    clippers_tab.visit(f"/clippers/clips/{clip.submission_id}")
    await happens(shown.load)

    assert (shown.clip.id, shown.clip.url, shown.has_story) == (0, "", False)


async def test_the_page_says_how_a_budgets_last_dollars_were_shared(
    world: World, clippers_tab: Tab
) -> None:
    campaign = await world.campaign(budget="30.00", payout_rate="1.00")
    clip = await world.clip(campaign, tiktok(1))
    await world.clip(campaign, tiktok(2), by=await world.another_clipper())
    await world.read((tiktok(1), 20_000), (tiktok(2), 40_000))
    shown = await clippers_tab.state(OwnClip)

    clippers_tab.visit(f"/clippers/clips/{clip.submission_id}")
    await happens(shown.load)

    assert (shown.worth, shown.clip.earnings, shown.not_paid) == (2_000, 1_000, 1_000)
    assert shown.why == [
        "20,000 views gained at $1.00 per 1,000 are worth $20.00.",
        "The last $30.00 of the budget was shared among 2 clips in proportion to what each was "
        "owed. This clip was owed $20.00 and got $10.00.",
    ]


async def test_the_page_says_what_caps_minimum_and_a_fall_of_the_views_do(
    world: World, clippers_tab: Tab
) -> None:
    capped = await world.clip(
        await world.campaign(payout_rate="1.00", max_per_clip="5.00"), tiktok(1)
    )
    small = await world.clip(await world.campaign(min_views="10000"), tiktok(2))
    limited = await world.campaign(payout_rate="1.00", max_per_clipper="8.00")
    first, _ = await world.clip(limited, tiktok(3)), await world.clip(limited, tiktok(4))
    await world.read((tiktok(1), 9_000), (tiktok(2), 9_000), (tiktok(3), 8_000), (tiktok(4), 8_000))
    await world.read((tiktok(1), 7_000))
    shown = await clippers_tab.state(OwnClip)

    said = []
    for clip in (capped, small, first):
        clippers_tab.visit(f"/clippers/clips/{clip.submission_id}")
        await happens(shown.load)
        said.append(shown.why)

    assert said[0][1:] == [
        "The campaign pays at most $5.00 per clip. This clip has reached that limit.",
        (
            "The views fell from 9,000 to 7,000. You are paid for the highest number, and nothing "
            "is taken back."
        ),
    ]
    assert said[1] == [
        "A clip in this campaign earns once it has gained 10,000 views: 1,000 to go."
    ]
    assert said[2][1] == "The campaign pays at most $8.00 per clipper. You have reached that limit."


async def test_every_reading_is_listed_with_its_outcome_and_what_it_brought(
    world: World, clippers_tab: Tab
) -> None:
    campaign = await world.campaign(payout_rate="1.00")
    clip = await world.clip(campaign, youtube(1), baseline=1_000)
    await world.read((youtube(1), 3_000))
    world.simulator.script(youtube(1), state="not_found")
    await world.track()
    readings = await clippers_tab.state(ClipReadings)

    clippers_tab.visit(f"/clippers/clips/{clip.submission_id}")
    await happens(readings.load)

    assert [(line.outcome, line.views, line.earned) for line in readings.rows] == [
        ("Not found", None, 0),
        ("Read", 3_000, 200),
        ("At submission", 1_000, 0),
    ]


async def test_a_receipt_is_its_clippers_own(world: World, clippers_tab: Tab) -> None:
    await world.earn(3_000)
    asked = await world.request("20.00")
    shown = await clippers_tab.state(Receipt)

    clippers_tab.visit(f"/clippers/payouts/{asked.id}")
    await happens(shown.load)
    assert (shown.payout.net, shown.payout.method, shown.payout.is_open) == (2_000, "PayPal", True)

    await clippers_tab.sign_in(await world.another_clipper())
    await happens(shown.load)
    assert shown.payout.id == 0


async def test_what_is_kept_or_was_used_last_fills_the_payout_form(
    world: World, clippers_tab: Tab
) -> None:
    await world.earn(9_000)
    dialog = await clippers_tab.state(PayoutDialog)
    await happens(dialog.open)
    assert (dialog.method, dialog.values) == ("paypal", {})

    wise = {"amount": "25.00", "method": "wise", "wise.email": "casey@swivi.test", "keep": "on"}
    await happens(dialog.submit, wise)
    await happens(dialog.submit, wise | CONFIRMED)
    await happens(dialog.open)

    assert (dialog.method, dialog.values) == ("wise", {"wise.email": "casey@swivi.test"})


async def test_the_last_step_repeats_the_destination_and_nothing_else_is_sent(
    world: World, clippers_tab: Tab
) -> None:
    await world.earn(9_000)
    dialog = await clippers_tab.state(PayoutDialog)
    await happens(dialog.open)
    bank = {
        "amount": "25.00",
        "method": "bank",
        "bank.iban": "de89370400440532013000",
        "paypal.email": "hello",
    }

    for step in ("confirm", "fill"):  # neither a made-up step nor a second quick click confirms
        await happens(dialog.submit, bank | {"step": step})
        assert (dialog.step, dialog.outcome) == ("confirm", "You receive $25.00. There is no fee.")
    assert dialog.lines == [
        ["Method", "Bank (IBAN)"],
        ["IBAN", "DE89 3704 0044 0532 0130 00"],
        ["BIC", "COBADEFFXXX"],
        ["Bank", "Commerzbank Köln, Germany"],
    ]
    for other in ({"amount": "26.00"}, {"bank.iban": "FR1420041010050500013M02606"}, {}):
        await happens(dialog.back)
        assert (dialog.step, dialog.lines) == ("fill", [])
        await happens(dialog.submit, bank | other | CONFIRMED)
        assert dialog.is_open
    assert await world.all(PayoutRequest) == []

    await happens(dialog.submit, bank | CONFIRMED)
    [asked] = await world.all(PayoutRequest)
    assert (asked.method, "DE89370400440532013000" in asked.details) == ("bank", True)


async def test_a_field_that_is_left_says_what_is_wrong_with_it(
    world: World, clippers_tab: Tab
) -> None:
    for kind in (PayoutDialog, Destination):
        form = await clippers_tab.state(kind)
        await happens(form.choose, "usdc")
        await happens(form.check_field, "usdc", "address", "hello")
        await happens(form.check_field, "paypal", "email", "hello")
        assert form.method == "usdc"
        assert set(form.errors) == {"usdc.address", "paypal.email"}
        await happens(
            form.check_field, "usdc", "address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
        )
        await happens(form.check_field, "paypal", "email", "")
        assert form.errors == {}


@pytest.mark.parametrize(("method", "text"), [("usdc", "hello"), ("other", "cash: the pub")])
async def test_saved_text_that_does_not_parse_is_shown_to_its_owner_for_correction(
    world: World, clippers_tab: Tab, method: str, text: str
) -> None:
    await world.earn(9_000)
    async with world.database.writing() as session:
        session.add(
            PayoutDestination(
                user_id=world.clipper.user_id,
                method=PayoutMethod(method),
                details=text,
                kept_at=clock.now(),
            )
        )
    dialog, profile = await clippers_tab.state(PayoutDialog), await clippers_tab.state(Destination)
    await happens(dialog.open)
    await happens(profile.load)
    assert (dialog.outdated, profile.outdated, dialog.values) == (text, text, {})
    await happens(dialog.submit, {"amount": "25.00", "method": dialog.method, "step": "fill"})
    assert (dialog.step, [name.partition(".")[0] for name in dialog.errors][:1]) == (
        "fill",
        [dialog.method],
    )

    right = {"method": "paypal", "paypal.email": "casey@swivi.test"}
    await happens(profile.save, right | {"step": "fill"})
    assert (profile.step, profile.lines[1]) == ("confirm", ["PayPal email", "casey@swivi.test"])
    await happens(profile.save, right | CONFIRMED)
    await happens(dialog.open)
    assert (profile.outdated, dialog.outdated) == ("", "")
    assert dialog.values == {"paypal.email": "casey@swivi.test"}


async def test_notifications_stay_new_until_they_are_marked_as_read(
    world: World, clippers_tab: Tab
) -> None:
    await world.earn(2_000)
    session, told = (
        await clippers_tab.state(SessionState),
        await clippers_tab.state(NotificationList),
    )
    await happens(session.enter_as_clipper)
    await happens(told.load)
    unread = session.unread
    assert unread == len(told.rows) > 1
    assert all(row.is_new for row in told.rows)
    assert {row.link for row in told.rows} == {"/clippers/clips"}

    await happens(told.mark_read, told.rows[0].id)
    assert (session.unread, told.rows[0].is_new, told.rows[1].is_new) == (unread - 1, False, True)
    clippers_tab.visit("/clippers/notifications?show=unread")
    await happens(told.load)
    assert told.total == unread - 1

    await happens(told.mark_all_read)
    assert (session.unread, told.rows) == (0, [])


async def test_a_tab_whose_session_is_ended_elsewhere_shows_no_more(
    world: World, clippers_tab: Tab
) -> None:
    session = await clippers_tab.state(SessionState)
    await happens(session.enter_as_clipper)
    assert not session.ended

    async with world.database.writing() as writing:
        await devices.sign_out_everywhere(writing, world.clipper)
    async with world.database.reading() as reading:
        await session._refresh_live(reading)

    assert session.ended


async def test_an_admin_finds_nothing_on_a_clippers_page(world: World, tab: Tab) -> None:
    await tab.sign_in(world.admin)
    balance, clips = await tab.state(ClipperBalance), await tab.state(OwnClips)

    await happens(balance.load)
    await happens(clips.load)

    assert (balance.loading, clips.loading, clips.rows) == (True, True, [])


async def test_a_hidden_campaign_shows_and_offers_itself_to_who_has_a_clip_in_it(
    world: World, clippers_tab: Tab, tab: Tab
) -> None:
    campaign = await world.campaign()
    await world.submission(campaign, tiktok(1))
    async with world.database.writing() as session:
        await campaigns.change(session, world.admin, campaign.id, {"hidden": True})
    for actor, seen in ((world.clipper, campaign.id), (await world.another_clipper(), 0)):
        await tab.sign_in(actor)
        tab.visit(f"/clippers/campaigns/{campaign.id}")
        page, dialog = await tab.state(CampaignPage), await tab.state(SubmitDialog)
        await happens(page.load)
        await happens(dialog.open, campaign.id)
        assert page.card.id == seen
        assert [number for number, _ in dialog.choices] == ["", *([str(seen)] if seen else [])]
