"""Schemathesis over the whole document: nothing fails, and no answer is undocumented.

    SWIVI_FUZZ_EXAMPLES=100 SWIVI_FUZZ_DATABASE=postgresql \\
        .venv/bin/pytest tests/api/test_fuzzing.py

runs longer, and on the other database. Each role sends this many valid requests to each endpoint,
and as many invalid ones, which must be refused. Examples are derived from the endpoint
(`derandomize`), so each run sends the same ones.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from swivi.settings import Settings
from tests.api import contract
from tests.api.serving import CRON_SECRET, ServedApi, served_api
from tests.servers import NEVER
from tests.simulator import RunningSimulator

EXAMPLES = int(os.environ.get("SWIVI_FUZZ_EXAMPLES", "3"))
DATABASE = os.environ.get("SWIVI_FUZZ_DATABASE", "sqlite")
CHECKS = [
    not_a_server_error,
    negative_data_rejection,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    (method.upper(), path)
    for path, operations in contract.document()["paths"].items()
    for method in operations
]
SMALL_IDS = st.sampled_from(["1", "2", "3"])
"""What there is is met more often than by chance."""


@pytest.fixture(scope="module")
def api(
    _simulator_server: RunningSimulator,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[ServedApi]:
    _simulator_server.reset()
    known: dict[str, object] = {
        "database_url": _database_url(request, tmp_path_factory.mktemp("fuzzing")),
        "apify_api_key": "test-key",
        "apify_api_url": _simulator_server.url,
        "cron_secret": CRON_SECRET,
        "env": "test",
        "tracking_cron": NEVER,
        "tracking_batch_pause_seconds": 0.0,
        "tracking_timeout_seconds": 20.0,
    }
    unlimited = {name: None for name in Settings.model_fields if name.startswith("limit_")}
    with served_api(Settings.model_validate(known | unlimited), _simulator_server) as served:
        yield served


def _database_url(request: pytest.FixtureRequest, folder: Path) -> str:
    if DATABASE == "postgresql":
        template = request.getfixturevalue("migrated_postgres")
        return str(request.getfixturevalue("postgres").create_database(template))
    shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "swivi.db")
    return f"sqlite:///{folder}/swivi.db"


@pytest.fixture(scope="module")
def schema(api: ServedApi) -> Any:
    return schemathesis.openapi.from_url(f"{api.url}/openapi.json")


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda part: part)
@pytest.mark.timeout(3_600)
def test_nobody_gets_an_answer_that_is_not_in_the_document(
    api: ServedApi, schema: Any, method: str, path: str
) -> None:
    operation = schema[path][method]
    _explore(operation, GenerationMode.POSITIVE, api)
    with suppress(Unsatisfiable):  # where there is nothing to get wrong
        _explore(operation, GenerationMode.NEGATIVE, api)


def _explore(operation: Any, mode: GenerationMode, api: ServedApi) -> None:
    """Everybody sends the same, for to make it up takes longer than to answer it."""

    @given(case=operation.as_strategy(generation_mode=mode), row=SMALL_IDS)
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case, row: str) -> None:
        if mode is GenerationMode.POSITIVE:
            case.path_parameters = dict.fromkeys(case.path_parameters or {}, row)
        for headers in api.callers().values():
            response = case.call_and_validate(headers=headers, checks=CHECKS)
            described = operation.definition.raw["responses"][str(response.status_code)]
            content = described.get("content", {}).get("application/json")
            if content is not None and response.status_code >= 400:
                contract.must_name(
                    content, response.json(), f"{case.method} {case.path} {response.status_code}"
                )

    ask()
