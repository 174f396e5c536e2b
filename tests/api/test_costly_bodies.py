"""A body that costs more than a valid one is refused before parsing and before authentication."""

import json
from types import SimpleNamespace

import httpx
import pytest

from swivi.api.app import build_api
from swivi.api.http.body_limits import MAX_BODY_BYTES, MAX_LINKS_BYTES, MAX_LONG_TEXTS_BYTES
from swivi.core.json_bounds import MAX_DEPTH, MAX_VALUES, JsonOutOfBounds, check_json
from tests.api import contract
from tests.api.conftest import Person, refusal, wrong_fields

JSON = {"Content-Type": "application/json"}
MALFORMED, TOO_LARGE = (400, "malformed_body"), (413, "body_too_large")

COSTLY = {
    "900 lists around 300,000 texts": "[" * 900 + ",".join(['""'] * 300_000) + "]" * 900,
    "lists in lists": "[" * 20_000 + "]" * 20_000,
    "lists that never end": "[" * 60_000,
    "objects in objects": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "many lists": "[" + "[]," * 15_000 + "[]]",
    "many numbers": "[" + "1," * 30_000 + "1]",
    "many names": "{" + ",".join(f'"n{number}":1' for number in range(5_000)) + "}",
    "deep behind a text": '{"text": "\\"]}", "deep": ' + "[" * 30 + "]" * 30 + "}",
    "many ends": "]" * 60_000,
    "a number of 4,000 digits": '{"amount": ' + "9" * 4_000 + "}",
    "an exponent of ten digits": '{"amount": 1e1000000000}',
    "a negative exponent of ten digits": '{"amount": 1e-1000000000}',
    "a fraction of 4,000 digits": '{"amount": 0.' + "3" * 4_000 + "}",
    "UTF-16": json.dumps({"amount": 1}).encode("utf-16").decode("latin-1"),
}


def _with_body() -> list[tuple[str, str]]:
    operations = contract.document()["paths"].items()
    return [
        (method, path.replace("{", "").replace("}", ""))
        for path, methods in operations
        for method, operation in methods.items()
        if "requestBody" in operation
    ]


@pytest.mark.parametrize("kind", COSTLY)
async def test_no_route_parses_a_costly_body_of_a_stranger(
    guest: httpx.AsyncClient, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[object] = []
    monkeypatch.setattr(
        "swivi.api.http.bodies.json", SimpleNamespace(loads=lambda *sent, **_: parsed.append(sent))
    )
    routes = _with_body()
    assert len(routes) > 10
    for method, path in routes:
        answer = await guest.request(
            method, path, content=COSTLY[kind].encode("latin-1"), headers=JSON
        )
        assert refusal(answer) in (MALFORMED, TOO_LARGE), (method, path)
        assert len(answer.content) < 500, (method, path)
    assert parsed == []


async def test_each_route_takes_as_many_bytes_as_its_largest_legal_body(
    clipper: Person, admin: Person, guest: httpx.AsyncClient
) -> None:
    for method, path in _with_body():
        most = {
            "/admin/campaigns": MAX_LONG_TEXTS_BYTES,
            "/admin/campaigns/campaign_id": MAX_LONG_TEXTS_BYTES,
            "/test/view-tracking": MAX_LINKS_BYTES,
        }.get(path, MAX_BODY_BYTES)
        answer = await guest.request(method, path, content=b" " * (most + 1), headers=JSON)
        assert refusal(answer) == TOO_LARGE, (method, path)
        answer = await guest.request(method, path, content=b" " * most, headers=JSON)
        assert refusal(answer) == MALFORMED, (method, path)
    text = "\U0001f3ac" * 10_000
    terms = {"title": "T", "budget": 100, "payoutRate": 2.5, "platforms": ["tiktok"]}
    texts = {"brand": "B", "description": text, "requirements": text}
    created = await admin.http.post("/admin/campaigns", json=terms | texts)
    assert created.status_code == 201, created.text


async def test_an_answer_repeats_only_so_many_of_the_names_that_a_caller_made_up(
    admin: Person,
) -> None:
    made_up = {f"{number}" + "x" * 500: 1 for number in range(100)}
    answer = await admin.http.patch("/admin/users/1", json=made_up)
    assert refusal(answer) == (422, "invalid_input")
    assert len(wrong_fields(answer)) == 20
    assert len(answer.content) < 8_000


def test_what_stands_in_texts_is_not_counted() -> None:
    check_json(json.dumps({"text": "[{,:" * MAX_VALUES + '"\\' + "9" * 100 + "1e99999"}))
    check_json("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    check_json(json.dumps([1.5e300, -1, 10**59, 2**63]))
    for text in (
        "[" * (MAX_DEPTH + 1),
        '"\\\\"' + "[" * (MAX_DEPTH + 1),
        "[0" + ",0" * MAX_VALUES + "]",
        "1e-1000",
    ):
        with pytest.raises(JsonOutOfBounds):
            check_json(text)


def test_every_route_with_a_body_reads_it_within_bounds() -> None:
    from swivi.api.http.bodies import ExactRoute

    routes = [
        route for route in build_api().routes if getattr(route, "body_field", None) is not None
    ]
    assert all(isinstance(route, ExactRoute) for route in routes)
