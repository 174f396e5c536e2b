"""Extreme dates and malformed addresses are refused with their field, never with a 500."""

from base64 import urlsafe_b64encode

import httpx
import pytest

from swivi.auth_forms.forms import build_auth
from swivi.domain.accounts.flash import Flash, parse_flash
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api import contract
from tests.api.conftest import Person, Snapshot, browser_of, refusal, wrong_fields

ODD_MOMENTS = (
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00",
    "0001-01-01",
    "1999-12-31T23:59:59Z",
    "3000-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59.999999-23:59",
    "9999-12-31",
    "10000-01-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-12-31T24:00:01Z",
    "2026-12-31T18:00:00+99:99",
    "\uff12\uff10\uff12\uff16-01-01",
    "2026-12-31T18:00:00Z" * 1_000,
)
ODD_ADDRESSES = (
    "http://[::1",
    "http://::1]",
    "https://[",
    "http://[::1]:x/",
    "http://example.com:99999/",
    "http://example.com:-1/",
    "https://",
    "https:///path",
    "//example.com",
    "http://\u2100.example/",  # a letter that normalises to a/c
    "http://example.com" + "/x" * 5_000,
)


@pytest.mark.parametrize("field", ["startsAt", "endsAt"])
async def test_a_campaign_takes_no_odd_date(
    running: Runtime, admin: Person, everything: Snapshot, field: str
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    before = await everything()
    for moment in ODD_MOMENTS:
        answer = await admin.http.patch(f"/admin/campaigns/{campaign.id}", json={field: moment})
        assert (refusal(answer), wrong_fields(answer)) == ((422, "invalid_input"), {field}), moment[
            :40
        ]
    assert await everything() == before


async def test_no_odd_address_is_taken(
    running: Runtime, admin: Person, clipper: Person, everything: Snapshot
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    before = await everything()
    for address in ODD_ADDRESSES:
        for field in ("contentUrl", "coverUrl"):
            answer = await admin.http.patch(
                f"/admin/campaigns/{campaign.id}", json={field: address}
            )
            assert (refusal(answer), wrong_fields(answer)) == ((422, "invalid_input"), {field}), (
                address[:40]
            )
        hook = {"url": address, "events": ["payout.completed"]}
        answer = await admin.http.post("/admin/webhooks", json=hook)
        assert (refusal(answer), wrong_fields(answer)) == ((422, "invalid_input"), {"url"}), (
            address[:40]
        )
        clip = {"campaignId": str(campaign.id), "clipUrl": address}
        answer = await clipper.http.post("/clippers/submissions", json=clip)
        assert (refusal(answer), wrong_fields(answer)) == ((422, "invalid_link"), {"clipUrl"}), (
            address[:40]
        )
    assert await everything() == before


async def test_no_date_in_a_query_fails(admin: Person, clipper: Person) -> None:
    dates = (
        "0001-01-01",
        "9999-12-31",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T00:00:00-14:00",
        "99999-01-01",
    )
    asked = [
        (path, parameter["name"])
        for path, methods in contract.document()["paths"].items()
        for parameter in methods.get("get", {}).get("parameters", [])
        if parameter["name"] in ("since", "until", "from", "to", "month", "day")
    ]
    assert len(asked) >= 8
    for path, name in asked:
        who = clipper if path.startswith("/clippers") else admin
        where = "/".join("1" if part.startswith("{") else part for part in path.split("/"))
        for date in dates:
            answer = await who.http.get(where, params={name: date})
            assert answer.status_code < 500, (path, name, date)


async def test_an_origin_that_is_no_address_is_another_site(running: Runtime) -> None:
    clipper = await factories.a_clipper(running.database)
    async with browser_of(build_auth()) as browser:
        for origin in ODD_ADDRESSES[:4]:
            answer = await browser.post(
                "/sign-in", data={"email": clipper.email}, headers={"Origin": origin}
            )
            assert answer.status_code == 403, origin


def test_a_flash_cookie_that_is_no_flash_is_ignored() -> None:

    deep = "[" * 100_000 + "]" * 100_000
    for text in (
        deep,
        '{"fields":' * 5_000,
        "[" * 1_500 + "]" * 1_500,
        '{"error": ' + "9" * 5_000 + "}",
        "\xff",
    ):
        assert parse_flash(urlsafe_b64encode(text.encode("latin-1")).decode()) == Flash()
    good = Flash("sign-in", "No.", {"email": "No."}, email="a@b.co", name="A")
    assert parse_flash(good.as_cookie()) == good


@pytest.mark.usefixtures("running")
async def test_an_address_of_a_request_is_never_a_500(guest: httpx.AsyncClient) -> None:
    for path in ("/[::1", "/%5B%3A%3A1", "/health?next=http://[::1"):
        assert (await guest.get(path)).status_code < 500, path
