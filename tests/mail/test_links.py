"""What a mail's link opens: once, for a while, for its owner alone.

Whoever asks for one learns nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.errors import InvalidInput
from swivi.domain.accounts import profile
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts import tokens as api_tokens
from swivi.domain.accounts.errors import WeakPassword, WrongCredentials
from swivi.domain.accounts.models import Role, UserStatus
from swivi.domain.accounts.sessions import actor_by_session, hash_token, open_session
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.mail import outbox
from swivi.domain.mail import service as mail
from swivi.domain.mail.errors import LinkEnded
from swivi.domain.mail.models import Mail, MailKind
from swivi.domain.mail.words import LIFE
from tests.factories import PASSWORD
from tests.world import World

NEW = "a new horse battery"


async def a_link(world: World, kind: MailKind = MailKind.RESET) -> str:
    """The secret of a link that was just sent to the clipper."""
    async with world.database.writing() as session:
        await outbox.post(session, world.clipper.user_id, kind)
    async with world.database.writing() as session:
        [letter] = await outbox.claim(session, "a postman", limit=1)
        await outbox.record(session, letter, None)
    return letter.token


async def reset(world: World, token: str, password: str = NEW, again: str = NEW) -> None:
    async with world.database.reading() as session:
        user = await mail.must_open(session, MailKind.RESET, token)
    new = await mail.new_password(user, password=password, again=again)
    async with world.database.writing() as session:
        await mail.reset_password(session, token, new, "192.0.2.1")


async def verify(world: World, token: str, password: str = PASSWORD) -> None:
    async with world.database.reading() as session:
        user = await mail.must_open(session, MailKind.VERIFY, token)
    opened = await mail.must_know_password(user, token, password)
    async with world.database.writing() as session:
        await mail.verify(session, opened)


async def signs_in(world: World, password: str) -> bool:
    try:
        await accounts.authenticate(world.database, email=world.clipper.email, password=password)
    except WrongCredentials:
        return False
    return True


async def actions(world: World) -> list[tuple[str, int, int | None]]:
    entries = sorted(await world.all(AuditEntry), key=lambda entry: entry.id)
    return [(entry.action, entry.subject_id, entry.actor_id) for entry in entries]


async def test_a_new_password_opens_and_everything_that_was_open_is_shut(world: World) -> None:
    async with world.database.writing() as session:
        cookie = await open_session(session, world.clipper.user_id)
        made = await api_tokens.issue(session, world.clipper.user_id)
    token = await a_link(world)
    await reset(world, token)

    assert [await signs_in(world, password) for password in (PASSWORD, NEW)] == [False, True]
    async with world.database.reading() as session:
        assert await actor_by_session(session, hash_token(cookie)) is None
        assert await api_tokens.holder(session, made.token) is None
        assert await mail.is_verified(session, world.clipper), "the mail reached them"
    me = world.clipper.user_id
    assert {("user.password_reset", me, me), ("user.verified", me, me)} <= set(await actions(world))


async def test_a_link_works_once(world: World) -> None:
    token = await a_link(world)
    await reset(world, token)
    with pytest.raises(LinkEnded):
        await reset(world, token, "another horse battery", "another horse battery")
    assert await signs_in(world, NEW)


async def test_of_two_uses_at_once_one_counts(world: World) -> None:
    token = await a_link(world)
    passwords = ("the first horse battery", "the second horse battery")
    ended = await asyncio.gather(
        *(reset(world, token, each, each) for each in passwords), return_exceptions=True
    )
    assert sorted(type(each) for each in ended if each) == [LinkEnded]
    assert [await signs_in(world, each) for each in passwords].count(True) == 1


async def the_time_is_over(world: World, session: AsyncSession) -> None:
    await session.execute(text("UPDATE mails SET expires_at = created_at"))


async def the_password_was_changed(world: World, session: AsyncSession) -> None:
    user = await accounts.by_id(session, world.clipper.user_id)
    new = await profile.new_password(user, present=PASSWORD, password="yet another battery")
    await profile.change_password(session, world.clipper, new, except_session="")


async def they_were_disabled(world: World, session: AsyncSession) -> None:
    await accounts.set_role_and_status(
        session, world.admin, world.clipper.user_id, role=Role.CLIPPER, status=UserStatus.DISABLED
    )


@pytest.mark.parametrize(
    "happened", [the_time_is_over, the_password_was_changed, they_were_disabled]
)
async def test_a_link_ends_when(
    world: World, happened: Callable[[World, AsyncSession], Awaitable[None]]
) -> None:
    token = await a_link(world)
    async with world.database.writing() as session:
        await happened(world, session)
    with pytest.raises(LinkEnded):
        await reset(world, token)


async def test_a_reset_ends_every_other_link_to_one(world: World) -> None:
    first, second = await a_link(world), await a_link(world)
    async with world.database.writing() as session:
        await outbox.post(session, world.clipper.user_id, MailKind.RESET)
    await reset(world, first)
    with pytest.raises(LinkEnded):
        await reset(world, second)
    async with world.database.writing() as session:
        assert await outbox.claim(session, "a postman", limit=5) == [], (
            "what waits is not sent any more"
        )


async def test_a_password_that_changed_after_it_was_checked_verifies_nothing(world: World) -> None:
    async with world.database.writing() as session:
        await session.execute(text("UPDATE users SET verified_at = NULL"))
    token = await a_link(world, MailKind.VERIFY)
    async with world.database.reading() as session:
        user = await mail.must_open(session, MailKind.VERIFY, token)
    opened = await mail.must_know_password(user, token, PASSWORD)
    async with world.database.writing() as session:
        await the_password_was_changed(world, session)
    with pytest.raises(LinkEnded):
        async with world.database.writing() as session:
            await mail.verify(session, opened)
    async with world.database.reading() as session:
        assert not await mail.is_verified(session, world.clipper)
    await verify(world, token, "yet another battery")


async def test_links_of_one_kind_are_none_of_the_other(world: World) -> None:
    async with world.database.writing() as session:
        await session.execute(text("UPDATE users SET verified_at = NULL"))
    to_verify, to_reset = await a_link(world, MailKind.VERIFY), await a_link(world)
    with pytest.raises(LinkEnded):
        await reset(world, to_verify)
    with pytest.raises(LinkEnded):
        await verify(world, to_reset)
    await verify(world, to_verify)
    async with world.database.reading() as session:
        assert await mail.is_verified(session, world.clipper)


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, None, 7, ["x"], "\x00"])
async def test_what_is_no_link_opens_nothing(world: World, token: object) -> None:
    await a_link(world)
    async with world.database.reading() as session:
        with pytest.raises(LinkEnded):
            await mail.must_open(session, MailKind.RESET, token)


@pytest.mark.parametrize(
    ("password", "again", "wrong"),
    [
        ("password", "password", WeakPassword),
        (NEW, "a new horse", InvalidInput),
        (7, 7, WeakPassword),
    ],
)
async def test_a_wrong_new_password_leaves_the_link_as_it_was(
    world: World, password: str, again: str, wrong: type[Exception]
) -> None:
    token = await a_link(world)
    with pytest.raises(wrong):
        await reset(world, token, password, again)
    await reset(world, token)


async def test_who_asks_for_a_link_learns_nothing_and_is_written_down(world: World) -> None:
    for email in (world.clipper.email, "nobody@swivi.test"):
        async with world.database.writing() as session:
            await mail.ask_reset(session, email, "192.0.2.1")
    [posted] = await world.all(Mail)
    assert posted.user_id == world.clipper.user_id
    asked = [entry for entry in await actions(world) if entry[0] == "reset.asked"]
    assert asked == [("reset.asked", world.clipper.user_id, None), ("reset.asked", 0, None)]


async def test_the_disabled_are_sent_nothing(world: World) -> None:
    async with world.database.writing() as session:
        await they_were_disabled(world, session)
        await mail.ask_reset(session, world.clipper.email, "192.0.2.1")
    assert await world.all(Mail) == []


def test_links_live_as_long_as_the_mails_say() -> None:
    opens_nothing = {MailKind.TAKEN: timedelta(0)}
    assert {
        MailKind.VERIFY: timedelta(days=3),
        MailKind.RESET: timedelta(minutes=30),
    } | opens_nothing == LIFE


async def test_a_link_lives_until_its_time_is_over(world: World) -> None:
    token = await a_link(world)
    for passed, opens in (
        (LIFE[MailKind.RESET] - timedelta(seconds=5), True),
        (LIFE[MailKind.RESET], False),
    ):
        with clock.standing_at(clock.now() + passed):
            async with world.database.reading() as session:
                assert (await outbox.owner(session, MailKind.RESET, token) is not None) is opens
