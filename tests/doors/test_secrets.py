"""No page sends a browser secrets or other users' data."""

import json

import pytest

from swivi.pages.engine.session import SessionState
from swivi.swivi import app
from tests.doors.house import House

PAGES = dict(app._unevaluated_pages)
KEYS = {
    "campaign_key": "campaign_id",
    "open_campaign_key": "campaign_id",
    "campaign_id": "campaign_id",
    "submission_key": "submission_id",
    "payout_key": "request_id",
    "run_key": "run_id",
    "user_key": "user_id",
}
"""The ids in a page's address, by the name of Ann's id to use."""

SECRET_NAMES = ("password", "token_hash", "secret", "api_key", "cookie")


def addresses(house: House) -> list[str]:
    """Return the address of every page, with Ann's ids. Raise KeyError for a new kind of id."""
    found = []
    for route in PAGES:
        parts = [
            str(house.ids[KEYS[part[1:-1]]]) if part.startswith("[") else part
            for part in ("" if route == "index" else route).split("/")
        ]
        found.append("/" + "/".join(parts))
    return found


@pytest.mark.parametrize(
    "who", ["guest", "impostor", "disabled", "clipper", "other clipper", "admin"]
)
async def test_no_secret_is_in_what_a_browser_is_sent(house: House, who: str) -> None:
    """Open each page. The checks apply to the data of states, so every user can open each one."""
    others = {
        kind: person.actor.email
        for kind, person in house.people.items()
        if person.actor and kind != who
    }
    async with await house.signed_in(who) as tab:
        for address in addresses(house):
            await tab.visit(address)
            tab.told.clear()
        await tab.settle()
        sent = tab.everything
    found = [what for what, secret in house.secrets.items() if secret in sent]
    assert found == []
    assert not tab.cookie or tab.cookie not in sent
    assert "argon2" not in sent
    if who != "admin":
        assert [kind for kind, email in others.items() if email in sent] == []
    if who not in ("admin", "clipper"):
        assert [theirs for theirs in ("Abendrot", "abendrot", "Ann's") if theirs in sent] == []
    named = {
        variable
        for known in tab.states.values()
        for variable, value in known.items()
        if any(name in variable for name in SECRET_NAMES) and isinstance(value, str) and value
    }
    assert named == set()


async def test_what_a_browser_knows_of_its_connection_is_no_credential(house: House) -> None:
    """Reflex keeps the handshake's headers in the state, and the HttpOnly cookie is one of them."""
    async with await house.signed_in("clipper") as tab:
        await tab.visit("/clippers/dashboard")
        headers = tab.value("rx_router_headers") or {}
        assert tab.cookie
        assert tab.cookie not in json.dumps(headers)
        assert SessionState.get_full_name() in tab.states
