"""What a tab's states hold goes to Redis: none of it opens anything."""

import json
from collections.abc import Mapping
from typing import Any

import pyotp
import pytest
import reflex as rx
from reflex_base.event.context import EventContext
from sqlmodel import select

from swivi.domain.accounts.models import Authenticator, PendingAuthenticator
from swivi.domain.accounts.sessions import SESSION_COOKIE, hash_token
from swivi.pages.engine.gate import session_hash
from swivi.pages.engine.inbox import kept_headers
from swivi.pages.engine.one_time import show_once
from swivi.pages.profile.tokens import Tokens
from swivi.pages.profile.two_steps import TwoSteps
from tests.pages.conftest import Tab, happens
from tests.world import World


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Any]]:
    """What the tab was sent beside its state's changes."""
    deltas: list[Mapping[str, Any]] = []

    class Context:
        @staticmethod
        async def emit_delta(delta: Mapping[str, Any]) -> None:
            deltas.append(delta)

    monkeypatch.setattr(EventContext, "get", Context)
    return deltas


async def kept(tab: Tab) -> bytes:
    """The bytes that Reflex keeps of the tab's states."""
    root: Any = await tab.state(rx.State)
    states, found = [root], b""
    while states:
        state = states.pop()
        states += state.substates.values()
        found += state._serialize()
    return found


def shown(sent: list[Mapping[str, Any]], variable: str) -> Any:
    name = f"{variable}_rx_state_"
    found = [values[name] for delta in sent for values in delta.values() if name in values]
    return next(value for value in reversed(found) if value)


async def test_the_session_cookie_is_replaced_by_its_hash(world: World, tab: Tab) -> None:
    headers = {
        "cookie": f"{SESSION_COOKIE}=the-cookie; swivi_flash=abc; other=secret",
        "authorization": "Bearer x",
    }
    assert kept_headers(
        headers | {"origin": "http://swivi.test", "x-forwarded-access-token": "y"}
    ) == {
        "origin": "http://swivi.test",
        "cookie": f"{SESSION_COOKIE}={hash_token('the-cookie')}; swivi_flash=abc",
    }
    tab.bring(f"{SESSION_COOKIE}=the-cookie")
    root = await tab.state(rx.State)
    assert session_hash(root) == hash_token("the-cookie")
    assert b"the-cookie" not in await kept(tab)
    tab.bring(f"{SESSION_COOKIE}={hash_token('the-cookie')}")
    assert session_hash(root) != hash_token("the-cookie"), "who knows the hash is not let in by it"


async def test_a_new_token_is_shown_and_not_kept(
    world: World, clippers_tab: Tab, sent: list[Mapping[str, Any]]
) -> None:
    state = await clippers_tab.state(Tokens)
    await happens(state.load)
    await happens(state.open)
    await happens(state.submit, {"name": "Nightly", "scope": "WRITE", "days": "7"})
    token = shown(sent, "shown")
    assert token.startswith("swivi_")
    assert state.is_made
    assert token.encode() not in await kept(clippers_tab)
    await happens(state.submit, {"name": "Nightly", "scope": "WRITE", "days": "7"})
    assert len([row for row in state.rows if row.name == "Nightly"]) <= 1, (
        "the second of two quick clicks"
    )
    await happens(state.close, False)
    assert json.dumps(list(sent[-1].values())) == json.dumps([{"shown_rx_state_": ""}])


async def test_the_key_and_the_codes_of_the_second_step_are_shown_and_not_kept(
    world: World, clippers_tab: Tab, sent: list[Mapping[str, Any]]
) -> None:
    state = await clippers_tab.state(TwoSteps)
    await happens(state.load)
    await happens(state.set_up, {})
    typed = shown(sent, "typed_key")
    async with world.database.reading() as session:
        [pending] = (await session.exec(select(PendingAuthenticator))).all()
    assert typed.replace(" ", "") == pending.key
    holds = await kept(clippers_tab)
    assert pending.key.encode() not in holds
    assert typed.encode() not in holds
    assert shown(sent, "picture").encode() not in holds

    await happens(state.turn_on, {"code": pyotp.TOTP(pending.key).now()})
    assert state.stage == "codes"
    codes = shown(sent, "codes")
    assert len(codes) == 10
    holds = await kept(clippers_tab)
    assert [code for code in codes if code.encode() in holds] == []
    async with world.database.reading() as session:
        [authenticator] = (await session.exec(select(Authenticator))).all()
        assert authenticator.key == pending.key
        assert (await session.exec(select(PendingAuthenticator))).all() == []
    await happens(state.done)
    assert list(sent[-1].values()) == [
        {"picture_rx_state_": "", "typed_key_rx_state_": "", "codes_rx_state_": []}
    ]


async def test_what_is_shown_once_changes_no_state(
    clippers_tab: Tab, sent: list[Mapping[str, Any]]
) -> None:
    state = await clippers_tab.state(Tokens)
    await show_once(state, shown="secret")
    assert sent == [{state.get_full_name(): {"shown_rx_state_": "secret"}}]
    assert state.shown == ""
