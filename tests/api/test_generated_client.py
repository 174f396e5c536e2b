"""A client generated from the document: it is complete, and it works against the API."""

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from swivi.api.http.document import as_text
from tests import factories
from tests.api import contract
from tests.api.conftest import ORIGIN, Person
from tests.simulator import RunningSimulator

PACKAGE = "swivi_generated"
CONFIG = f"post_hooks: []\nproject_name_override: {PACKAGE}\npackage_name_override: {PACKAGE}\n"
"""Without hooks: they would only format what nobody reads."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the generated package, which can be imported.

    Fails if the generator leaves anything out.
    """
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(as_text(contract.document()), encoding="utf-8")
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    generator = Path(sys.executable).with_name("openapi-python-client")
    command = [
        generator,
        "generate",
        "--path",
        folder / "openapi.json",
        "--config",
        folder / "config.yml",
    ]
    done = subprocess.run(
        [*command, "--output-path", folder / "out", "--fail-on-warning"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    sys.path.insert(0, str(folder / "out"))
    yield PACKAGE
    sys.path.remove(str(folder / "out"))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def endpoint(package: str, operation_id: str) -> ModuleType:
    tags = {
        op["operationId"]: op["tags"][0]
        for ops in contract.document()["paths"].values()
        for op in ops.values()
    }
    return importlib.import_module(f"{package}.api.{tags[operation_id]}.{snake(operation_id)}")


def model(package: str, name: str) -> Any:
    return getattr(importlib.import_module(f"{package}.models"), name)


@pytest.fixture
def client_of(package: str, api: FastAPI) -> Any:
    """A generated client of somebody."""

    def make(person: Person) -> Any:
        kind = importlib.import_module(package).AuthenticatedClient
        return kind(
            base_url=ORIGIN, token=person.token, httpx_args={"transport": httpx.ASGITransport(api)}
        )

    return make


def test_every_answer_and_body_of_every_endpoint_is_in_the_client(package: str) -> None:
    looked_at = 0
    for operations in contract.document()["paths"].values():
        for operation in operations.values():
            module = endpoint(package, operation["operationId"])
            shown = Path(str(module.__file__)).read_text(encoding="utf-8")
            answers = [*operation["responses"].values(), operation.get("requestBody", {})]
            for answer in answers:
                schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
                schema = schema.get("items", schema)
                for named in (schema, *schema.get("oneOf", [])):
                    name = named.get("$ref", "").rsplit("/", 1)[-1]
                    assert not name or re.search(rf"\b{name}\b", shown), (
                        operation["operationId"],
                        name,
                    )
                    looked_at += bool(name)
    assert looked_at > 300
    for name in contract.document()["components"]["schemas"]:
        assert model(package, name)


async def test_a_generated_client_makes_a_campaign_and_submits_a_clip(
    package: str, client_of: Any, simulator: RunningSimulator, clipper: Person, admin: Person
) -> None:
    simulator.script(factories.tiktok(1), 1_000)
    terms = model(package, "NewCampaign").from_dict(
        {
            "title": "Generated",
            "budget": 100,
            "payoutRate": 2.5,
            "platforms": ["tiktok"],
            "status": "ACTIVE",
        }
    )
    made = await endpoint(package, "createCampaign").asyncio(client=client_of(admin), body=terms)
    assert (made.title, made.remaining, made.status) == ("Generated", 100.0, "ACTIVE")
    page = await endpoint(package, "listCampaigns").asyncio(client=client_of(admin), q="gener")
    assert ([each.id for each in page.items], page.total) == ([made.id], 1)

    link = model(package, "NewSubmission")(
        campaign_id=made.id, clip_url=factories.tiktok(1).canonical_url
    )
    sent = await endpoint(package, "submit").asyncio(client=client_of(clipper), body=link)
    assert (sent.campaign_id, sent.initial_views) == (made.id, 1_000)
    seen = await endpoint(package, "dashboard").asyncio(client=client_of(clipper))
    assert [clip.id for clip in seen.recent_clips] == [sent.id]


async def test_a_generated_client_is_told_what_is_wrong(
    package: str, client_of: Any, admin: Person
) -> None:
    reject = model(package, "RejectPayout").from_dict({"action": "reject", "notes": "No."})
    answer = await endpoint(package, "processPayout").asyncio(
        client=client_of(admin), request_id="999", body=reject
    )
    assert answer.error.code == "payout_request_not_found"
    found = await endpoint(package, "listPayouts").asyncio(
        client=client_of(admin), clipper_id="AAA"
    )
    assert (found.error.code, set(found.error.fields.to_dict())) == ("invalid_input", {"clipperId"})
