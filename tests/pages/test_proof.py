"""The table of deeds, walked at the handlers of the pages, and the dialog that asks for the
password.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import reflex as rx
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext
from sqlalchemy import text

import swivi.swivi
from swivi.domain.accounts.actor import Actor
from swivi.domain.payouts import destinations
from swivi.domain.payouts.models import PayoutRequest
from swivi.pages.admin.payouts.state import PayoutsState
from swivi.pages.clipper.payouts.request_dialog import PayoutDialog
from swivi.pages.engine.proof import ProofDialog, ProofGate
from swivi.pages.profile.destination import Destination
from swivi.pages.profile.password import PasswordForm
from swivi.pages.profile.two_steps import TwoSteps
from swivi.runtime.sensitive_actions import FIELD, SENSITIVE_ACTIONS
from tests.factories import PASSWORD
from tests.pages.conftest import Tab, happens
from tests.world import World

HANDLERS = {
    registered.handler.fn.__qualname__: name
    for name, registered in RegistrationContext.get().event_handlers.items()
}
DOORS = [door for doors in SENSITIVE_ACTIONS.values() for door in doors if " " not in door.name]
GATED = [door.name for door in DOORS if not door.asks_itself]
ADMINS = (
    *("UserChange", "UserState", "ManualReading", "WaitingReadings", "ReviewState", "HeldClips"),
    *("TopUp", "EditedCampaign", "NewCampaignState", "Scheduling", "Completion", "PayoutsState"),
)


async def expires(world: World) -> None:
    async with world.database.writing() as session:
        await session.execute(text("UPDATE sessions SET proven_at = NULL"))


async def signs_in(world: World, tab: Tab, name: str) -> Actor:
    actor = world.admin if name.startswith(ADMINS) else world.clipper
    await tab.sign_in(actor)
    return actor


def test_every_handler_of_the_table_exists() -> None:
    assert swivi.swivi.app is not None
    assert {door.name for door in DOORS} <= set(HANDLERS)
    assert len(GATED) >= 6


@pytest.mark.parametrize("name", GATED)
async def test_a_deed_waits_for_the_password(world: World, tab: Tab, name: str) -> None:
    await signs_in(world, tab, name)
    event = Event(name=HANDLERS[name], payload={"form_data": {"name": "Nightly"}})
    root = await tab.state(rx.State)
    assert await ProofGate().preprocess(swivi.swivi.app, root, event) is None
    await expires(world)
    answer = await ProofGate().preprocess(swivi.swivi.app, root, event)
    assert answer is not None
    assert [one.name.rpartition(".")[2] for one in answer.events] == ["open"]
    dialog = await tab.state(ProofDialog)
    await happens(dialog.open)
    assert dialog.is_open

    assert await happens(dialog.submit, {FIELD: "a wrong password"}) == []
    assert list(dialog.errors) == [FIELD]
    assert await ProofGate().preprocess(swivi.swivi.app, root, event) is not None
    assert await happens(dialog.submit, {FIELD: PASSWORD}) == [event]
    assert not dialog.is_open
    assert await ProofGate().preprocess(swivi.swivi.app, root, event) is None
    assert await happens(dialog.submit, {FIELD: PASSWORD}) == [], "it runs once"


async def test_a_dialog_that_is_dismissed_forgets_what_waited(
    world: World, clippers_tab: Tab
) -> None:
    await expires(world)
    root = await clippers_tab.state(rx.State)
    await ProofGate().preprocess(swivi.swivi.app, root, Event(name=HANDLERS["Tokens.submit"]))
    dialog = await clippers_tab.state(ProofDialog)
    await happens(dialog.open)
    await happens(dialog.close, False)
    assert await happens(dialog.submit, {FIELD: PASSWORD}) == []


async def _destination(world: World, tab: Tab, more: dict[str, str]) -> dict[str, str]:
    state = await tab.state(Destination)
    asked = {"method": "paypal", "paypal.email": "thief@swivi.test"}
    await happens(state.save, asked)
    await happens(state.save, asked | {"step": "confirm"} | more)
    return state.errors


async def _payout(world: World, tab: Tab, more: dict[str, str]) -> dict[str, str]:
    state = await tab.state(PayoutDialog)
    state.is_open = True
    asked = {"amount": "20", "method": "paypal", "paypal.email": "thief@swivi.test"}
    await happens(state.submit, asked)
    await happens(state.submit, asked | {"step": "confirm"} | more)
    return state.errors


async def _answer(world: World, tab: Tab, more: dict[str, str]) -> dict[str, str]:
    state = await tab.state(PayoutsState)
    state.is_open, state.action, state._request_id = True, "approve", 1
    await happens(state.submit, more)
    return state.errors


async def _password(world: World, tab: Tab, more: dict[str, str]) -> dict[str, str]:
    state = await tab.state(PasswordForm)
    new = "another horse battery"
    typed = {
        "changes": str(state.changes),
        "password": new,
        "again": new,
        "present": more.get(FIELD, ""),
    }
    await happens(state.save, typed)
    return {FIELD: state.errors["present"]} if "present" in state.errors else state.errors


def _two_steps(handler: str) -> Callable[[World, Tab, dict[str, str]], Awaitable[dict[str, str]]]:
    async def act(world: World, tab: Tab, more: dict[str, str]) -> dict[str, str]:
        state = await tab.state(TwoSteps)
        state.stage = "key"
        work: Any = {
            "set_up": state._set_up,
            "turn_off": state._turn_off,
            "turn_on": state._turn_on,
        }[handler]
        async for _ in state._run(work({**more, "code": "1"} if handler != "turn_on" else "1")):
            pass
        return state.errors

    return act


ASKING: dict[str, Callable[[World, Tab, dict[str, str]], Awaitable[dict[str, str]]]] = {
    "Destination.save": _destination,
    "PayoutDialog.submit": _payout,
    "PayoutsState.submit": _answer,
    "PasswordForm.save": _password,
    "TwoSteps.set_up": _two_steps("set_up"),
    "TwoSteps.turn_on": _two_steps("turn_on"),
    "TwoSteps.turn_off": _two_steps("turn_off"),
}


def test_each_handler_that_asks_itself_is_tried() -> None:
    assert set(ASKING) == {door.name for door in DOORS if door.asks_itself}


@pytest.mark.parametrize("name", ASKING)
async def test_a_form_with_a_field_for_the_password_wants_it(
    world: World, tab: Tab, name: str
) -> None:
    actor = await signs_in(world, tab, name)
    await expires(world)
    for more in ({}, {FIELD: ""}, {FIELD: "a wrong password"}):
        assert FIELD in await ASKING[name](world, tab, more)
    assert await world.all(PayoutRequest) == []
    async with world.database.reading() as session:
        assert await destinations.kept(session, actor.user_id) is None
