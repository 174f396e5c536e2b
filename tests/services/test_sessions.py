"""How long a session lives, what ends it, and when the password is asked for again."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update

from swivi.core import clock
from swivi.domain.accounts import passwords, service, sessions, tokens
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import PasswordNeeded, WeakPassword
from swivi.domain.accounts.models import Role, SignInSession, UserStatus
from swivi.domain.accounts.sessions import IDLE, PROVEN_FOR, SESSION_LIFE
from tests.factories import PASSWORD
from tests.world import World

MOMENT = timedelta(seconds=1)


async def sign_in(world: World, actor: Actor) -> str:
    async with world.database.writing() as session:
        return await sessions.open_session(session, actor.user_id)


async def opens_something(world: World, cookie: str) -> bool:
    async with world.database.reading() as session:
        return await sessions.actor_by_session(session, sessions.hash_token(cookie)) is not None


async def uses(world: World, cookie: str) -> None:
    """A page is opened."""
    async with world.database.writing() as session:
        row = SignInSession.token_hash == sessions.hash_token(cookie)
        await session.execute(update(SignInSession).where(row).values(last_seen_at=clock.now()))


@pytest.mark.parametrize("role", Role)
async def test_a_session_that_nobody_uses_ends_sooner_for_an_admin(
    world: World, role: Role
) -> None:
    actor = world.admin if role is Role.ADMIN else world.clipper
    cookie, now = await sign_in(world, actor), clock.now()
    for later, lives in ((IDLE[role] - MOMENT, True), (IDLE[role] + MOMENT, False)):
        with clock.standing_at(now + later):
            assert await opens_something(world, cookie) is lives
    assert IDLE[Role.ADMIN] < IDLE[Role.CLIPPER] < SESSION_LIFE


async def test_use_keeps_a_session_but_not_for_ever(world: World) -> None:
    cookie, now = await sign_in(world, world.clipper), clock.now()
    for days in range(1, SESSION_LIFE.days + 1):
        with clock.standing_at(now + timedelta(days=days) - MOMENT):
            assert await opens_something(world, cookie)
            await uses(world, cookie)
    with clock.standing_at(now + SESSION_LIFE + MOMENT):
        assert not await opens_something(world, cookie)


async def test_whoever_is_enabled_again_begins_anew(world: World) -> None:
    cookie = await sign_in(world, world.clipper)
    async with world.database.writing() as session:
        token = (await tokens.issue(session, world.clipper.user_id)).token
    for status in (UserStatus.DISABLED, UserStatus.ACTIVE):
        async with world.database.writing() as session:
            await service.set_role_and_status(
                session, world.admin, world.clipper.user_id, role=Role.CLIPPER, status=status
            )
        assert not await opens_something(world, cookie)
        async with world.database.reading() as session:
            assert await tokens.holder(session, token) is None


async def test_the_password_counts_as_entered_for_ten_minutes_in_that_browser_alone(
    world: World,
) -> None:
    here, now = await sign_in(world, world.admin), clock.now()
    with clock.standing_at(now + PROVEN_FOR + MOMENT):
        elsewhere = await sign_in(world, world.admin)
        async with world.database.reading() as session:
            await sessions.must_be_proven(session, sessions.hash_token(elsewhere))
            with pytest.raises(PasswordNeeded):
                await sessions.must_be_proven(session, sessions.hash_token(here))
        async with world.database.writing() as session:
            await sessions.prove(session, sessions.hash_token(here))
            await sessions.must_be_proven(session, sessions.hash_token(here))
    async with world.database.reading() as session:
        with pytest.raises(PasswordNeeded):
            await sessions.must_be_proven(session, sessions.hash_token("made-up"))


@pytest.mark.parametrize(
    "password",
    [
        "password1",
        "Password123",
        "qwertyuiop",
        "11111111",
        "letmein123",
        "swivi2026",
        "casey@swivi.test",
        "abcabcabcabc",
        "ab" * 100,
    ],
)
def test_passwords_that_are_guessed_first_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword, match="too easy to guess"):
        passwords.check_strength(password, "casey@swivi.test")


STRONG = (PASSWORD, "Tr0mbone-attic", "grün ist die Hoffnung", "x9$kQ2mv", "étagère rouge")


@pytest.mark.parametrize("password", STRONG)
def test_others_are_not(password: str) -> None:
    assert passwords.check_strength(password, "casey@swivi.test") == password


def test_a_generated_password_is_strong_enough() -> None:
    passwords.check_strength(passwords.generate(), "casey@swivi.test")


async def test_an_old_hash_is_renewed_when_its_owner_signs_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    )
    before = await world.user()
    checked = await service.authenticate(world.database, email=before.email, password=PASSWORD)
    assert checked.renewed_hash is not None
    async with world.database.writing() as session:
        await service.must_still_hold(session, checked)
    again = await service.authenticate(world.database, email=before.email, password=PASSWORD)
    assert again.actor == checked.actor
    assert again.renewed_hash is None


def test_hashes_are_argon2id_with_what_owasp_asks_for_at_least() -> None:
    """https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html: 19 MiB, 2
    passes, 1 lane.
    """
    parameters = PasswordHasher()
    assert parameters.hash("x").startswith("$argon2id$")
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert passwords._hasher.type is parameters.type
