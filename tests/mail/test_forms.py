"""The forms around mails, and who is paid: over HTTP, as a browser and a program see them."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text
from sqlmodel import select

from swivi.auth_forms.forms import build_auth
from swivi.core.rates import Rate
from swivi.domain.accounts.errors import EmailNotVerified
from swivi.domain.accounts.flash import FLASH_COOKIE, parse_flash
from swivi.domain.accounts.models import User
from swivi.domain.mail.models import Mail, MailKind
from swivi.runtime.runtime import open_runtime
from swivi.settings import Settings
from tests import factories
from tests.api import contract
from tests.api.conftest import ORIGIN, browser_of, client
from tests.conftest import SettingsFor
from tests.factories import PASSWORD
from tests.mail.test_links import NEW, a_link, signs_in
from tests.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(build_auth(), headers={"Origin": ORIGIN}) as http:
        yield http


def said(answer: httpx.Response) -> str:
    """What a refused form goes back with."""
    return parse_flash(answer.cookies[FLASH_COOKIE]).error


async def test_the_answer_is_the_same_whether_there_is_such_an_account_or_not(
    world: World, browser: httpx.AsyncClient
) -> None:
    answers = [
        await browser.post("/forgot", data={"email": email})
        for email in (world.clipper.email, "no@swivi.test")
    ]
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {
        (303, "/forgot?sent=1")
    }
    assert [mail.user_id for mail in await world.all(Mail)] == [world.clipper.user_id]


async def test_what_is_no_address_comes_back(world: World, browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/forgot", data={"email": "casey"})
    assert answer.headers["location"] == "/forgot"
    flash = parse_flash(answer.cookies[FLASH_COOKIE])
    assert (flash.form, flash.email) == ("forgot", "casey")
    assert "email" in flash.fields


async def test_a_new_password_is_chosen_by_a_form(world: World, browser: httpx.AsyncClient) -> None:
    token = await a_link(world)
    weak = await browser.post(
        "/reset", data={"token": token, "password": "password", "again": "password"}
    )
    assert weak.headers["location"] == f"/reset#{token}", "the link goes on working"
    assert "password" in parse_flash(weak.cookies[FLASH_COOKIE]).fields
    done = await browser.post("/reset", data={"token": token, "password": NEW, "again": NEW})
    assert done.headers["location"] == "/login?renewed=1"
    assert "set-cookie" not in done.headers or "swivi_session=" not in done.headers["set-cookie"]
    assert await signs_in(world, NEW)
    again = await browser.post("/reset", data={"token": token, "password": NEW, "again": NEW})
    assert said(again) == "This link has been used or is too old. Ask for a new one."


async def test_an_address_is_verified_by_a_form(world: World, browser: httpx.AsyncClient) -> None:
    token = await a_link(world, MailKind.VERIFY)
    assert (await browser.get("/verify")).status_code == 405, (
        "following the link alone does nothing"
    )
    typed = {"token": token, "password": PASSWORD}
    done = await browser.post("/verify", data=typed)
    assert done.headers["location"] == "/verify?done=1"
    assert "used" in said(await browser.post("/verify", data=typed))


@pytest.mark.parametrize("path", ["/forgot", "/reset", "/verify"])
async def test_no_other_site_may_send_them(world: World, path: str) -> None:
    async with browser_of(build_auth(), headers={"Origin": "https://evil.test"}) as http:
        assert (await http.post(path, data={"email": world.clipper.email})).status_code == 403
    assert await world.all(Mail) == []


async def test_who_signs_up_is_sent_a_link_and_is_not_verified_before(
    world: World, browser: httpx.AsyncClient
) -> None:
    known = {user.id for user in await world.all(User)}
    fields = {"email": "new@swivi.test", "password": "correct horse battery", "name": "New"}
    await browser.post("/sign-up", data=fields)
    async with client(contract.api()) as http:
        assert (
            await http.post("/auth/signup", json=fields | {"email": "api@swivi.test"})
        ).status_code == 201
    newcomers = {user.email: user for user in await world.all(User) if user.id not in known}
    assert {user.verified_at for user in newcomers.values()} == {None}
    assert set(newcomers) == {"new@swivi.test", "api@swivi.test"}
    posted = {(mail.user_id, mail.kind) for mail in await world.all(Mail)}
    assert posted == {(user.id, MailKind.VERIFY) for user in newcomers.values()}


async def test_nobody_floods_a_mailbox(settings_for: SettingsFor) -> None:
    settings = settings_for(limit_mails=Rate(2, 3_600), limit_mails_address=Rate(4, 3_600))
    async with (
        open_runtime(settings) as running,
        browser_of(build_auth(), headers={"Origin": ORIGIN}) as http,
    ):
        casey = await factories.a_clipper(running.database)
        ended = [
            (await http.post("/forgot", data={"email": email})).headers["location"]
            for email in (
                casey.email,
                casey.email.upper(),
                casey.email,
                "a@swivi.test",
                "b@swivi.test",
                "c@swivi.test",
            )
        ]
    assert ended == [
        "/forgot?sent=1",
        "/forgot?sent=1",
        "/forgot",
        "/forgot?sent=1",
        "/forgot?sent=1",
        "/forgot",
    ]


async def test_where_no_mail_can_be_sent_that_is_said_and_nothing_is_posted(
    settings_for: SettingsFor,
) -> None:
    settings = settings_for(env="production")
    assert settings.mails_to == "nowhere"
    async with (
        open_runtime(settings) as running,
        browser_of(build_auth(), headers={"Origin": ORIGIN}) as http,
    ):
        casey = await factories.a_clipper(running.database)
        assert "cannot send mail" in said(await http.post("/forgot", data={"email": casey.email}))
        await http.post(
            "/sign-up",
            data={"email": "n@swivi.test", "password": "correct horse battery", "name": "New"},
        )
        async with running.database.reading() as session:
            assert (await session.exec(select(Mail))).all() == []


def with_smtp(settings_for: SettingsFor) -> Settings:
    return settings_for(smtp_host="smtp.swivi.test", smtp_from="Swivi <hello@swivi.test>")


async def test_whoever_mail_is_not_known_to_reach_is_not_paid_until_it_is(world: World) -> None:
    await world.earn(5_000)
    async with world.database.writing() as session:
        await session.execute(text("UPDATE users SET verified_at = NULL"))
    with pytest.raises(EmailNotVerified):
        await world.request("20.00", only_verified=True)
    token = await a_link(world, MailKind.VERIFY)
    async with browser_of(build_auth(), headers={"Origin": ORIGIN}) as http:
        await http.post("/verify", data={"token": token, "password": PASSWORD})
    await world.request("20.00", only_verified=True)


async def test_verification_is_asked_for_where_it_is_possible(settings_for: SettingsFor) -> None:
    assert with_smtp(settings_for).only_verified_are_paid
    assert not settings_for().only_verified_are_paid
