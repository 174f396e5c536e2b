"""Invalid input is refused with its field named, and changes nothing."""

import httpx

from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api.conftest import Person, Snapshot, refusal, wrong_fields

JSON = {"Content-Type": "application/json"}

BAD_AMOUNTS = [
    "-5",
    "0",
    "0.00",
    "-0",
    "0.001",
    "20.001",
    "20.0100000000000000001",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1e-400",
    "1E+30",
    "true",
    "null",
    "[]",
    "{}",
    '""',
    '"-5"',
    '"NaN"',
    '"1e400"',
    '"20.001"',
    '"twenty"',
    '"20,5"',
    '"1000000000.01"',
]
"""As written in the JSON text."""


def _json(**parts: str) -> bytes:
    return ("{" + ", ".join(f'"{name}": {value}' for name, value in parts.items()) + "}").encode()


async def test_a_payout_of_no_proper_amount_is_refused(
    earned: Person, everything: Snapshot
) -> None:
    before = await everything()
    for amount in BAD_AMOUNTS:
        body = _json(amount=amount, method='"paypal"', details='"me@swivi.test"')
        answer = await earned.http.post("/clippers/payout-request", content=body, headers=JSON)
        assert refusal(answer) == (422, "invalid_input"), amount
        assert wrong_fields(answer) == {"amount"}, amount
    assert await everything() == before


async def test_an_integer_too_long_to_read_is_a_400(earned: Person, everything: Snapshot) -> None:
    before = await everything()
    body = _json(amount="9" * 5000, method='"paypal"', details='"me@swivi.test"')
    assert refusal(
        await earned.http.post("/clippers/payout-request", content=body, headers=JSON)
    ) == (
        400,
        "malformed_body",
    )
    assert await everything() == before


async def test_a_proper_amount_is_exact(earned: Person) -> None:
    for amount in ("20", "20.10", "20.1", "2.01e1", '"20.10"', '"$20.10"', "49.99"):
        body = _json(amount=amount, method='"paypal"', details='"me@swivi.test"')
        answer = await earned.http.post("/clippers/payout-request", content=body, headers=JSON)
        assert answer.status_code == 201, answer.text
        assert answer.json()["amount"] == float(amount.strip('"$')), amount
        await earned.http.post(f"/clippers/payout-requests/{answer.json()['id']}/cancel")


async def test_every_wrong_field_of_a_payout_is_named(earned: Person, everything: Snapshot) -> None:
    before = await everything()
    wrong = {"amount": 20.001, "method": "", "details": {}}
    answer = await earned.http.post("/clippers/payout-request", json=wrong)
    assert refusal(answer) == (422, "invalid_input")
    assert wrong_fields(answer) == {"amount", "method", "details"}
    for key in ("", "k" * 201):
        answer = await earned.http.post(
            "/clippers/payout-request",
            json={"amount": 20, "method": "paypal", "details": "me@swivi.test"},
            headers={"Idempotency-Key": key},
        )
        assert refusal(answer) == (422, "invalid_input"), key
    assert await everything() == before


async def test_a_payout_beyond_the_rules_is_refused(earned: Person, everything: Snapshot) -> None:
    before = await everything()
    for amount, expected in (
        (19.99, (422, "below_minimum")),
        (50.01, (409, "insufficient_balance")),
    ):
        body = {"amount": amount, "method": "paypal", "details": "me@swivi.test"}
        assert refusal(await earned.http.post("/clippers/payout-request", json=body)) == expected
    assert await everything() == before


GOOD_TERMS = {"title": '"T"', "budget": "100", "payoutRate": "2.5", "platforms": '["tiktok"]'}


async def test_a_campaign_of_no_proper_amounts_is_refused(
    admin: Person, everything: Snapshot
) -> None:
    before = await everything()
    for amount in BAD_AMOUNTS:
        for field in ("budget", "payoutRate"):
            body = _json(**(GOOD_TERMS | {field: amount}))
            answer = await admin.http.post("/admin/campaigns", content=body, headers=JSON)
            assert refusal(answer) == (422, "invalid_input"), (field, amount)
            assert wrong_fields(answer) == {field}, (field, amount)
    assert await everything() == before


BAD_TERMS = {
    "title": ["", "   ", "x" * 121, 7, None],
    "brand": [7, "x" * 10_001],
    "platforms": [[], ["myspace"], "tiktok", None],
    "platformRates": [{"tiktok": -1}, {"myspace": 1}, [], "2"],
    "maxPerClip": [0, -1, "x", True],
    "maxPerClipper": [0, -1, "x", True],
    "minViews": [-1, 1.5, True, "many", 10**12],
    "contentUrl": ["javascript:alert(1)", "nothing", 7],
    "coverUrl": ["ftp://example.com/x"],
    "startsAt": ["tomorrow", 7.5, True],
    "endsAt": ["2026-13-01"],
    "hidden": ["yes", 1],
    "status": ["LIVE", "COMPLETED", 7],
    "payoutRat": [2.5],
}


async def test_every_wrong_term_is_named(
    admin: Person, running: Runtime, everything: Snapshot
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    before = await everything()
    good = {"title": "T", "budget": 100, "payoutRate": 2.5, "platforms": ["tiktok"]}
    for field, values in BAD_TERMS.items():
        for value in values:
            created = await admin.http.post("/admin/campaigns", json=good | {field: value})
            assert refusal(created) == (422, "invalid_input"), (field, value)
            assert wrong_fields(created) == {field}, (field, value)
            if (field, value) != ("status", "COMPLETED"):
                changed = await admin.http.patch(
                    f"/admin/campaigns/{campaign.id}", json={field: value}
                )
                assert wrong_fields(changed) == {field}, (field, value)
    nothing = await admin.http.post("/admin/campaigns", json={})
    assert wrong_fields(nothing) == {"title", "budget", "payoutRate", "platforms"}
    assert await everything() == before


async def test_links_that_lead_to_no_video_are_refused(
    running: Runtime, clipper: Person, admin: Person, everything: Snapshot
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    before = await everything()
    for link in (
        "",
        "nothing",
        "https://example.com/v/1",
        "https://www.tiktok.com/@someone",
        "x" * 3000,
    ):
        answer = await clipper.http.post(
            "/clippers/submissions", json={"campaignId": str(campaign.id), "clipUrl": link}
        )
        assert refusal(answer) == (422, "invalid_link"), link
        assert wrong_fields(answer) == {"clipUrl"}, link
    answer = await clipper.http.post(
        "/clippers/submissions", json={"campaignId": str(campaign.id), "clipUrl": 7}
    )
    assert (refusal(answer), wrong_fields(answer)) == ((422, "invalid_input"), {"clipUrl"})
    assert await everything() == before


async def test_a_bad_sign_up_names_its_fields(
    guest: httpx.AsyncClient, clipper: Person, everything: Snapshot
) -> None:
    before = await everything()
    good = {"email": "new@swivi.test", "password": "long enough", "name": "New"}
    for change, expected, fields in (
        ({"email": "nothing"}, (422, "invalid_input"), {"email"}),
        ({"email": 7, "name": ""}, (422, "invalid_input"), {"email", "name"}),
        ({"password": "short"}, (422, "weak_password"), {"password"}),
        ({"password": None}, (422, "weak_password"), {"password"}),
        ({"email": clipper.actor.email.upper()}, (409, "email_taken"), {"email"}),
    ):
        answer = await guest.post("/auth/signup", json=good | change)
        assert (refusal(answer), wrong_fields(answer)) == (expected, fields), change
    assert await everything() == before


async def test_a_page_out_of_bounds_is_refused(admin: Person) -> None:
    for path in ("campaigns", "submissions", "payout-requests", "users", "tracking-runs"):
        for query in (
            "page=0",
            "page=-1",
            "page=x",
            "page=99999999999",
            "pageSize=0",
            "pageSize=101",
        ):
            answer = await admin.http.get(f"/admin/{path}?{query}")
            assert refusal(answer) == (422, "invalid_input"), (path, query)
            assert wrong_fields(answer) == {query.split("=")[0]}, (path, query)


async def test_an_unknown_filter_is_refused(admin: Person) -> None:
    for path in (
        "campaigns?status=x",
        "submissions?status=x",
        "submissions?platform=x",
        "payout-requests?status=x",
    ):
        assert refusal(await admin.http.get(f"/admin/{path}")) == (422, "invalid_input"), path
