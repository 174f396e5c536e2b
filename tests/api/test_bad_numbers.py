"""Absurd numbers are refused by every field, parameter and id of the API, and change nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api import contract
from tests.api.conftest import Person, Snapshot, refusal
from tests.bad_numbers import BAD_NUMBERS, JSON_NUMBERS

JSON = {"Content-Type": "application/json"}
REFUSED = {400, 401, 403, 404, 409, 413, 422}
SENT = tuple(number for number in JSON_NUMBERS if number != "-0")
"""JSON's -0 is a 0, which some fields take."""

FEW = ("1e1000000000", "9" * 4_000, "NaN", "-1")
"""One of each kind, for what is sent to every address."""

HARMLESS = "/clippers/notifications/{notification_id}/read"
"""Answers 204 for a notification that is not there, as for one that was read before."""


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return dict(contract.document()["components"]["schemas"][name]) if name else schema


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in contract.document()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _fields_of_bodies() -> Iterator[tuple[str, str, str]]:
    for method, path, operation in _operations():
        if "requestBody" in operation:
            body = _resolved(operation["requestBody"]["content"]["application/json"]["schema"])
            bodies = [_resolved(one) for one in body.get("oneOf", [body])]
            for field in sorted({field for one in bodies for field in one["properties"]}):
                yield method, path, field


def _parameters(place: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for method, path, operation in _operations():
        for parameter in operation.get("parameters", []):
            if parameter["in"] == place:
                yield method, path, parameter["name"], parameter["schema"]


def _filled(path: str, value: str) -> str:
    """The path with `value` for every id in it."""
    return "/".join(value if part.startswith("{") else part for part in path.split("/"))


async def test_no_field_of_a_body_takes_one(
    running: Runtime, admin: Person, clipper: Person, everything: Snapshot
) -> None:
    await factories.a_campaign(running.database, admin.actor)
    before = await everything()
    fields = list(_fields_of_bodies())
    assert {"amount", "budget", "payoutRate", "maxPerClip", "minViews", "expiresInDays"} <= {
        name for *_, name in fields
    }
    for method, path, field in fields:
        who = clipper if path.startswith("/clippers") else admin
        for number in FEW:
            value = f'{{"tiktok": {number}}}' if field == "platformRates" else number
            body = f'{{"{field}": {value}}}'.encode()
            answer = await who.http.request(method, _filled(path, "1"), content=body, headers=JSON)
            assert answer.status_code in REFUSED, (method, path, field, number, answer.text)
    assert await everything() == before


GOOD = {
    ("post", "/admin/campaigns"): {
        "title": '"T"',
        "budget": "100",
        "payoutRate": "2.5",
        "platforms": '["tiktok"]',
    },
    ("post", "/clippers/payout-request"): {
        "amount": "20",
        "method": '"paypal"',
        "details": '"me@swivi.test"',
    },
    ("post", "/tokens"): {"name": '"A program"', "scope": '"read"', "expiresInDays": "30"},
}
AMOUNTS = (
    "budget",
    "payoutRate",
    "maxPerClip",
    "maxPerClipper",
    "minViews",
    "amount",
    "expiresInDays",
)


@pytest.mark.parametrize(("method", "path"), GOOD)
async def test_a_request_that_is_right_but_for_one_number_is_refused(
    admin: Person, earned: Person, everything: Snapshot, method: str, path: str
) -> None:
    who = earned if path.startswith("/clippers") else admin
    before = await everything()
    good = GOOD[method, path]
    extra = {"maxPerClip", "maxPerClipper", "minViews"} if "campaigns" in path else set()
    for field in [name for name in AMOUNTS if name in good or name in extra]:
        sent = [*SENT, *map(json.dumps, BAD_NUMBERS)]
        for number in sent:
            body = ", ".join(
                f'"{name}": {value}' for name, value in (good | {field: number}).items()
            )
            answer = await who.http.request(
                method, path, content=f"{{{body}}}".encode(), headers=JSON
            )
            assert refusal(answer) in {(400, "malformed_body"), (422, "invalid_input")}, (
                field,
                number[:30],
            )
    assert await everything() == before


async def test_no_parameter_takes_one(running: Runtime, admin: Person, clipper: Person) -> None:
    await factories.a_campaign(running.database, admin.actor)
    parameters = [each for each in _parameters("query") if each[0] == "get"]
    assert {"page", "pageSize", "days", "since"} <= {name for _, _, name, _ in parameters}
    for method, path, name, schema in parameters:
        who = clipper if path.startswith("/clippers") else admin
        kinds = {kind.get("type") for kind in [schema, *schema.get("anyOf", [])]}
        formats = {kind.get("format") for kind in [schema, *schema.get("anyOf", [])]}
        for number in (*FEW, "\uff15", "1e999999"):
            answer = await who.http.request(method, _filled(path, "1"), params={name: number})
            assert answer.status_code < 500, (path, name, number[:30])
            # Pydantic takes -1 and the like for a moment, in seconds since 1970.
            if "integer" in kinds or ("date" in formats and number != "-1"):
                assert answer.status_code in {404, 422}, (path, name, number[:30])


async def test_such_a_number_is_no_id(
    running: Runtime, admin: Person, clipper: Person, everything: Snapshot
) -> None:
    await factories.a_campaign(running.database, admin.actor)
    before = await everything()
    for method, path in {(method, path) for method, path, *_ in _parameters("path")} - {
        ("post", HARMLESS)
    }:
        who = clipper if path.startswith("/clippers") else admin
        for number in (*FEW, "\uff15"):
            answer = await who.http.request(method, _filled(path, number))
            assert answer.status_code in REFUSED, (method, path, number[:30], answer.text)
    assert await everything() == before
