"""Signing up where mail is sent: no answer tells whether an address has an account, and the mail
opens it.
"""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from swivi.auth_forms.forms import build_auth
from swivi.core.rates import Rate
from swivi.domain.accounts import passwords
from swivi.domain.accounts.flash import FLASH_COOKIE, parse_flash
from swivi.domain.accounts.models import User
from swivi.domain.accounts.sessions import SESSION_COOKIE
from swivi.domain.mail import outbox
from swivi.domain.mail.models import Mail, MailKind
from swivi.runtime.runtime import Runtime, open_runtime
from tests import factories
from tests.api import contract
from tests.api.conftest import ORIGIN, browser_of, client, refusal
from tests.conftest import SettingsFor
from tests.factories import PASSWORD

NEW = "new@swivi.test"
ANOTHER = "another horse battery"


@pytest.fixture
async def mailing(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Runtime]:
    """A Swivi that sends mail."""
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    async with open_runtime(
        settings_for(smtp_host="127.0.0.1", smtp_from="hello@swivi.test")
    ) as opened:
        yield opened


@pytest.fixture
async def browser(mailing: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(build_auth(), headers={"Origin": ORIGIN}) as http:
        yield http


@pytest.fixture
async def program(mailing: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    async with client(contract.api()) as http:
        yield http


async def mails(running: Runtime) -> list[tuple[str, MailKind]]:
    async with running.database.reading() as session:
        found = await session.exec(select(User.email, Mail.kind).join(Mail).order_by(Mail.id))
        return [(email, kind) for email, kind in found.all()]


async def links(running: Runtime) -> list[str]:
    async with running.database.writing() as session:
        return [letter.token for letter in await outbox.claim(session, uuid4().hex, limit=9)]


async def test_a_program_is_answered_alike_for_every_address(
    mailing: Runtime, program: httpx.AsyncClient
) -> None:
    known = await factories.a_clipper(mailing.database)
    answers = [
        await program.post(
            "/auth/signup", json={"email": email, "password": PASSWORD, "name": "Ann"}
        )
        for email in (NEW, known.email, NEW)
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(202, answers[0].text)}
    assert await mails(mailing) == [
        (NEW, MailKind.VERIFY),
        (known.email, MailKind.TAKEN),
        (NEW, MailKind.VERIFY),
    ]
    # Nor does a sign-in with what was just chosen: the known account's password is another one.
    signed = [
        await program.post("/auth/token", json={"email": email, "password": ANOTHER})
        for email in (NEW, known.email)
    ]
    chosen = await program.post("/auth/token", json={"email": NEW, "password": PASSWORD})
    assert [refusal(answer) for answer in (*signed, chosen)] == [(401, "wrong_credentials")] * 3


async def test_a_form_is_answered_alike_and_signs_nobody_in(
    mailing: Runtime, browser: httpx.AsyncClient
) -> None:
    known = await factories.a_clipper(mailing.database)
    for email in (NEW, known.email):
        answer = await browser.post(
            "/sign-up", data={"email": email, "password": PASSWORD, "name": "Ann"}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/signup?sent=1")
        assert SESSION_COOKIE not in answer.cookies


async def test_the_link_opens_the_account_with_the_password_of_that_sign_up(
    mailing: Runtime, browser: httpx.AsyncClient
) -> None:
    opened = []
    for password in (PASSWORD, ANOTHER):
        await browser.post("/sign-up", data={"email": NEW, "password": password, "name": "Ann"})
        opened += await links(mailing)
    first, last = opened
    outdated = await browser.post("/verify", data={"token": first, "password": PASSWORD})
    assert "used or is too old" in parse_flash(outdated.cookies[FLASH_COOKIE]).error
    assert (await browser.post("/sign-in", data={"email": NEW, "password": ANOTHER})).headers[
        "location"
    ] == "/login"
    assert (await browser.post("/verify", data={"token": last, "password": ANOTHER})).headers[
        "location"
    ] == "/verify?done=1"
    assert (await browser.post("/sign-in", data={"email": NEW, "password": PASSWORD})).headers[
        "location"
    ] == "/login"
    entered = await browser.post("/sign-in", data={"email": NEW, "password": ANOTHER})
    assert entered.headers["location"] == "/clippers/dashboard"


@pytest.mark.parametrize("typed", [{}, {"password": ""}, {"password": "the owner's own guess"}])
async def test_an_address_owner_who_did_not_sign_up_opens_nothing_for_a_stranger(
    mailing: Runtime, browser: httpx.AsyncClient, typed: dict[str, str]
) -> None:
    await browser.post("/sign-up", data={"email": NEW, "password": PASSWORD, "name": "Stranger"})
    [token] = await links(mailing)
    refused = await browser.post("/verify", data={"token": token, **typed})
    assert refused.headers["location"] == f"/verify#{token}", "the link goes on working"
    assert set(parse_flash(refused.cookies[FLASH_COOKIE]).fields) == {"password"}
    by_stranger = await browser.post("/sign-in", data={"email": NEW, "password": PASSWORD})
    assert by_stranger.headers["location"] == "/login"
    async with mailing.database.reading() as session:
        user = (await session.exec(select(User).where(User.email == NEW))).one()
    assert (user.verified_at, user.pending_since) == (None, user.created_at)


async def test_guesses_at_the_password_of_a_sign_up_are_limited(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    sends = {
        "smtp_host": "127.0.0.1",
        "smtp_from": "hello@swivi.test",
        "limit_sign_in": Rate(2, 3_600),
    }
    async with (
        open_runtime(settings_for(**sends)) as running,
        browser_of(build_auth(), headers={"Origin": ORIGIN}) as browser,
    ):
        await browser.post(
            "/sign-up", data={"email": NEW, "password": PASSWORD, "name": "Stranger"}
        )
        [token] = await links(running)
        for password in ("a guess", "another guess", PASSWORD):
            last = await browser.post("/verify", data={"token": token, "password": password})
        assert last.headers["location"] == f"/verify#{token}"
        assert "Too many" in parse_flash(last.cookies[FLASH_COOKIE]).error


async def test_a_link_to_a_new_password_opens_it_too(
    mailing: Runtime, browser: httpx.AsyncClient
) -> None:
    await browser.post("/sign-up", data={"email": NEW, "password": PASSWORD, "name": "Ann"})
    await links(mailing)
    await browser.post("/forgot", data={"email": NEW})
    [token] = await links(mailing)
    typed = {"token": token, "password": ANOTHER, "again": ANOTHER}
    assert (await browser.post("/reset", data=typed)).headers["location"] == "/login?renewed=1"
    entered = await browser.post("/sign-in", data={"email": NEW, "password": ANOTHER})
    assert entered.headers["location"] == "/clippers/dashboard"


async def test_mails_to_one_address_are_limited_whether_it_has_an_account_or_not(
    settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    sends = {
        "smtp_host": "127.0.0.1",
        "smtp_from": "hello@swivi.test",
        "limit_mails": Rate(2, 3_600),
    }
    async with open_runtime(settings_for(**sends)) as running, client(contract.api()) as program:
        known = await factories.a_clipper(running.database)
        for email in (NEW, known.email):
            body = {"email": email, "password": PASSWORD, "name": "Ann"}
            answers = [
                (await program.post("/auth/signup", json=body)).status_code for _ in range(3)
            ]
            assert answers == [202, 202, 429]
