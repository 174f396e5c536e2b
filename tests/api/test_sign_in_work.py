"""Signing in: the password check holds no connection, and its duration reveals no account."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import event

from swivi.auth_forms.forms import build_auth
from swivi.core import cpu_work
from swivi.domain.accounts import passwords
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.models import Role, UserStatus
from swivi.runtime.runtime import Runtime
from tests.api.conftest import ORIGIN, Person, browser_of, client
from tests.factories import PASSWORD
from tests.statements import asked

AT_ONCE = 95
DOORS = ("/auth/token", "/sign-in")


@pytest.fixture
async def browser(running: Runtime, api: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(build_auth(), headers={"Origin": ORIGIN}) as http:
        yield http


class Connections:
    """How many connections of the pool are in use."""

    def __init__(self, running: Runtime) -> None:
        self.used = 0
        pool = running.database.engine.sync_engine.pool
        event.listen(pool, "checkout", lambda *_: self._change(1))
        event.listen(pool, "checkin", lambda *_: self._change(-1))

    def _change(self, by: int) -> None:
        self.used += by


@pytest.mark.parametrize("door", DOORS)
async def test_nobody_waits_for_a_connection_while_passwords_are_compared(
    running: Runtime,
    api: FastAPI,
    guest: httpx.AsyncClient,
    browser: httpx.AsyncClient,
    clipper: Person,
    monkeypatch: pytest.MonkeyPatch,
    door: str,
) -> None:
    """95 sign-ins at once; all that got a place are comparing, and another request reads the
    database meanwhile.
    """
    go, verify = threading.Event(), passwords._verify

    def slowly(password: str, password_hash: str) -> bool:
        assert go.wait(60)
        return verify(password, password_hash)

    monkeypatch.setattr(passwords, "_verify", slowly)
    connections = Connections(running)
    typed = {"email": clipper.actor.email, "password": PASSWORD}

    async def sign_in() -> int:
        if door == "/sign-in":
            answer = await browser.post(door, data=typed)
            return 200 if answer.headers["location"] == "/clippers/dashboard" else 503
        answer = await guest.post(door, json=typed)
        assert (answer.status_code == 503) == ("retry-after" in answer.headers)
        return answer.status_code

    sent = [asyncio.create_task(sign_in()) for _ in range(AT_ONCE)]
    refused = AT_ONCE - cpu_work.WORKERS - cpu_work.MOST_WAITING
    async with asyncio.timeout(60):
        while sum(task.done() for task in sent) < refused or connections.used:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert connections.used == 0
    assert (await clipper.http.get("/clippers/dashboard")).status_code == 200
    go.set()
    statuses = Counter(await asyncio.gather(*sent))
    assert set(statuses) <= {200, 401, 409, 429, 503}
    assert statuses[503] == refused
    assert statuses[200] > 0


class CountingHasher(PasswordHasher):
    """Writes down what it does."""

    def __init__(self, **parameters: int) -> None:
        super().__init__(**parameters)
        self.done: list[str] = []

    def hash(self, *args: Any, **kwargs: Any) -> str:
        self.done.append("hash")
        return super().hash(*args, **kwargs)

    def verify(self, *args: Any, **kwargs: Any) -> Any:
        self.done.append("verify")
        return super().verify(*args, **kwargs)


async def _known(_: Runtime, person: Person, admin: Person) -> str:
    return person.actor.email


async def _unknown(_: Runtime, person: Person, admin: Person) -> str:
    return "nobody@swivi.test"


async def _disabled(running: Runtime, person: Person, admin: Person) -> str:
    async with running.database.writing() as session:
        await accounts.set_role_and_status(
            session,
            admin.actor,
            person.actor.user_id,
            role=Role.CLIPPER,
            status=UserStatus.DISABLED,
        )
    return person.actor.email


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("password", ["a wrong password", "x", "x" * 200, "x" * 201, "x" * 10_000])
async def test_a_failed_sign_in_takes_the_same_work_for_every_account(
    running: Runtime,
    api: FastAPI,
    browser: httpx.AsyncClient,
    clipper: Person,
    admin: Person,
    monkeypatch: pytest.MonkeyPatch,
    door: str,
    password: str,
) -> None:
    """The same answer, as many comparisons and hashes, and the same statements in the same
    transactions.
    """
    hasher = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", hasher)
    seen = []
    accountings: list[Callable[[Runtime, Person, Person], Awaitable[str]]] = [
        _known,
        _unknown,
        _disabled,
    ]
    async with client(api) as http:
        for account in accountings:
            email = await account(running, clipper, admin)
            hasher.done.clear()
            typed = {"email": email, "password": password}
            with asked(running.database) as statements:
                answer = await (
                    browser.post(door, data=typed)
                    if door == "/sign-in"
                    else http.post(door, json=typed)
                )
            said = answer.text or answer.headers["location"]
            work = [statement for statement, _ in statements if "audit_log" not in statement]
            seen.append((answer.status_code, said, list(hasher.done), work))
    assert seen[0] == seen[1] == seen[2]
