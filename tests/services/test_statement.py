"""A statement takes each cent back to the reading, the growth, the rate, the caps and the share
that made it.
"""

from datetime import timedelta

import pytest

from swivi.core import clock
from swivi.domain.campaigns import service as campaigns
from swivi.domain.clips import review
from swivi.domain.ledger.models import TransferKind
from swivi.insights.money import statement
from swivi.insights.money.accrual_story import AccrualStory, LastShare
from swivi.insights.money.statement import Account, Line, Period
from tests.factories import tiktok, youtube
from tests.world import World

ALWAYS = Period()


async def lines_of(world: World, account: Account, period: Period = ALWAYS) -> list[Line]:
    """Oldest first; read in small pieces, and whole, which must be the same."""
    async with world.database.reading() as session:
        whole = await statement.lines_after(session, account, period, 0, limit=1_000)
        pieces, last_id = [], 0
        while piece := await statement.lines_after(session, account, period, last_id, limit=2):
            pieces += piece
            last_id = piece[-1].transfer_id
        newest_first = await statement.page(session, account, period, limit=1_000, offset=0)
    assert pieces == whole == newest_first[::-1]
    return whole


async def accruals_of(world: World, account: Account) -> list[AccrualStory]:
    return [line.made for line in await lines_of(world, account) if line.made is not None]


@pytest.fixture
def own(world: World) -> Account:
    return statement.of_clipper(world.clipper.user_id)


async def test_an_accrual_names_its_reading_and_says_how_its_growth_became_cents(
    world: World, own: Account
) -> None:
    campaign = await world.campaign()
    clip = await world.clip(campaign, tiktok(1), baseline=1_000)
    for views in (3_000, 2_000, 5_999):
        await world.read((tiktok(1), views))

    first, second = await accruals_of(world, own)
    assert (first.initial_views, first.peak_views, first.growth) == (1_000, 3_000, 2_000)
    assert (first.rate, first.worth, first.credited_before, first.amount) == (250, 500, 0, 500)
    assert (second.peak_views, second.worth, second.credited_before, second.amount) == (
        5_999,
        1_249,
        500,
        749,
    )
    assert first.adds_up
    assert second.adds_up
    async with world.database.reading() as session:
        lines = await statement.page(session, own, ALWAYS, limit=1, offset=0)
    assert [(line.kind, line.amount, line.balance) for line in lines] == [
        (TransferKind.ACCRUAL, 749, 1_249)
    ]
    assert (lines[0].campaign_title, lines[0].submission_id) == (campaign.title, clip.submission_id)


async def test_caps_and_the_last_share_of_a_budget_are_worked_out_again(
    world: World, own: Account
) -> None:
    kim = await world.another_clipper()
    campaign = await world.campaign(budget="100.00", max_per_clip="60.00", max_per_clipper="70.00")
    await world.clip(campaign, tiktok(1))
    await world.clip(campaign, tiktok(2))
    await world.clip(campaign, youtube(3), by=kim)
    # $60.00 (the cap per clip; the growth is worth $75.00) and $25.00 are to fit under $70.00 per
    # clipper; Kim's $40.00 beside them do not fit what the budget has left.
    await world.read((tiktok(1), 30_000), (tiktok(2), 10_000), (youtube(3), 16_000))

    one, two = await accruals_of(world, own)
    [kims] = await accruals_of(world, statement.of_clipper(kim.user_id))
    assert (one.uncapped, one.worth, one.demand) == (7_500, 6_000, 6_000)
    assert one.within_cap + two.within_cap == 7_000
    assert kims.within_cap == kims.demand == 4_000
    assert one.share == two.share == kims.share == LastShare(left=10_000, wanted=11_000)
    assert one.amount + two.amount + kims.amount == 10_000
    assert all(made.adds_up for made in (one, two, kims))


async def test_a_cap_alone_needs_no_share(world: World, own: Account) -> None:
    campaign = await world.campaign(max_per_clipper="20.00")
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 30_000))
    [made] = await accruals_of(world, own)
    assert (made.demand, made.within_cap, made.amount, made.share) == (7_500, 2_000, 2_000, None)
    assert made.adds_up


@pytest.mark.parametrize("later_cap", ["30.00", "10.00", None])
async def test_a_later_approval_under_another_cap_changes_no_old_explanation(
    world: World, own: Account, later_cap: str | None
) -> None:
    campaign = await world.campaign(max_per_clipper="20.00")
    await world.clip(campaign, tiktok(1))
    await world.clip(campaign, tiktok(2))
    await world.read((tiktok(1), 30_000), (tiktok(2), 10_000))
    before = await accruals_of(world, own)
    assert [made.within_cap for made in before] == [1_500, 500]
    async with world.database.writing() as session:
        await campaigns.change(session, world.admin, campaign.id, {"max_per_clipper": later_cap})
    await world.clip(campaign, youtube(3))
    assert await accruals_of(world, own) == before

    await world.read((tiktok(1), 90_000), (tiktok(2), 90_000), (youtube(3), 90_000))
    after = await accruals_of(world, own)
    assert after[:2] == before
    assert all(made.adds_up for made in after)


async def test_what_was_recovered_before_a_credit_and_not_after_it_is_in_its_explanation(
    world: World, own: Account
) -> None:
    campaign = await world.campaign(max_per_clipper="20.00")
    bought = await world.clip(campaign, tiktok(1))
    await world.clip(campaign, tiktok(2))
    await world.read((tiktok(1), 4_000), (tiktok(2), 0))
    await world.read((tiktok(1), 4_000), (tiktok(2), 30_000))
    async with world.database.writing() as session:
        await review.revoke(session, world.admin, bought.id, "Bought views.")
    await world.read((tiktok(2), 60_000))

    accruals = await accruals_of(world, own)
    assert [(made.amount, made.within_cap) for made in accruals] == [
        (1_000, 1_000),
        (1_000, 1_000),
        (1_000, 1_000),
    ]
    assert all(made.adds_up for made in accruals)


async def test_a_later_runs_reading_changes_no_old_explanation_although_its_clock_was_behind(
    world: World, own: Account
) -> None:
    campaign = await world.campaign()
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 4_000))
    [before] = await accruals_of(world, own)
    with clock.standing_at(clock.now() - timedelta(minutes=5)):
        world.simulator.script(tiktok(1), 8_000)
        await world.track()

    assert before in await accruals_of(world, own)


async def test_an_amount_that_nothing_explains_does_not_add_up(world: World, own: Account) -> None:
    campaign = await world.campaign()
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 30_000))
    [made] = await accruals_of(world, own)
    for wrong in (made.amount - 1, made.amount + 1):
        values = {name: getattr(made, name) for name in AccrualStory.__dataclass_fields__} | {
            "amount": wrong
        }
        assert not AccrualStory(**values).adds_up


async def test_every_movement_of_a_clippers_money_is_there_with_the_balance_after_it(
    world: World, own: Account
) -> None:
    campaign = await world.campaign()
    clip = await world.clip(campaign, tiktok(1))
    await world.clip(campaign, tiktok(2))
    await world.read((tiktok(1), 8_000), (tiktok(2), 8_000))
    asked = await world.request("20.00")
    await world.process(asked, "reject", notes="A reason.")
    again = await world.request("20.00")
    await world.process(again, "approve")
    await world.process(again, "complete", transaction_id="TX-1")
    await world.process(again, "reverse", notes="The bank sent it back.")
    async with world.database.writing() as session:
        await review.revoke(session, world.admin, clip.id, "Bought views.")

    lines = await lines_of(world, own)
    assert [(line.kind, line.amount, line.balance) for line in lines] == [
        (TransferKind.ACCRUAL, 2_000, 2_000),
        (TransferKind.ACCRUAL, 2_000, 4_000),
        (TransferKind.PAYOUT_RESERVED, -2_000, 2_000),
        (TransferKind.PAYOUT_RELEASED, 2_000, 4_000),
        (TransferKind.PAYOUT_RESERVED, -2_000, 2_000),
        (TransferKind.PAYOUT_RETURNED, 2_000, 4_000),
        (TransferKind.ACCRUAL_REVERSED, -2_000, 2_000),
    ]
    assert lines[-1].balance == (await world.user()).available
    assert lines[-1].reverses == lines[0].transfer_id
    assert [line.payout_request_id for line in lines[2:6]] == [
        asked.id,
        asked.id,
        again.id,
        again.id,
    ]


async def test_a_campaigns_statement_says_where_its_budget_went(world: World) -> None:
    kim = await world.another_clipper()
    campaign = await world.campaign(budget="100.00")
    await world.clip(campaign, tiktok(1))
    await world.clip(campaign, youtube(2), by=kim)
    await world.read((tiktok(1), 4_000), (youtube(2), 2_000))

    lines = await lines_of(world, statement.of_campaign(campaign.id))
    assert [(line.kind, line.amount, line.balance, line.clipper) for line in lines] == [
        (TransferKind.BUDGET_FUNDED, 10_000, 10_000, None),
        (TransferKind.ACCRUAL, -1_000, 9_000, world.clipper.name),
        (TransferKind.ACCRUAL, -500, 8_500, kim.name),
    ]
    assert lines[-1].balance == (await world.now(campaign)).remaining
    assert all(line.made.adds_up for line in lines if line.made)


async def test_a_period_begins_with_the_balance_before_it(world: World, own: Account) -> None:
    campaign = await world.campaign()
    await world.clip(campaign, tiktok(1))
    await world.read((tiktok(1), 4_000))
    today = clock.now().date()
    tomorrow = today + timedelta(days=1)
    with clock.standing_at(clock.now() + timedelta(days=1)):
        await world.read((tiktok(1), 6_000))

    for period, opening, closing, amounts in (
        (Period(last=today), 0, 1_000, [1_000]),
        (Period(first=tomorrow), 1_000, 1_500, [500]),
        (Period(first=tomorrow, last=tomorrow), 1_000, 1_500, [500]),
        (Period(last=today - timedelta(days=1)), 0, 0, []),
        (ALWAYS, 0, 1_500, [1_000, 500]),
    ):
        async with world.database.reading() as session:
            found = await statement.sums(session, own, period)
        lines = await lines_of(world, own, period)
        assert (found.opening, found.closing, found.lines) == (opening, closing, len(amounts))
        assert [line.amount for line in lines] == amounts
        assert sum(found.moved.values()) == sum(amounts)
        assert not lines or lines[-1].balance == closing


async def test_others_money_is_on_nobody_elses_statement(world: World, own: Account) -> None:
    kim = await world.another_clipper()
    await world.clip(await world.campaign(), tiktok(1), by=kim)
    await world.read((tiktok(1), 4_000))
    assert await lines_of(world, own) == []
