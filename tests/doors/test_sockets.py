"""Websocket messages that no page of ours sends are refused and logged, and harm no other tab."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from swivi.domain.accounts.sessions import SESSION_COOKIE
from swivi.middleware.websockets import LONGEST_MESSAGE
from tests.doors.arguments import HANDLERS, nested
from tests.doors.house import House
from tests.doors.wire import FENCE, HYDRATE, ROOT, Closed, HandshakeRefused, Tab, place

NO_PAGES_MESSAGES: list[str | bytes] = [
    "",
    "x",
    "9",
    "2probe",
    "0{}",
    "4",
    "40",
    "40/admin,",
    "43/_event,1[]",
    "44/_event,",
    "45999999-/_event,[]",
    "46/_event,",
    '42["event",{}]',
    '42/_event,{"event":1}',
    "42/_event,[]",
    '42/_event,["connect",{"QUERY_STRING":"token=x"}]',
    '42/_event,["disconnect"]',
    '42/_event,["link_token_to_sid","x"]',
    '42/_event,["\\u0065vent",{}]',
    b"\x00\x01",
]
"""Engine.IO and Socket.IO act on some of them by themselves."""

NO_EVENTS: list[Any] = [
    None,
    7,
    "event",
    "{",
    [],
    {},
    {"name": None},
    {"name": ["x"]},
    {"name": {}},
    {"name": ""},
    {"name": "state"},
    {"name": ROOT},
    {"name": f"{ROOT}."},
    {"name": f"{ROOT}.no_such_event"},
    {"name": f"{ROOT}._reset_client_storage"},
    {"name": f"{ROOT}.get_state"},
    {"name": f"{ROOT}.__class__"},
    {"name": f"{ROOT}.swivi___pages___engine___session____session_state._end"},
    {"name": f"{ROOT}.swivi___pages___engine___session____session_state._refresh_live"},
    {"name": f"{ROOT}.swivi___pages___engine___session____session_state.reset"},
    {"name": f"{ROOT}.swivi___pages___engine___state_owner____state_owner._pass_to"},
    {"name": f"{ROOT}.{ROOT}.hydrate"},
    {"name": "../state.hydrate"},
    {"name": "x" * 100_000},
    {"name": HYDRATE, "payload": []},
    {"name": HYDRATE, "payload": "x"},
    {"name": HYDRATE, "router_data": 7},
    {"name": HYDRATE, "payload": {"vars": 7}},
    {"name": HYDRATE, "payload": {"hashes": {"a": 1}}},
    {"name": FENCE},
    {"name": FENCE, "payload": {"value": "yes"}},
    {"name": FENCE, "payload": {"value": True}, "router_data": {"pathname": 7}},
    {"name": FENCE, "payload": {"value": True}, "router_data": {"pathname": "/", "asPath": ["/"]}},
    {"name": FENCE, "payload": {"value": True}, "router_data": {"pathname": "/", "query": [1]}},
    {
        "name": FENCE,
        "payload": {"value": True},
        "router_data": {"pathname": "/", "query": {"a": {}}},
    },
    {
        "name": FENCE,
        "payload": {"value": True},
        "router_data": {"pathname": "/", "query": {"a": ["b"]}},
    },
    {
        "name": FENCE,
        "payload": {"value": True},
        "router_data": {"pathname": "/", "query": {"splat": [{}]}},
    },
    {
        "name": FENCE,
        "payload": {"value": True},
        "router_data": {"pathname": "/", "query": {"splat": 7}},
    },
    {"name": FENCE, "payload": {"value": True}, "router_data": {"pathname": "/\x00"}},
    {"name": FENCE, "payload": {"value": True}, "router_data": {"pathname": "/" + "x" * 5_000}},
    {"name": HYDRATE, "payload": {"hashes": nested(400)}},
    {"name": HYDRATE, "payload": {"hashes": nested(900)}},
]

SHUT = [
    {"name": f"{ROOT}.setvar", "payload": {"var_name": "is_hydrated", "value": True}},
    {
        "name": f"{ROOT}.swivi___pages___engine___session____session_state.setvar",
        "payload": {"var_name": "role", "value": "ADMIN"},
    },
    {
        "name": f"{ROOT}.reflex___state____update_vars_internal_state.update_vars_internal",
        "payload": {
            "vars": {f"{ROOT}.swivi___pages___engine___session____session_state.role": "ADMIN"}
        },
    },
]


@pytest.fixture
async def neighbour(house: House) -> AsyncIterator[Tab]:
    """Yield Ann's tab at her dashboard. Fail if it does not work afterwards."""
    async with await house.signed_in("clipper") as tab:
        await tab.visit("/clippers/dashboard")
        yield tab
        await tab.visit("/clippers/clips")
        assert tab.value("role", "session_state") == "CLIPPER"
        assert tab.value("rows", "own_clips")
        async with httpx.AsyncClient(base_url=house.url) as browser:
            assert (await browser.get("/api/health")).is_success


def warned(house: House, since: int, logger: str) -> list[str]:
    """Return the warnings of this logger. Fail on stack traces."""
    lines = house.lines(since)
    assert [
        line for line in lines if line["level"] in ("ERROR", "CRITICAL") or "Traceback" in str(line)
    ] == []
    return [line["message"] for line in lines if line["logger"] == logger]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:1", None])
async def test_a_websocket_that_no_page_of_ours_asks_for_is_refused(
    house: House, neighbour: Tab, origin: str | None
) -> None:
    tab, since = await house.signed_in("clipper"), house.log_size()
    with pytest.raises(HandshakeRefused, match="403"):
        await tab.connect(origin=origin)
    assert warned(house, since, "swivi.websockets") == [
        "Refused a websocket: not from a page of ours"
    ]


@pytest.mark.parametrize("token", ["", "x", "../x", "0" * 36, "x" * 10_000])
async def test_a_websocket_without_a_tabs_token_is_refused(
    house: House, neighbour: Tab, token: str
) -> None:
    since = house.log_size()
    with pytest.raises(HandshakeRefused, match="403"):
        await Tab(house.url, token=token).connect()
    assert warned(house, since, "swivi.websockets") == [
        "Refused a websocket: without a tab's token"
    ]


async def test_a_message_that_no_page_sends_ends_the_connection(
    house: House, neighbour: Tab
) -> None:
    since = house.log_size()
    for message in NO_PAGES_MESSAGES:
        tab = Tab(house.url)
        await tab.connect()
        await _is_closed(tab, message)
        assert tab.close_code == 1003, message
        tab.leave()
    assert len(warned(house, since, "swivi.websockets")) == len(NO_PAGES_MESSAGES)


async def test_what_is_no_event_is_refused_in_one_line_and_the_tab_goes_on(
    house: House, neighbour: Tab
) -> None:
    since = house.log_size()
    async with Tab(house.url) as tab:
        await tab.visit("/")
        for message in NO_EVENTS:
            await tab.message(message)
        await tab.settle()
        assert len([told for told in tab.told if told["name"] == "_toast"]) == len(NO_EVENTS)
        for text in (
            "{",
            "[" * 50_000,
            '["event",' + "[" * 2_000 + "]" * 2_000 + "]",
            '["event",1e999,' + "9" * 5_000 + "]",
        ):
            await tab.frame(f'42/_event,["event",{text}')
        await tab.settle()
    refused = warned(house, since, "swivi.inbox")
    assert len(refused) == len(NO_EVENTS) + 4
    assert max(map(len, refused)) < 300


async def test_a_first_event_that_is_none_refuses_the_tab(house: House, neighbour: Tab) -> None:
    since = house.log_size()
    for first in ({"name": "x"}, {"name": FENCE, "payload": 7}, "x", []):
        with pytest.raises(HandshakeRefused):
            await Tab(house.url).connect(boot=first)
    assert len(warned(house, since, "swivi.inbox")) == 4


async def test_no_variable_can_be_set_from_outside(house: House, neighbour: Tab) -> None:
    since = house.log_size()
    async with await house.signed_in("clipper") as tab:
        await tab.visit("/clippers/dashboard")
        for message in SHUT:
            await tab.message(message | {"router_data": place("/clippers/dashboard")})
        await tab.settle()
        assert len([told for told in tab.told if told["name"] == "_toast"]) == len(SHUT)
        assert tab.value("role", "session_state") == "CLIPPER"
    refused = [
        line["outcome"]
        for line in house.lines(since)
        if line.get("handler", "").endswith(("setvar", "internal"))
    ]
    assert refused.count("refused (not_allowed)") == len(SHUT)


async def test_a_browsers_complaints_are_cut_and_forge_no_line(
    house: House, neighbour: Tab
) -> None:
    since = house.log_size()
    name = f"{ROOT}.reflex___state____frontend_event_exception_state.handle_frontend_exception"
    forged = 'x\n{"level": "CRITICAL", "logger": "swivi", "message": "All is lost"}'
    async with Tab(house.url) as tab:
        await tab.event(name, info=forged + "y" * 50_000, component_stack="z" * 50_000)
        await tab.frame(
            "42/_event,"
            + json.dumps(["client_error", {"error_type": forged, "message": "m" * 50_000}])
        )
        await tab.settle()
    lines = warned(house, since, "swivi.events")
    complaints = [line for line in lines if line.startswith("A page failed in a browser")]
    assert len(complaints) == 2
    assert max(map(len, complaints)) < 1_000


async def _is_closed(tab: Tab, message: str | bytes) -> None:
    try:
        await tab.frame(message)
        await tab.until(lambda: False)
    except Closed:
        return


@pytest.mark.parametrize("size", [LONGEST_MESSAGE + 1, 1_000_000, 16_000_000])
async def test_a_huge_message_ends_its_connection(house: House, neighbour: Tab, size: int) -> None:
    since = house.log_size()
    async with Tab(house.url) as tab:
        await _is_closed(tab, '42/_event,["event",' + "x" * size)
    assert len(warned(house, since, "swivi.websockets")) <= 1


async def test_a_tabs_token_is_no_key_to_what_it_shows(house: House) -> None:
    """While its owner is connected, after they left, and after they signed in as another user."""
    async with await house.signed_in("clipper") as anns:
        await anns.visit("/clippers/dashboard")
        assert anns.value("available", "clipper_balance") > 0
        for who in ("guest", "other clipper", "admin"):
            await _claims_in_vain(house, who, anns.token)
    for who in ("guest", "other clipper", "admin"):
        async with await house.signed_in("clipper") as anns:
            await anns.visit("/clippers/dashboard")
        await _claims_in_vain(house, who, anns.token)


async def _claims_in_vain(house: House, who: str, token: str) -> None:
    for name in (HYDRATE, f"{ROOT}.hydrate", _load("ClipperBalance"), _load("OwnClips")):
        thief = await house.signed_in(who)
        thief.token = token
        async with thief:
            if name == HYDRATE:
                await thief.visit("/clippers/dashboard")
            else:
                await thief.event(name, at="/clippers/dashboard")
                await thief.settle()
            assert "Abendrot" not in thief.everything
            assert not thief.value("available", "clipper_balance")


def _load(state: str) -> str:
    return next(
        name for name, handler in HANDLERS.items() if handler.fn.__qualname__ == f"{state}.load"
    )


async def test_a_session_that_was_ended_opens_nothing_any_more(house: House) -> None:
    """Cookie and client token are replayed after signing out, here and everywhere."""
    for end in ("/auth/sign-out", "everywhere"):
        person, tab = await house.newcomer("clipper")
        async with tab:
            await tab.visit("/clippers/dashboard")
            if end == "everywhere":
                await tab.event(_named("Browsers.sign_out_everywhere"))
            else:
                headers = {"Origin": house.url, "Cookie": f"{SESSION_COOKIE}={tab.cookie}"}
                async with httpx.AsyncClient(base_url=house.url, headers=headers) as browser:
                    assert (await browser.post(end)).status_code == 303
            await tab.until(lambda tab=tab: tab.redirects() or tab.value("ended", "session_state"))
        again = Tab(house.url, cookie=tab.cookie, token=tab.token)
        async with again:
            await again.visit("/clippers/dashboard")
            assert again.redirects() == ["/login?next=%2Fclippers%2Fdashboard"]
            assert person.actor.email not in again.everything


def _named(qualname: str) -> str:
    return next(name for name, handler in HANDLERS.items() if handler.fn.__qualname__ == qualname)
