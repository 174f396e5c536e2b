"""Malformed query parameters and path ids of all routes are refused by name; nothing is done."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette

from swivi.api.app import mounted_api
from swivi.api.http.parameters import LARGEST_PAGE
from swivi.runtime.runtime import Runtime
from swivi.swivi import api_and_forms
from tests.api import contract
from tests.api.conftest import Person, Snapshot, browser_of, client, refusal, wrong_fields
from tests.api.serving import CRON_SECRET

NOT_IDS = ("0", "-1", "01", "abc", "1.0", str(2**63), "9" * 400, "१", "1\n", "\x84", "1\n2")
NOT_DAYS = (
    "0",
    "1",
    "-1",
    "20260601",
    "2026-6-1",
    "2026-02-30",
    "2026-06-01T00:00:00Z",
    "yesterday",
    "२०२६-०६-०१",
)
NOT_NUMBERS = ("", "x", "1.0", " 1", "+1", "1_000", "١", "9" * 400)


def routes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation of everything in the document."""
    for path, operations in contract.document()["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def wrong_values(parameter: dict[str, Any]) -> tuple[str, ...]:
    """Texts that this parameter does not allow.

    Fails for a kind of parameter that has none here.
    """
    schema, name = parameter["schema"], parameter["name"]
    schema = (
        contract.document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        if "$ref" in schema
        else schema
    )
    if "enum" in schema:
        return ("", "nonsense", "null", "0")
    if schema["type"] == "integer":
        return (*NOT_NUMBERS, str(schema["minimum"] - 1), str(schema["maximum"] + 1))
    if schema["type"] == "boolean":
        return ("", "2", "yes", "null")
    if schema.get("format") == "date":
        return ("", *NOT_DAYS)
    if "[1-9]" in schema.get("pattern", ""):
        return ("", *(value for value in NOT_IDS if value != "0" or "(0|" not in schema["pattern"]))
    if "pattern" in schema:
        return ("", "A B", "x" * (schema["maxLength"] + 1))
    assert "maxLength" in schema, f"what is wrong for {name}?"
    return ("\x00", "x" * (schema["maxLength"] + 1))


@pytest.fixture
async def callers(clipper: Person, admin: Person, api: FastAPI) -> dict[str, httpx.AsyncClient]:
    """Who may call what, by the beginning of its path."""
    scheduler = client(api, headers={"Authorization": f"Bearer {CRON_SECRET}"})
    return {"/clippers": clipper.http, "/cron": scheduler, "": admin.http}


def caller(callers: dict[str, httpx.AsyncClient], path: str) -> httpx.AsyncClient:
    return next(http for prefix, http in callers.items() if path.startswith(prefix))


def there(path: str) -> str:
    return re.sub(r"\{\w+\}", "1", path)


async def test_every_query_parameter_that_does_not_parse_is_refused_by_name(
    callers: dict[str, httpx.AsyncClient], everything: Snapshot
) -> None:
    before, tried = await everything(), set()
    for method, path, operation in routes():
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query":
                continue
            name = parameter["name"]
            for value in wrong_values(parameter):
                answer = await caller(callers, path).request(
                    method, there(path), params={name: value}
                )
                assert refusal(answer) == (422, "invalid_input"), (method, path, name, value)
                assert wrong_fields(answer) == {name}, (method, path, name, value)
            tried.add(name)
    assert tried >= {
        "campaignId",
        "clipperId",
        "status",
        "since",
        "until",
        "page",
        "pageSize",
        "q",
        "id",
        "actor",
    }
    assert await everything() == before


async def test_every_unknown_query_parameter_is_refused_by_name(
    callers: dict[str, httpx.AsyncClient], everything: Snapshot
) -> None:
    before = await everything()
    for method, path, _ in routes():
        answer = await caller(callers, path).request(
            method, there(path), params={"clipper_id": "1", "Page": "1"}
        )
        assert refusal(answer) == (422, "invalid_input"), (method, path)
        assert wrong_fields(answer) == {"clipper_id", "Page"}, (method, path)
    assert await everything() == before


async def test_a_parameter_that_is_sent_twice_is_refused(admin: Person) -> None:
    answer = await admin.http.get("/admin/payout-requests?status=PENDING&status=APPROVED")
    assert (refusal(answer), wrong_fields(answer)) == ((422, "invalid_input"), {"status"})


async def test_every_query_parameter_takes_what_the_document_says(
    admin: Person, clipper: Person
) -> None:
    good = {
        "page": "1",
        "pageSize": str(LARGEST_PAGE),
        "status": "pending",
        "campaignId": "7",
        "clipperId": str(2**63 - 1),
    }
    answer = await admin.http.get("/admin/submissions", params=good)
    assert (answer.status_code, answer.json()["total"]) == (200, 0)
    log = {"since": "2024-02-29", "until": "9999-12-31", "actor": "0", "id": "3", "subject": "clip"}
    assert (await admin.http.get("/admin/audit-log", params=log)).status_code == 200
    assert (
        await clipper.http.get("/clippers/notifications", params={"unread": "True"})
    ).status_code == 200


async def test_every_path_id_that_is_none_is_not_there(
    callers: dict[str, httpx.AsyncClient], everything: Snapshot
) -> None:
    """A body is looked at first where there is one: it may be refused before the id is."""
    before = await everything()
    with_ids = [(method, path, operation) for method, path, operation in routes() if "{" in path]
    assert len(with_ids) > 20
    for method, path, operation in with_ids:
        body = (
            operation.get("requestBody", {})
            .get("content", {})
            .get("application/json", {})
            .get("example")
        )
        for bad in NOT_IDS:
            named = re.sub(r"\{\w+\}", quote(bad, safe=""), path)
            answer = await caller(callers, path).request(method, named, json=body)
            assert refusal(answer)[0] == 404, (method, path, bad)
    assert await everything() == before


async def test_an_address_with_a_line_break_is_answered_in_the_envelope(
    running: Runtime, admin: Person
) -> None:
    """Also where the API is mounted, as it is served."""
    headers = {"Authorization": f"Bearer {admin.token}"}
    for app in (Starlette(routes=[mounted_api()]), api_and_forms()):
        async with browser_of(app, headers=headers) as http:
            for path in (
                "admin/campaigns/1%0A2",
                "admin/campaigns/1%0A",
                "no%0Apath",
                "health%0A",
                "%0A",
                "%0D%0A",
            ):
                assert refusal(await http.get(f"/api/{path}"))[0] == 404, path
            answer = await http.delete("/api/admin/users/1%0A2")
            assert refusal(answer) == (405, "method_not_allowed")
            assert (await http.get("/api/health")).status_code == 200


async def test_deleting_a_campaign_is_said_to_archive_it(running: Runtime, admin: Person) -> None:
    described = contract.document()["paths"]["/admin/campaigns/{campaign_id}"]["delete"]
    assert "Archive" in described["description"]
    assert "Nothing is deleted" in described["description"]
    assert "200" in described["responses"]
