"""API and document agree on bodies: both refuse each invalid one and accept each valid one."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from swivi.core.money import MAX_CENTS
from swivi.domain.accounts import passwords, tokens
from swivi.domain.accounts import service as accounts
from swivi.domain.campaigns.rules import LARGEST_MINIMUM, LONGEST_TEXT, LONGEST_TITLE
from swivi.domain.clips.review import LONGEST_REASON
from swivi.domain.payouts.methods import LONGEST_VALUE
from swivi.domain.platforms.links import MAX_LINK_LENGTH
from swivi.domain.webhooks.rules import LONGEST_DESCRIPTION, LONGEST_URL
from tests.api import contract
from tests.api.conftest import Person, Snapshot, refusal, wrong_fields

LARGEST_AMOUNT = MAX_CENTS / 100
AMOUNTS = (0, -1, 0.001, LARGEST_AMOUNT + 1, "x", None, True)
ADDRESSES = ("javascript:alert(1)", "nothing", "ftp://example.com/x", 7)


class Taken(NamedTuple):
    """A body that is right, and for each field what is wrong in its place.

    ABSENT leaves the field out.
    """

    method: str
    path: str
    right: dict[str, Any]
    wrong: dict[str, tuple[Any, ...]]


ABSENT = object()
CAMPAIGN = {"title": "T", "budget": 100, "payoutRate": 2.5, "platforms": ["tiktok"]}
PROCESS = "/admin/payout-requests/{request_id}/process"
TAKEN = [
    Taken(
        "post",
        "/admin/campaigns",
        CAMPAIGN | {"status": "DRAFT"},
        {
            "title": ("", "   ", "x" * (LONGEST_TITLE + 1), 7, None, ABSENT),
            "description": ("x" * (LONGEST_TEXT + 1), 7, None),
            "budget": (*AMOUNTS, ABSENT),
            "payoutRate": (*AMOUNTS, ABSENT),
            "platforms": ([], ["myspace"], "tiktok", None, ABSENT),
            "maxPerClip": tuple(amount for amount in AMOUNTS if amount is not None),
            "minViews": (-1, 1.5, LARGEST_MINIMUM + 1, "many"),
            "contentUrl": ADDRESSES,
            "coverUrl": (*ADDRESSES, "https://example.com/" + "x" * LONGEST_TEXT),
            "hidden": ("yes", 1),
            "status": ("COMPLETED", "ARCHIVED", "LIVE", 7),
            "payoutRat": (2.5,),
        },
    ),
    Taken(
        "post",
        "/admin/campaigns",
        CAMPAIGN | {"status": "SCHEDULED", "startsAt": "2099-01-01T00:00:00Z"},
        {"startsAt": (ABSENT, None)},
    ),
    Taken("patch", "/admin/campaigns/{campaign_id}", {"status": "COMPLETED"}, {}),
    Taken(
        "patch",
        "/admin/campaigns/{campaign_id}",
        {"status": "COMPLETED", "force": True, "reason": "So."},
        {"reason": (ABSENT, "", 7), "force": ("yes", None)},
    ),
    Taken(
        "post",
        "/admin/submissions/{submission_id}/reject",
        {"reason": "r" * LONGEST_REASON},
        {"reason": (ABSENT, "", " ", None, 7, "r" * (LONGEST_REASON + 1))},
    ),
    Taken(
        "post",
        "/admin/clips/{clip_id}/revoke",
        {"reason": "No."},
        {"reason": (ABSENT, "", " ", "r" * (LONGEST_REASON + 1))},
    ),
    *(
        Taken(
            "post",
            path,
            {"reason": "It is there."},
            {"reason": (ABSENT, "", " ", "r" * (LONGEST_REASON + 1))},
        )
        for path in (
            "/admin/submissions/{submission_id}/release",
            "/admin/clips/{clip_id}/track-again",
            "/admin/clips/{clip_id}/hold/pay",
            "/admin/clips/{clip_id}/hold/correct",
        )
    ),
    Taken(
        "post",
        PROCESS,
        {"action": "approve"},
        {
            "action": (ABSENT, "cancel", "pay", "", 7, None),
            "notes": ("n" * (LONGEST_REASON + 1), 7),
        },
    ),
    Taken(
        "post",
        PROCESS,
        {"action": "complete", "transactionId": "TX-1"},
        {"transactionId": (ABSENT, "", "a b", "é", "x" * 121, 7)},
    ),
    *(
        Taken(
            "post",
            PROCESS,
            {"action": action, "notes": "Why."},
            {"notes": (ABSENT, "", " ", None, "n" * (LONGEST_REASON + 1))},
        )
        for action in ("reject", "fail", "reverse")
    ),
    Taken(
        "post",
        "/clippers/payout-request",
        {"amount": 20, "method": "paypal", "details": "me@swivi.test"},
        {
            "amount": (*AMOUNTS, ABSENT),
            "method": ("", "-", "cash", "other", 7, ABSENT),
            "details": (
                "",
                " ",
                {},
                7,
                "d" * (LONGEST_VALUE + 1),
                {"mail": "me@swivi.test"},
                ABSENT,
            ),
        },
    ),
    Taken(
        "post",
        "/clippers/submissions",
        {"campaignId": "999", "clipUrl": "https://youtu.be/dQw4w9WgXcQ"},
        {
            "campaignId": ("", "0", "abc", 7, None, ABSENT),
            "clipUrl": ("", 7, "x" * (MAX_LINK_LENGTH + 1), ABSENT),
        },
    ),
    Taken(
        "post",
        "/auth/signup",
        {"email": "new@swivi.example", "password": "correct horse battery", "name": "New"},
        {
            "email": ("nothing", "", 7, "x" * 250 + "@swivi.example", ABSENT),
            "password": (
                "p" * (passwords.SHORTEST - 1),
                "p" * (passwords.LONGEST + 1),
                None,
                ABSENT,
            ),
            "name": ("", "  ", "n" * (accounts.LONGEST_NAME + 1), 7, ABSENT),
        },
    ),
    Taken(
        "post",
        "/auth/token",
        {"email": "no@swivi.test", "password": "x"},
        {"email": (7, None, ABSENT), "password": (7, {}, ABSENT), "code": ({}, 7, [])},
    ),
    Taken("post", "/auth/proof", {"password": "x"}, {}),
    Taken(
        "post",
        "/tokens",
        {
            "name": "n" * tokens.LONGEST_NAME,
            "scope": "read",
            "expiresInDays": tokens.LONGEST_LIFE_DAYS,
        },
        {
            "name": ("", " ", "n" * (tokens.LONGEST_NAME + 1), 7, ABSENT),
            "scope": ("all", "", 7),
            "expiresInDays": (0, -1, tokens.LONGEST_LIFE_DAYS + 1, 1.5, {}),
            "outlivesSession": ("yes", 1, None),
        },
    ),
    Taken(
        "patch",
        "/admin/users/{user_id}",
        {"role": "CLIPPER"},
        {"role": ("", "KING", 7), "status": ("", "GONE", {})},
    ),
    Taken(
        "post",
        "/admin/webhooks",
        {"url": "https://example.com/hooks?a=b", "events": ["payout.completed"], "description": ""},
        {
            "url": (
                *ADDRESSES,
                "",
                "https://a:b@example.com/",
                "https://example.com/#x",
                "https://example.com/" + "x" * LONGEST_URL,
                ABSENT,
            ),
            "events": ([], ["webhook.test"], "payout.completed", None, ABSENT),
            "description": ("d" * (LONGEST_DESCRIPTION + 1), 7, None),
        },
    ),
    Taken("patch", "/admin/webhooks/{webhook_id}", {"active": False}, {}),
    Taken(
        "post",
        "/test/view-tracking",
        {"urls": ["https://youtu.be/dQw4w9WgXcQ"]},
        {"urls": ([], "x", [7], ["x"] * 51, ABSENT)},
    ),
]


def schema_of(taken: Taken) -> Any:
    operation = contract.document()["paths"][taken.path][taken.method]
    return contract.validator(operation["requestBody"]["content"]["application/json"]["schema"])


def bodies(taken: Taken) -> Iterator[tuple[str, dict[str, Any]]]:
    """The field that is wrong, and the body with it."""
    for field, values in taken.wrong.items():
        for value in values:
            body = taken.right | {field: value}
            yield field, {name: given for name, given in body.items() if given is not ABSENT}


def test_every_body_is_looked_at() -> None:
    documented = {
        (method, path)
        for path, operations in contract.document()["paths"].items()
        for method, operation in operations.items()
        if "requestBody" in operation
    }
    assert documented == {(taken.method, taken.path) for taken in TAKEN}


@pytest.mark.parametrize(
    "taken",
    TAKEN,
    ids=lambda taken: f"{taken.method} {taken.path} {min(taken.right.values(), key=str)}",
)
async def test_a_body_that_is_refused_is_one_that_the_document_refuses(
    taken: Taken, guest: httpx.AsyncClient, earned: Person, admin: Person, everything: Snapshot
) -> None:
    asked = await earned.http.post(
        "/clippers/payout-request",
        json={"amount": 20, "method": "paypal", "details": "me@swivi.test"},
    )
    assert asked.status_code == 201
    http = (
        guest
        if taken.path.startswith("/auth/")
        else earned.http
        if taken.path.startswith("/clippers/")
        else admin.http
    )
    path = taken.path.replace("{", "").replace("}", "")
    for name in ("campaign_id", "submission_id", "clip_id", "request_id", "webhook_id"):
        path = path.replace(name, "1")
    path = path.replace("user_id", earned.id)
    before, documented = await everything(), schema_of(taken)
    for field, body in bodies(taken):
        answer = await http.request(taken.method, path, json=body)
        assert refusal(answer)[0] == 422, (body, answer.text)
        assert wrong_fields(answer) == {field}, body
        assert not documented.is_valid(body), f"the document allows {body}"
    assert await everything() == before
    assert documented.is_valid(taken.right)
    right = await http.request(taken.method, path, json=taken.right)
    assert right.status_code != 422, right.text


async def test_completing_a_campaign_comes_alone(admin: Person) -> None:
    body = {"status": "COMPLETED", "title": "T"}
    answer = await admin.http.patch("/admin/campaigns/1", json=body)
    assert (refusal(answer), wrong_fields(answer)) == ((422, "invalid_input"), {"status"})
    assert not schema_of(Taken("patch", "/admin/campaigns/{campaign_id}", {}, {})).is_valid(body)
