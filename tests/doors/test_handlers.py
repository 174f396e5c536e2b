"""Every event handler, called by every kind of user over real websockets.

Only the users that its mark admits may call it.
"""

from collections import Counter

import pytest

from swivi.pages.engine.gate import Access, access_of
from tests.doors.arguments import HANDLERS, NASTY, PARAMETERS, nasty, of, plausible, qualname
from tests.doors.house import BOOKKEEPING, House
from tests.doors.wire import place

SIGNED_OUT = {
    Access.SIGNED_IN: "not_signed_in",
    Access.CLIPPERS: "not_signed_in",
    Access.ADMINS: "not_signed_in",
}
TURNED_AWAY = {
    "guest": SIGNED_OUT,
    "impostor": SIGNED_OUT,
    "disabled": SIGNED_OUT,
    "clipper": {Access.ADMINS: "admins_only"},
    "other clipper": {Access.ADMINS: "admins_only"},
    "admin": {Access.CLIPPERS: "clippers_only"},
}

ENDS = {name for name in HANDLERS if qualname(name) == "Browsers.sign_out_everywhere"}
"""Handlers that sign their caller out."""


@pytest.mark.parametrize("who", TURNED_AWAY)
async def test_whom_a_handler_does_not_name_is_refused_and_changes_nothing(
    house: House, who: str
) -> None:
    refused = {name: code for access, code in TURNED_AWAY[who].items() for name in of(access)}
    assert len(refused) >= 10
    before, since = house.digest(), house.log_size()
    async with await house.signed_in(who) as tab:
        for name in refused:
            await tab.event(name, **plausible(name, house.ids))
        told = house.outcomes(since, len(refused))
        await tab.settle()
        answers = [event for event in tab.told if event["name"] in ("_redirect", "_toast")]
        assert len(answers) == len(refused), "each refusal is said on the page"
    expected = Counter((qualname(name), f"refused ({code})") for name, code in refused.items())
    assert Counter((line["handler"], line["outcome"]) for line in told) == expected
    assert house.digest() == before


@pytest.mark.parametrize("who", TURNED_AWAY)
async def test_whom_a_handler_names_gets_through(house: House, who: str) -> None:
    turned = {name for access in TURNED_AWAY[who] for name in of(access)}
    allowed = sorted(set(HANDLERS) - turned, key=ENDS.__contains__)
    since = house.log_size()
    _, tab = await house.newcomer(who)
    async with tab:
        for name in allowed:
            # With ids that no row has: an admitted caller may act on their own rows.
            await tab.event(name, **plausible(name, dict.fromkeys(house.ids, 0)))
        told = house.outcomes(since, len(allowed), {qualname(name) for name in allowed})
    gate = {
        "refused (not_signed_in)",
        "refused (admins_only)",
        "refused (clippers_only)",
        "refused (not_allowed)",
    }
    assert [line for line in told if line["outcome"] in gate or line["level"] == "ERROR"] == []
    assert {line["handler"] for line in told} >= {qualname(name) for name in allowed}


CALLERS = {
    Access.SIGNED_IN: "other clipper",
    Access.CLIPPERS: "other clipper",
    Access.ADMINS: "admin",
}
ONCE = {HANDLERS[name].fn.__code__: name for name in of(*CALLERS) if PARAMETERS[name]}
"""Handlers with arguments. A handler that several states inherit is listed once."""


async def test_ids_of_somebody_elses_rows_are_as_good_as_none(house: House) -> None:
    """Another clipper calls each handler that takes an id, and opens each page with an id."""
    names = [
        name
        for name in of(Access.SIGNED_IN, Access.CLIPPERS)
        if set(PARAMETERS[name]) & set(house.ids)
    ]
    assert {parameter for name in names for parameter in PARAMETERS[name]} >= {
        "request_id",
        "account_id",
        "token_id",
        "session_id",
        "notification_id",
    }
    async with await house.signed_in("other clipper") as tab:
        before, since = house.digest(but=BOOKKEEPING - {"sessions"}), house.log_size()
        for name in names:
            await tab.event(name, **plausible(name, house.ids))
        told = house.outcomes(since, len(names))
        await tab.settle()
        await tab.visit(f"/clippers/clips/{house.ids['submission_id']}")
        await tab.visit(f"/clippers/payouts/{house.ids['request_id']}")
        for theirs in ("Abendrot", "abendrot", "yt_00000002", "Ann's"):
            assert theirs not in tab.everything
    assert house.digest(but=BOOKKEEPING - {"sessions"}) == before
    assert [line for line in told if line["level"] == "ERROR"] == []


@pytest.mark.parametrize("caller", ["other clipper", "admin"])
async def test_arguments_that_no_page_sends_break_nothing(house: House, caller: str) -> None:
    """Each parameter of each handler receives every kind of wrong value."""
    calls = [
        (name, arguments)
        for name in ONCE.values()
        if CALLERS[access_of(HANDLERS[name])] == caller
        for arguments in nasty(name, house.ids)
    ]
    assert len(calls) > len(NASTY)
    person, tab = await house.newcomer(caller)
    house.at_rest()
    before = house.digest(but=BOOKKEEPING - {"audit_log"}, of_others_than=person)
    async with tab, await house.signed_in("clipper") as other:
        await other.visit("/clippers/dashboard")
        since = house.log_size()
        for name, arguments in calls:
            await tab.message({"name": name, "payload": arguments, "router_data": place("/")})
        await tab.settle()
        told = house.outcomes(since, len(calls))
        assert "Traceback" not in tab.everything
        assert len(told) == len(calls)
        await other.visit("/clippers/clips")
        assert other.value("role", "session_state") == "CLIPPER"
    failed = Counter(
        line["message"].partition(" in ")[0] for line in told if line["level"] == "ERROR"
    )
    assert failed == {}
    assert {line["logger"] for line in told} == {"swivi.events", "swivi.inbox"}
    assert house.digest(but=BOOKKEEPING - {"audit_log"}, of_others_than=person) == before
