"""Two-step sign-in over HTTP: by the browser's forms, and for an API token."""

from collections.abc import AsyncIterator

import httpx
import pyotp
import pytest

from swivi.auth_forms.forms import build_auth
from swivi.core.rates import Rate
from swivi.domain.accounts.flash import FLASH_COOKIE, parse_flash
from swivi.domain.accounts.sessions import SESSION_COOKIE
from swivi.domain.accounts.totp import HALF_COOKIE
from swivi.domain.ledger.models import AuditEntry
from swivi.runtime.runtime import open_runtime
from tests import factories
from tests.api import contract
from tests.api.conftest import ORIGIN, browser_of, client
from tests.conftest import SettingsFor
from tests.factories import PASSWORD, turn_on_totp
from tests.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(build_auth(), headers={"Origin": ORIGIN}) as http:
        yield http


async def guard(world: World) -> list[str]:
    """The admin's second step is on; the recovery codes."""
    key = pyotp.random_base32()
    async with world.database.writing() as session:
        return await turn_on_totp(session, world.admin, key, pyotp.TOTP(key).now())


async def with_password(
    world: World, browser: httpx.AsyncClient, password: str = PASSWORD
) -> httpx.Response:
    return await browser.post(
        "/sign-in", data={"email": world.admin.email, "password": password, "next": "/admin/users"}
    )


async def test_the_password_alone_opens_nothing(world: World, browser: httpx.AsyncClient) -> None:
    [code, *_] = await guard(world)
    half = await with_password(world, browser)
    assert half.headers["location"] == "/code?next=%2Fadmin%2Fusers"
    assert SESSION_COOKIE not in half.cookies
    assert "httponly" in half.headers["set-cookie"].lower()

    wrong = await browser.post("/code", data={"code": "000000"})
    assert wrong.headers["location"] == "/code"
    assert "code" in parse_flash(wrong.cookies[FLASH_COOKIE]).fields
    assert SESSION_COOKIE not in wrong.cookies

    right = await browser.post("/code", data={"code": code, "next": "/admin/users"})
    assert right.headers["location"] == "/admin/users"
    assert right.cookies[SESSION_COOKIE]
    assert (await browser.post("/code", data={"code": code})).headers[
        "location"
    ] == "/login?ended=1"
    entries = [entry.action for entry in await world.all(AuditEntry)]
    assert entries.count("sign_in.failed") == 1
    assert entries.count("sign_in.done") == 1


async def test_a_wrong_password_is_answered_as_if_there_were_no_second_step(
    world: World, browser: httpx.AsyncClient
) -> None:
    await guard(world)
    assert (await with_password(world, browser, "wrong")).headers[
        "location"
    ] == "/login?next=%2Fadmin%2Fusers"


async def test_a_code_counts_only_in_the_browser_that_gave_the_password(
    world: World, browser: httpx.AsyncClient
) -> None:
    [code, *_] = await guard(world)
    await with_password(world, browser)
    async with browser_of(build_auth(), headers={"Origin": ORIGIN}) as another:
        assert (await another.post("/code", data={"code": code})).headers[
            "location"
        ] == "/login?ended=1"
        another.cookies.set(HALF_COOKIE, "guessed")
        assert (await another.post("/code", data={"code": code})).headers[
            "location"
        ] == "/login?ended=1"
    assert (await browser.post("/code", data={"code": code})).headers["location"] == "/admin"


async def test_a_token_needs_the_code_too(world: World) -> None:
    [code, *_] = await guard(world)
    credentials = {"email": world.admin.email, "password": PASSWORD}
    async with client(contract.api()) as http:
        answers = [
            await http.post("/auth/token", json=credentials | given)
            for given in ({}, {"code": "000000"}, {"code": code}, {"code": code})
        ]
    assert [answer.status_code for answer in answers] == [401, 401, 200, 401]
    said = [answer.json().get("error", {}).get("code") for answer in answers]
    assert said == ["code_needed", "wrong_code", None, "wrong_code"]


async def test_guessing_at_codes_ends(settings_for: SettingsFor) -> None:
    async with open_runtime(settings_for(limit_sign_in=Rate(3, 1_800))) as running:
        admin = await factories.an_admin(running.database)
        key = pyotp.random_base32()
        async with running.database.writing() as session:
            await turn_on_totp(session, admin, key, pyotp.TOTP(key).now())
        async with browser_of(build_auth(), headers={"Origin": ORIGIN}) as browser:
            await browser.post("/sign-in", data={"email": admin.email, "password": PASSWORD})
            for _ in range(3):
                await browser.post("/code", data={"code": "000000"})
            stopped = await browser.post("/code", data={"code": pyotp.TOTP(key).now()})
        assert "Too many" in parse_flash(stopped.cookies[FLASH_COOKIE]).error
