"""Sign-up, tokens, the list of users, and notifications."""

import httpx

from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api.conftest import Person, refusal, wrong_fields
from tests.factories import PASSWORD


async def test_a_new_clipper_signs_up_and_gets_a_token(guest: httpx.AsyncClient) -> None:
    body = {"email": "New@Swivi.test", "password": PASSWORD, "name": "New", "role": "ADMIN"}
    created = await guest.post("/auth/signup", json=body)
    assert created.status_code == 201
    assert created.json() == {
        "id": "1",
        "email": "new@swivi.test",
        "name": "New",
        "role": "CLIPPER",
    }
    answer = await guest.post(
        "/auth/token", json={"email": " NEW@swivi.test ", "password": PASSWORD}
    )
    assert answer.json()["expiresAt"].endswith("Z")
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert (await guest.get("/clippers/dashboard", headers=headers)).status_code == 200


async def test_credentials_that_do_not_match_get_no_token(
    guest: httpx.AsyncClient, clipper: Person
) -> None:
    email = clipper.actor.email
    for body in (
        {"email": email, "password": "wrong password"},
        {"email": "nobody@swivi.test", "password": PASSWORD},
        {"email": email, "password": PASSWORD + "x" * 300},
    ):
        assert refusal(await guest.post("/auth/token", json=body)) == (401, "wrong_credentials"), (
            body
        )


async def test_credentials_that_are_no_text_are_refused_by_name(
    guest: httpx.AsyncClient, clipper: Person
) -> None:
    right = {"email": clipper.actor.email, "password": PASSWORD}
    for field, value in (
        ("email", 7),
        ("password", None),
        ("password", ["x"]),
        ("code", {}),
        ("code", 123456),
    ):
        answer = await guest.post("/auth/token", json=right | {field: value})
        assert (refusal(answer), wrong_fields(answer)) == ((422, "invalid_input"), {field}), (
            field,
            value,
        )
    assert (await guest.post("/auth/token", json=right | {"code": None})).status_code == 200


async def test_a_disabled_user_gets_no_token_and_loses_theirs(
    guest: httpx.AsyncClient, clipper: Person, admin: Person
) -> None:
    changed = await admin.http.patch(f"/admin/users/{clipper.id}", json={"status": "DISABLED"})
    assert changed.json()["status"] == "DISABLED"
    body = {"email": clipper.actor.email, "password": PASSWORD}
    assert refusal(await guest.post("/auth/token", json=body)) == (401, "wrong_credentials")
    assert refusal(await clipper.http.get("/clippers/dashboard")) == (401, "not_signed_in")


async def test_users_are_found_by_name_address_role_and_status(
    clipper: Person, other_clipper: Person, admin: Person
) -> None:
    for query, names in (
        ({}, {"Casey Clipper", "Olga Other", "Ada Admin"}),
        ({"q": "olga"}, {"Olga Other"}),
        ({"q": clipper.actor.email.upper()}, {"Casey Clipper"}),
        ({"q": "%"}, set()),
        ({"role": "admin"}, {"Ada Admin"}),
        ({"role": "CLIPPER", "status": "DISABLED"}, set()),
    ):
        listed = (await admin.http.get("/admin/users", params=query)).json()
        assert {item["name"] for item in listed["items"]} == names, query
        assert listed["total"] == len(names), query


async def test_people_read_what_they_alone_were_told(
    running: Runtime, clipper: Person, other_clipper: Person, admin: Person
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    submission = await factories.a_submission(
        running.database, clipper.actor, campaign, factories.tiktok(1)
    )
    await admin.http.post(
        f"/admin/submissions/{submission.id}/reject", json={"reason": "Not our drink."}
    )
    [told] = (await clipper.http.get("/clippers/notifications")).json()["items"]
    assert (told["kind"], told["readAt"]) == ("SUBMISSION_REJECTED", None)
    assert "Not our drink." in told["body"]
    assert told["link"] == "/clippers/clips"
    for other in (other_clipper, admin):
        assert (await other.http.get("/clippers/notifications")).json()["total"] == 0
        await other.http.post("/clippers/notifications/read")
    assert (await clipper.http.get("/clippers/notifications")).json()["items"] == [told]
    assert (await clipper.http.post("/clippers/notifications/read")).status_code == 204
    [read] = (await clipper.http.get("/clippers/notifications")).json()["items"]
    assert read["readAt"].endswith("Z")
