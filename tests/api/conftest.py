"""Clients of the API: a guest, clippers and an admin, over ASGI, on a fresh database of either
kind.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import text

from swivi.domain.accounts import passwords, tokens
from swivi.domain.accounts.actor import Actor
from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api import contract
from tests.simulator import RunningSimulator

ORIGIN = "http://swivi.test"
TABLES = (
    "users",
    "campaigns",
    "clip_submissions",
    "clips",
    "view_tracking",
    "tracking_runs",
    "payout_requests",
    "payouts",
    "ledger_transfers",
    "audit_log",
    "notifications",
)


@dataclass
class Person:
    """Somebody and their way in."""

    actor: Actor
    token: str
    http: httpx.AsyncClient

    @property
    def id(self) -> str:
        return str(self.actor.user_id)


@pytest.fixture
def api(running: Runtime, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    # Hashes are slow on purpose; here nobody guesses.
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    return contract.api()


def client(app: Any, **options: Any) -> httpx.AsyncClient:
    """A client of the API that holds every answer against the document."""
    return browser_of(app, event_hooks={"response": [contract.must_keep]}, **options)


def browser_of(app: Any, **options: Any) -> httpx.AsyncClient:
    """A client that sees a 500 as an answer, as callers do."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, **options)


@pytest.fixture
async def guest(api: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client(api) as http:
        yield http


async def _person(running: Runtime, api: FastAPI, actor: Actor) -> Person:
    async with running.database.writing() as session:
        token = (await tokens.issue(session, actor.user_id)).token
    return Person(actor, token, client(api, headers={"Authorization": f"Bearer {token}"}))


@pytest.fixture
async def clipper(running: Runtime, api: FastAPI) -> Person:
    return await _person(running, api, await factories.a_clipper(running.database))


@pytest.fixture
async def other_clipper(running: Runtime, api: FastAPI) -> Person:
    return await _person(running, api, await factories.a_clipper(running.database, "Olga Other"))


@pytest.fixture
async def admin(running: Runtime, api: FastAPI) -> Person:
    return await _person(running, api, await factories.an_admin(running.database))


@pytest.fixture
async def earned(
    running: Runtime, simulator: RunningSimulator, clipper: Person, admin: Person
) -> Person:
    """The clipper, with $50.00 available."""
    campaign = await factories.a_campaign(running.database, admin.actor)
    await factories.a_clip(
        running.database, clipper.actor, admin.actor, campaign, factories.tiktok(1)
    )
    simulator.script(factories.tiktok(1), 20_000)
    await running.tracker.run(Trigger.CLI)
    return clipper


Snapshot = Callable[[], Awaitable[dict[str, list[Any]]]]


@pytest.fixture
def everything(running: Runtime) -> Snapshot:
    """All rows of the tables that matter, to compare before and after."""

    async def read() -> dict[str, list[Any]]:
        async with running.database.reading() as session:
            return {
                name: list((await session.execute(text(f"SELECT * FROM {name} ORDER BY id"))).all())
                for name in TABLES
            }

    return read


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, whose body must be the envelope and nothing else."""
    body = answer.json()
    assert set(body) == {"error"}, body
    assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "fields"}, body
    assert body["error"]["message"]
    return answer.status_code, body["error"]["code"]


def wrong_fields(answer: httpx.Response) -> set[str]:
    """The fields that a refusal names."""
    return set(answer.json()["error"].get("fields", {}))
