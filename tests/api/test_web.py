"""The browser's HTML forms: HttpOnly cookies, and redirects that stay on this site."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import httpx
import pytest

from swivi.api.http.body_limits import MAX_FORM_BYTES
from swivi.auth_forms.forms import build_auth
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.demo_emails import DEMO_ADMIN_EMAIL, DEMO_CLIPPER_EMAIL
from swivi.domain.accounts.flash import FLASH_COOKIE, parse_flash
from swivi.domain.accounts.models import Role
from swivi.domain.accounts.sessions import SESSION_COOKIE
from swivi.runtime.runtime import Runtime, open_runtime
from tests import factories
from tests.api import contract
from tests.api.conftest import ORIGIN, browser_of, client
from tests.conftest import SettingsFor
from tests.factories import PASSWORD

OWN = {"Origin": ORIGIN}


@pytest.fixture
async def browser(running: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that keeps no cookies by itself, so that each test says which ones it sends."""
    async with browser_of(build_auth(), headers=OWN) as http:
        yield http


async def _post(
    browser: httpx.AsyncClient, path: str, cookie: str = "", **fields: str
) -> httpx.Response:
    browser.cookies.clear()
    headers = {"Cookie": f"{SESSION_COOKIE}={cookie}"} if cookie else {}
    return await browser.post(path, data=fields, headers=headers)


def _cookies(answer: httpx.Response) -> dict[str, dict[str, str]]:
    """Each cookie set, with its attributes in lower case."""
    found = {}
    for header in answer.headers.get_list("set-cookie"):
        for name, morsel in SimpleCookie(header).items():
            found[name] = {"value": morsel.value} | {
                key: str(value).lower() for key, value in morsel.items() if value
            }
    return found


async def _name_behind(cookie: str) -> str | None:
    """Whose session it is, as the API tells; None if it is nobody's."""
    async with client(contract.api(), headers={"Cookie": f"{SESSION_COOKIE}={cookie}"}) as http:
        answer = await http.get("/clippers/notifications")
        return cookie if answer.status_code == 200 else None


async def test_signing_in_sets_a_cookie_that_scripts_cannot_read(
    browser: httpx.AsyncClient, running: Runtime
) -> None:
    clipper = await factories.a_clipper(running.database)
    answer = await _post(browser, "/sign-in", email=clipper.email, password=PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/clippers/dashboard")
    cookie = _cookies(answer)[SESSION_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == ("true", "lax", "/")
    assert "secure" not in cookie
    assert await _name_behind(cookie["value"])


async def test_over_https_the_cookie_is_secure(settings_for: SettingsFor) -> None:
    async with open_runtime(settings_for(public_url="https://swivi.example")) as running:
        clipper = await factories.a_clipper(running.database)
        async with browser_of(build_auth(), headers=OWN) as browser:
            answer = await _post(browser, "/sign-in", email=clipper.email, password=PASSWORD)
    assert _cookies(answer)[SESSION_COOKIE]["secure"] == "true"


async def test_each_sign_in_ends_the_session_before_it(
    browser: httpx.AsyncClient, running: Runtime
) -> None:
    admin = await factories.an_admin(running.database)
    first = await _post(browser, "/sign-in", email=admin.email, password=PASSWORD)
    assert first.headers["Location"] == "/admin"
    old = _cookies(first)[SESSION_COOKIE]["value"]
    again = await _post(browser, "/sign-in", cookie=old, email=admin.email, password=PASSWORD)
    new = _cookies(again)[SESSION_COOKIE]["value"]
    assert new != old
    assert await _name_behind(old) is None
    assert await _name_behind(new)


async def test_signing_out_ends_the_session(browser: httpx.AsyncClient, running: Runtime) -> None:
    clipper = await factories.a_clipper(running.database)
    answer = await _post(browser, "/sign-in", email=clipper.email, password=PASSWORD)
    cookie = _cookies(answer)[SESSION_COOKIE]["value"]
    out = await _post(browser, "/sign-out", cookie=cookie)
    assert (out.status_code, out.headers["Location"]) == (303, "/")
    assert _cookies(out)[SESSION_COOKIE]["max-age"] == "0"
    assert await _name_behind(cookie) is None
    assert (await _post(browser, "/sign-out")).status_code == 303


async def test_a_refused_sign_in_brings_back_what_was_typed_but_the_password(
    browser: httpx.AsyncClient,
) -> None:
    answer = await _post(
        browser,
        "/sign-in",
        email="Grüße@swivi.test",
        password="a secret",
        next="/clippers/clips?x=1",
    )
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/login?next=%2Fclippers%2Fclips%3Fx%3D1",
    )
    cookie = _cookies(answer)[FLASH_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (
        "true",
        "lax",
        "/",
        "60",
    )
    flash = parse_flash(cookie["value"])
    assert (flash.form, flash.email) == ("sign-in", "Grüße@swivi.test")
    assert flash.error == "This email and password do not match."
    assert SESSION_COOKIE not in _cookies(answer)
    assert "a secret" not in repr(flash)


async def test_signing_up_signs_in(browser: httpx.AsyncClient) -> None:
    answer = await _post(
        browser,
        "/sign-up",
        email="new@swivi.test",
        password=PASSWORD,
        name="New",
        next="/clippers/x",
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/clippers/x")
    assert await _name_behind(_cookies(answer)[SESSION_COOKIE]["value"])
    assert _cookies(answer)[FLASH_COOKIE]["max-age"] == "0"


async def test_a_refused_sign_up_names_its_fields(browser: httpx.AsyncClient) -> None:
    for fields, wrong in (
        ({"email": "nothing", "name": "", "password": PASSWORD}, {"email", "name"}),
        ({"email": "a@b.co", "name": "A", "password": "short"}, {"password"}),
        ({}, {"email", "name", "password"}),
    ):
        answer = await _post(browser, "/sign-up", **fields)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/signup")
        flash = parse_flash(_cookies(answer)[FLASH_COOKIE]["value"])
        assert (flash.form, set(flash.fields)) == ("sign-up", wrong)
        assert flash.email == fields.get("email", "")


async def test_what_was_typed_may_be_long_without_breaking_the_cookie(
    browser: httpx.AsyncClient,
) -> None:
    answer = await _post(browser, "/sign-up", email="é" * 1000, name="😀" * 1000, password="x")
    assert len(answer.headers["set-cookie"]) < 4096
    assert parse_flash(_cookies(answer)[FLASH_COOKIE]["value"]).email.startswith("ééé")


async def test_next_leads_nowhere_but_into_swivi(
    browser: httpx.AsyncClient, running: Runtime
) -> None:
    clipper = await factories.a_clipper(running.database)
    for path in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "evil",
        " /x",
        "/x y",
    ):
        answer = await _post(browser, "/sign-in", email=clipper.email, password=PASSWORD, next=path)
        assert answer.headers["Location"] == "/clippers/dashboard", path
    refused = await _post(
        browser, "/sign-in", email=clipper.email, password="wrong", next="//evil.example"
    )
    assert refused.headers["Location"] == "/login"


async def test_forms_of_other_sites_are_refused(running: Runtime) -> None:
    clipper = await factories.a_clipper(running.database)
    fields = {"email": clipper.email, "password": PASSWORD, "role": "admin"}
    async with browser_of(build_auth()) as browser:
        for path in ("/sign-in", "/sign-up", "/sign-out", "/demo"):
            for headers in (
                {},
                {"Origin": "https://evil.example"},
                OWN | {"Sec-Fetch-Site": "cross-site"},
            ):
                answer = await browser.post(path, data=fields, headers=headers)
                assert answer.status_code == 403, (path, headers)
                assert "set-cookie" not in answer.headers


async def test_what_is_no_form_is_refused(browser: httpx.AsyncClient) -> None:
    for body, status in (
        (b"\xff\xfe", 400),
        (urlencode({"email": "a\x00b", "password": "x"}).encode(), 400),
        (b"&".join(b"f%d=1" % number for number in range(21)), 400),
        (b"x" * (MAX_FORM_BYTES + 1), 413),
    ):
        assert (await browser.post("/sign-in", content=body)).status_code == status
    assert (await browser.get("/sign-in")).status_code == 405


async def test_the_demo_has_doors_and_nothing_else_has(
    browser: httpx.AsyncClient, settings_for: SettingsFor, running: Runtime
) -> None:
    for email, role in ((DEMO_CLIPPER_EMAIL, Role.CLIPPER), (DEMO_ADMIN_EMAIL, Role.ADMIN)):
        who = await accounts.newcomer(email=email, password=PASSWORD, name="Demo")
        async with running.database.writing() as session:
            await accounts.sign_up(session, who, role)
    assert (await _post(browser, "/demo", role="admin")).status_code == 404
    async with open_runtime(settings_for(demo=True)):
        for role, home in (("clipper", "/clippers/dashboard"), ("admin", "/admin")):
            answer = await _post(browser, "/demo", role=role)
            assert (answer.status_code, answer.headers["Location"]) == (303, home)
            assert await _name_behind(_cookies(answer)[SESSION_COOKIE]["value"])
        assert (await _post(browser, "/demo", role="owner")).status_code == 404


async def test_a_demo_that_is_not_seeded_says_so(
    browser: httpx.AsyncClient, settings_for: SettingsFor
) -> None:
    async with open_runtime(settings_for(demo=True)):
        answer = await _post(browser, "/demo", role="clipper")
    assert answer.headers["Location"] == "/login"
    assert "no user" in parse_flash(_cookies(answer)[FLASH_COOKIE]["value"]).error
