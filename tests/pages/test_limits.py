"""Limits on what pages do: the dialog stays open with the sentence."""

from swivi.core.rates import Rate
from swivi.domain.payouts.models import PayoutRequest
from swivi.pages.clipper.payouts.request_dialog import PayoutDialog
from swivi.runtime.runtime import open_runtime
from tests.conftest import SettingsFor
from tests.pages.conftest import Tab, happens
from tests.statements import transactions, user_look_ups
from tests.world import World

ASK = {"amount": "25.00", "method": "paypal", "paypal.email": "casey@swivi.test", "step": "confirm"}
TOO_MANY = "Too many attempts. Try again in "


async def test_payouts_asked_for_too_often_wait(
    world: World, clippers_tab: Tab, settings_for: SettingsFor
) -> None:
    await world.earn(6_000)
    async with open_runtime(settings_for(limit_payouts=Rate(1, 3_600))):
        dialog = await clippers_tab.state(PayoutDialog)
        await happens(dialog.open)
        for _ in ("repeated", "confirmed"):
            await happens(dialog.submit, ASK | {"amount": "60.01"})
        assert dialog.error
        assert not dialog.error.startswith(TOO_MANY)
        for _ in ("repeated", "confirmed"):
            await happens(dialog.submit, ASK)
        assert dialog.error.startswith(TOO_MANY)
        assert dialog.is_open
    assert await world.all(PayoutRequest) == []


async def test_a_confirmed_payout_takes_four_transactions_and_one_look_up(
    world: World, clippers_tab: Tab, settings_for: SettingsFor
) -> None:
    await world.earn(6_000)
    async with open_runtime(settings_for(limit_payouts=Rate(9, 3_600))) as limited:
        dialog = await clippers_tab.state(PayoutDialog)
        await happens(dialog.open)
        await happens(dialog.submit, ASK)
        with transactions(limited.database) as begun:
            await happens(dialog.submit, ASK)
    assert len(await world.all(PayoutRequest)) == 1, dialog.error
    # The clipper, the checks, the quota, and the request itself.
    assert len(begun) <= 4, begun
    assert user_look_ups(begun) == 1
