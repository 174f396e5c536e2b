"""The OpenAPI document: valid, complete, and with examples that fit their schemas."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from swivi.api.http.document import as_text
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api.conftest import Person
from tests.api.contract import document, validator

JSON = "application/json"
OPERATIONS = [
    pytest.param(method, path, operation, id=f"{method} {path}")
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
]


DEPEND_ON_STATE = {
    "session_only",
    "campaign_not_found",
    "clip_not_found",
    "conflict",
    "insufficient_balance",
    "payout_request_not_found",
    "still_earns",
    "video_not_held",
    "webhook_not_found",
}
"""An example cannot know which rows exist."""


def test_it_is_openapi_3_1_of_this_version() -> None:
    assert document()["openapi"].startswith("3.1")
    assert document()["info"]["title"] == "Swivi"
    assert set(document()["components"]["securitySchemes"]) == {"token", "session", "cronSecret"}


def test_operation_ids_are_tidy_and_unique() -> None:
    ids = Counter(
        operation["operationId"] for _, _, operation in (each.values for each in OPERATIONS)
    )
    assert [name for name, times in ids.items() if times > 1] == []
    assert [name for name in ids if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", name)] == []


def test_the_committed_copy_is_current() -> None:
    """A review shows what changes for programs. `make openapi` writes the copy."""
    kept = (Path(__file__).resolve().parents[2] / "docs" / "openapi.json").read_text(
        encoding="utf-8"
    )
    assert kept == as_text(document()), "run `make openapi`"


def test_schema_names_are_plain_and_unique() -> None:
    """A generated client makes classes of them: no module paths, no type arguments, no two that
    differ in case only.
    """
    names = list(document()["components"]["schemas"])
    assert [name for name in names if not re.fullmatch("([A-Z][a-z]+)+", name)] == []
    assert [name for name in names if name.endswith(("View", "Listed"))] == []
    assert len({name.lower() for name in names}) == len(names)
    assert {"AdminCampaign", "AdminCampaignPage", "OpenCampaign", "OpenCampaignPage"} <= set(names)


def test_every_tag_is_described() -> None:
    described = {tag["name"] for tag in document()["tags"]}
    used = {tag for each in OPERATIONS for tag in each.values[2]["tags"]}
    assert used == described


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_an_endpoint_is_described_whole(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    answers = operation["responses"]
    assert "default" not in answers
    assert "500" in answers
    for status, answer in answers.items():
        assert answer["description"] not in ("", "Successful Response"), status
        if status.startswith(("4", "5")) and (path, status) != ("/ready", "503"):
            codes = answer["content"][JSON]["examples"]
            assert codes, f"{status} names no code"
            for example in codes.values():
                must_fit(example["value"], answer["content"][JSON]["schema"])


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_its_examples_are_what_it_takes_and_answers(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    described = [operation.get("requestBody", {})]
    described += [
        answer for status, answer in operation["responses"].items() if status.startswith("2")
    ]
    for part in described:
        for media_type, content in part.get("content", {}).items():
            if media_type == JSON:
                must_fit(content["example"], content["schema"])


async def test_the_examples_of_bodies_are_taken(
    running: Runtime, guest: httpx.AsyncClient, clipper: Person, admin: Person
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    await factories.a_submission(running.database, clipper.actor, campaign, factories.tiktok(1))
    for method, path, operation in (each.values for each in OPERATIONS):
        if "requestBody" not in operation:
            continue
        is_clippers = path.startswith("/clippers/") or path == "/auth/proof"
        http = clipper.http if is_clippers else guest if path.startswith("/auth/") else admin.http
        example = operation["requestBody"]["content"][JSON]["example"]
        answer = await http.request(method, re.sub(r"\{\w+\}", "1", path), json=example)
        refused = answer.json().get("error", {}).get("code") if answer.content else None
        assert answer.status_code < 300 or refused in DEPEND_ON_STATE, (method, path, answer.text)


def must_fit(value: Any, schema: dict[str, Any]) -> None:
    """Raises AssertionError for a value that the schema does not allow."""
    problems = [
        f"{error.instance_path}: {error.message}" for error in validator(schema).iter_errors(value)
    ]
    assert problems == []
