"""create-admin and token."""

from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col

from swivi.core.db import Database
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts import tokens
from swivi.domain.accounts.models import Role, TokenScope, User, UserStatus
from swivi.domain.accounts.tokens import TokenOwner
from tests.cli.conftest import SQLITE_ONLY, Run
from tests.factories import a_clipper, an_admin


async def test_a_new_admin_signs_in_with_the_password_that_was_printed_last(
    swivi: Run, database: Database
) -> None:
    ended = await swivi("create-admin", "Ada@Swivi.test", "--name", "Ada Admin")
    assert ended.status == 0
    ada = (
        await accounts.authenticate(database, email="ada@swivi.test", password=ended.last_line)
    ).actor
    assert (ada.role, ada.name) == (Role.ADMIN, "Ada Admin")


@SQLITE_ONLY
async def test_a_password_from_stdin_is_used_and_not_printed(
    swivi: Run, database: Database
) -> None:
    ended = await swivi(
        "create-admin", "ada@swivi.test", "--password-stdin", stdin="open sesame 42\n"
    )
    assert (ended.status, ended.out) == (0, "")
    assert "sesame" not in ended.err
    ada = (
        await accounts.authenticate(database, email="ada@swivi.test", password="open sesame 42")
    ).actor
    assert ada.name == "ada"


@SQLITE_ONLY
async def test_an_account_that_exists_is_left_alone(swivi: Run, database: Database) -> None:
    clipper = await a_clipper(database)
    ended = await swivi("create-admin", clipper.email)
    assert (ended.status, ended.out) == (1, "")
    assert ended.told == [
        f"swivi: {clipper.email} has an account already, which stays as it is. An admin can change "
        "its role on the users page."
    ]
    async with database.reading() as session:
        assert (await accounts.by_email(session, clipper.email)).role is Role.CLIPPER


@SQLITE_ONLY
async def test_a_weak_password_or_a_wrong_address_is_refused_in_one_line(swivi: Run) -> None:
    weak = await swivi("create-admin", "ada@swivi.test", "--password-stdin", stdin="short\n")
    assert (weak.status, weak.told) == (1, ["swivi: Use at least 8 characters."])
    wrong = await swivi("create-admin", "ada")
    assert (wrong.status, wrong.told) == (
        1,
        ["swivi: Enter an email address, like you@example.com."],
    )


async def test_the_last_line_of_token_is_a_token_that_opens_the_api(
    swivi: Run, database: Database
) -> None:
    admin = await an_admin(database)
    ended = await swivi("token", admin.email)
    assert (ended.status, ended.out) == (0, f"{ended.last_line}\n")
    async with database.reading() as session:
        assert await tokens.holder(session, ended.last_line) == TokenOwner(admin, TokenScope.WRITE)


@SQLITE_ONLY
async def test_a_token_has_the_name_the_scope_and_the_life_that_were_asked_for(
    swivi: Run, database: Database
) -> None:
    clipper = await a_clipper(database)
    ended = await swivi(
        "token", clipper.email, "--name", "Wall display", "--scope", "read", "--expires", "7"
    )
    assert ended.status == 0
    assert "READ" in ended.told[0]
    async with database.reading() as session:
        [row], _ = await tokens.living(session, clipper.user_id, limit=2)
        assert await tokens.holder(session, ended.last_line) == TokenOwner(clipper, TokenScope.READ)
    assert (row.name, row.expires_at - row.created_at) == ("Wall display", timedelta(days=7))

    for wrong in (["--scope", "all"], ["--expires", "366"], ["--expires", "0"]):
        assert (await swivi("token", clipper.email, *wrong)).status == 2


@SQLITE_ONLY
async def test_no_token_for_nobody_nor_for_a_disabled_account(
    swivi: Run, database: Database
) -> None:
    clipper = await a_clipper(database)
    async with database.writing() as session:
        await session.execute(
            update(User).where(col(User.id) == clipper.user_id).values(status=UserStatus.DISABLED)
        )
    disabled = await swivi("token", clipper.email)
    assert (disabled.status, disabled.out) == (1, "")
    assert disabled.told == [f"swivi: {clipper.email} is disabled, so a token would open nothing."]
    unknown = await swivi("token", "nobody@swivi.test")
    assert (unknown.status, unknown.told) == (
        1,
        ["swivi: There is no user with the address nobody@swivi.test."],
    )
