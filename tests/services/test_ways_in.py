"""What ends all ways into an account ends each kind of them, a sign-in that is under way
included.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from swivi.core import clock
from swivi.core.errors import NotSignedIn
from swivi.domain.accounts import profile, sessions, tokens, totp
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.errors import WrongCredentials
from swivi.domain.accounts.models import Authenticator, Role, UserStatus
from swivi.domain.accounts.sessions import hash_token
from swivi.domain.mail import outbox
from swivi.domain.mail.models import Mail, MailKind
from swivi.domain.payouts import destinations
from tests.factories import PASSWORD
from tests.world import World

NEW = "another horse battery"


async def _changed(world: World, role: Role, status: UserStatus) -> None:
    async with world.database.writing() as session:
        await accounts.set_role_and_status(
            session, world.admin, world.clipper.user_id, role=role, status=status
        )


async def promoted(world: World) -> None:
    await _changed(world, Role.ADMIN, UserStatus.ACTIVE)


async def disabled_and_enabled(world: World) -> None:
    await _changed(world, Role.CLIPPER, UserStatus.DISABLED)
    await _changed(world, Role.CLIPPER, UserStatus.ACTIVE)


async def password_changed(world: World) -> None:
    new = await profile.new_password(await world.user(), present=PASSWORD, password=NEW)
    async with world.database.writing() as session:
        await profile.change_password(session, world.clipper, new, except_session="")


async def second_step_taken_off(world: World) -> None:
    async with world.database.writing() as session:
        await totp.take_off(session, await accounts.by_id(session, world.clipper.user_id))


async def second_step_turned_off(world: World) -> None:
    later = clock.now() + timedelta(minutes=1)  # the code of now was used to turn it on
    with clock.standing_at(later):
        async with world.database.writing() as session:
            user_id = world.clipper.user_id
            found = await session.exec(
                select(Authenticator.key).where(Authenticator.user_id == user_id)
            )
            code = totp.pyotp.TOTP(found.one()).at(later)
            await totp.turn_off(session, world.clipper, code, except_session="")


CHANGES = [
    promoted,
    disabled_and_enabled,
    password_changed,
    second_step_taken_off,
    second_step_turned_off,
]


@pytest.mark.parametrize("change", CHANGES)
async def test_every_change_ends_every_way_in(
    world: World, change: Callable[[World], Awaitable[None]]
) -> None:
    user_id = world.clipper.user_id
    async with world.database.writing() as session:
        await totp.begin_setup(session, world.clipper)
    async with world.database.writing() as session:
        pending = await totp._pending(session, user_id)
        assert pending is not None
        code = totp.pyotp.TOTP(pending.key).now()
        await totp.turn_on(session, world.clipper, code, except_session="")
    async with world.database.writing() as session:
        cookie = await sessions.open_session(session, user_id)
        half = await totp.begin(session, user_id)
        token = (await tokens.issue(session, user_id)).token
        await outbox.post(session, user_id, MailKind.RESET)
    async with world.database.writing() as session:
        [letter] = await outbox.claim(session, "postman", limit=1)
    async with world.database.reading() as session:
        assert await outbox.owner(session, MailKind.RESET, letter.token) is not None

    await change(world)

    async with world.database.reading() as session:
        assert await sessions.actor_by_session(session, hash_token(cookie)) is None
        assert await totp.awaited(session, half) is None
        assert await tokens.holder(session, token) is None
        assert await outbox.owner(session, MailKind.RESET, letter.token) is None
    async with world.database.writing() as session:
        assert not await totp.finish(session, half)


@pytest.mark.parametrize("change", [promoted, password_changed])
async def test_a_sign_in_under_way_does_not_outlive_a_change(
    world: World, change: Callable[[World], Awaitable[None]]
) -> None:
    checked = await accounts.authenticate(
        world.database, email=world.clipper.email, password=PASSWORD
    )
    async with world.database.writing() as session:
        await accounts.must_still_hold(session, checked)
    await change(world)
    with pytest.raises(WrongCredentials):
        async with world.database.writing() as session:
            await accounts.must_still_hold(session, checked)


async def test_a_change_that_changes_nothing_ends_nothing(world: World) -> None:
    async with world.database.writing() as session:
        cookie = await sessions.open_session(session, world.clipper.user_id)
    await _changed(world, Role.CLIPPER, UserStatus.ACTIVE)
    async with world.database.reading() as session:
        assert await sessions.actor_by_session(session, hash_token(cookie)) == world.clipper


async def test_a_token_made_in_a_session_ends_with_it_unless_it_was_to_outlive_it(
    world: World,
) -> None:
    user_id = world.clipper.user_id
    async with world.database.writing() as session:
        here = hash_token(await sessions.open_session(session, user_id))
        made = [
            await tokens.create(
                session,
                user_id,
                name=f"T {outlives}",
                made_by=user_id,
                origin=tokens.Origin(here, None, outlives),
            )
            for outlives in (False, True)
        ]
        child = await tokens.create(
            session,
            user_id,
            name="child",
            made_by=user_id,
            origin=tokens.Origin(token_id=made[0].row.id),
        )
    short, long = made
    assert child.row.expires_at <= short.row.expires_at
    async with world.database.writing() as session:
        assert await tokens.holder(session, short.token)
        await sessions.close_session(session, here)
    async with world.database.reading() as session:
        lives = [
            await tokens.holder(session, one.token) is not None for one in (short, child, long)
        ]
        assert lives == [False, False, True]
        assert [row.name for row in (await tokens.living(session, user_id, limit=9))[0]] == [
            "T True"
        ]
    for ended in (tokens.Origin(here), tokens.Origin(token_id=short.row.id)):
        with pytest.raises(NotSignedIn):
            async with world.database.writing() as session:
                await tokens.create(session, user_id, name="late", made_by=user_id, origin=ended)


async def test_revoking_a_token_revokes_what_was_made_with_it(world: World) -> None:
    user_id, made = world.clipper.user_id, []
    async with world.database.writing() as session:
        made.append(await tokens.issue(session, user_id))
        for _ in range(2):
            origin = tokens.Origin(token_id=made[-1].row.id)
            made.append(
                await tokens.create(session, user_id, name="x", made_by=user_id, origin=origin)
            )
    async with world.database.writing() as session:
        await tokens.revoke(session, world.clipper, made[0].row.id)
    async with world.database.reading() as session:
        assert [await tokens.holder(session, one.token) for one in made] == [None, None, None]


async def test_mails_that_verify_an_address_still_work_after_a_change(world: World) -> None:
    async with world.database.writing() as session:
        await outbox.post(session, world.clipper.user_id, MailKind.VERIFY)
    async with world.database.writing() as session:
        [letter] = await outbox.claim(session, "postman", limit=1)
    await promoted(world)
    async with world.database.reading() as session:
        assert await outbox.owner(session, MailKind.VERIFY, letter.token) is not None
        assert len((await session.exec(select(Mail))).all()) == 1
        assert await destinations.kept(session, world.clipper.user_id) is None
