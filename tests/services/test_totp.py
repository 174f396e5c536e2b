"""The second step of signing in: a code counts once, about now, and nothing else opens but a
recovery code.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from swivi.core import clock
from swivi.domain.accounts import sessions, tokens, totp
from swivi.domain.accounts.errors import CodeNeeded, TotpIsOn, WrongCode
from swivi.domain.accounts.service import by_id
from swivi.domain.accounts.sessions import hash_token
from swivi.domain.accounts.totp import HALF_LIFE, RECOVERY_CODES
from swivi.domain.ledger.models import AuditEntry
from tests.factories import turn_on_totp
from tests.world import World

KEY = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""The key of RFC 6238's test vectors, in base 32."""

NOON = datetime(2026, 11, 23, 12, 0, 15, tzinfo=UTC)


def code_at(moment: datetime) -> str:
    return pyotp.TOTP(KEY).at(moment)


async def turned_on(world: World, moment: datetime = NOON) -> list[str]:
    """The admin's second step is on; the recovery codes."""
    with clock.standing_at(moment):
        async with world.database.writing() as session:
            return await turn_on_totp(session, world.admin, KEY, code_at(moment))


async def opens(world: World, code: object, moment: datetime) -> bool:
    with clock.standing_at(moment):
        try:
            async with world.database.writing() as session:
                await totp.must_match(session, world.admin.user_id, code)
        except WrongCode:
            return False
    return True


async def actions(world: World) -> list[str]:
    entries = sorted(await world.all(AuditEntry), key=lambda entry: entry.id)
    return [entry.action for entry in entries if entry.action.startswith("totp.")]


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")],
)
async def test_codes_are_those_of_rfc_6238(world: World, seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    await turned_on(world, moment - timedelta(days=1))
    assert await opens(world, code, moment)


async def test_nothing_is_asked_of_whoever_has_it_off(world: World) -> None:
    assert await opens(world, None, NOON)
    async with world.database.reading() as session:
        assert not await totp.is_on(session, world.admin.user_id)
        assert await totp.standing(session, world.admin.user_id) is None


@pytest.mark.parametrize("nothing", [None, "", "   ", 7, ["1"]])
async def test_without_a_code_one_is_asked_for(world: World, nothing: object) -> None:
    await turned_on(world)
    with pytest.raises(CodeNeeded):
        await opens(world, nothing, NOON)


@pytest.mark.parametrize(
    ("shown_after", "counts"),
    [
        (timedelta(minutes=5, seconds=shift), abs(shift) < 45)
        for shift in (-90, -60, -30, 0, 30, 60, 90)
    ],
)
async def test_a_code_counts_half_a_minute_around_its_own(
    world: World, shown_after: timedelta, counts: bool
) -> None:
    await turned_on(world)
    assert await opens(world, code_at(NOON + shown_after), NOON + timedelta(minutes=5)) is counts


async def test_a_code_counts_once_and_none_before_it_does_any_more(world: World) -> None:
    await turned_on(world)
    assert not await opens(world, code_at(NOON), NOON), "it turned it on"
    later = NOON + timedelta(minutes=5)
    assert await opens(world, f" {code_at(later)[:3]} {code_at(later)[3:]} ", later)
    assert not await opens(world, code_at(later), later)
    assert not await opens(world, code_at(later - timedelta(seconds=30)), later)
    assert await opens(world, code_at(later + timedelta(seconds=30)), later)


async def test_of_many_uses_of_one_code_at_once_one_counts(world: World) -> None:
    recovery = await turned_on(world)
    later = NOON + timedelta(minutes=5)
    for code in (code_at(later), recovery[0]):
        assert (await asyncio.gather(*(opens(world, code, later) for _ in range(6)))).count(
            True
        ) == 1


@pytest.mark.parametrize(
    "wrong", ["000000", "1" * 100_000, "１２３４５６", "\udce9", "287082 ", "recovery"]
)
async def test_a_wrong_code_opens_nothing_and_uses_nothing_up(world: World, wrong: str) -> None:
    await turned_on(world)
    assert not await opens(world, wrong, NOON + timedelta(minutes=5))
    assert await opens(world, code_at(NOON + timedelta(minutes=5)), NOON + timedelta(minutes=5))


async def test_each_recovery_code_opens_once_as_it_is_typed(world: World) -> None:
    codes = await turned_on(world)
    assert len(set(codes)) == RECOVERY_CODES
    spellings: list[Callable[[str], str]] = [
        str,
        str.upper,
        lambda code: code.replace("-", " "),
        lambda code: f" {code}",
    ]
    for code, spell in zip(codes, spellings, strict=False):
        assert await opens(world, spell(code), NOON)
        assert not await opens(world, code, NOON)
    async with world.database.reading() as session:
        standing = await totp.standing(session, world.admin.user_id)
    assert standing is not None
    assert (standing.since, standing.codes_left) == (NOON, RECOVERY_CODES - len(spellings))
    assert await actions(world) == ["totp.on"] + ["totp.recovery_used"] * len(spellings)


async def test_new_recovery_codes_end_the_old_ones(world: World) -> None:
    old = await turned_on(world)
    later = NOON + timedelta(minutes=5)
    with clock.standing_at(later):
        async with world.database.writing() as session:
            new = await totp.renew_recovery_codes(session, world.admin, code_at(later))
    assert not await opens(world, old[0], later)
    assert await opens(world, new[0], later)


async def test_turning_it_on_ends_every_other_way_in(world: World) -> None:
    async with world.database.writing() as session:
        here, there = [await sessions.open_session(session, world.admin.user_id) for _ in range(2)]
        made = await tokens.issue(session, world.admin.user_id)
    async with world.database.writing() as session:
        await turn_on_totp(
            session, world.admin, KEY, pyotp.TOTP(KEY).now(), except_session=hash_token(here)
        )
    async with world.database.reading() as session:
        assert await sessions.actor_by_session(session, hash_token(here))
        assert await sessions.actor_by_session(session, hash_token(there)) is None
        assert await tokens.holder(session, made.token) is None


async def test_only_a_code_of_the_new_key_turns_it_on_and_only_once(world: World) -> None:
    with pytest.raises(WrongCode), clock.standing_at(NOON):
        async with world.database.writing() as session:
            await turn_on_totp(session, world.admin, KEY, "000000")
    await turned_on(world)
    with pytest.raises(TotpIsOn):
        await turned_on(world, NOON + timedelta(minutes=5))


async def test_a_code_turns_it_off_and_an_operator_can_without(world: World) -> None:
    await turned_on(world)
    later = NOON + timedelta(minutes=5)
    with pytest.raises(WrongCode), clock.standing_at(later):
        async with world.database.writing() as session:
            await totp.turn_off(session, world.admin, "000000", except_session="")
    with clock.standing_at(later):
        async with world.database.writing() as session:
            await totp.turn_off(session, world.admin, code_at(later), except_session="")
    assert await opens(world, None, later)
    await turned_on(world, later + timedelta(minutes=5))
    async with world.database.writing() as session:
        user = await by_id(session, world.admin.user_id)
        assert await totp.take_off(session, user)
        assert not await totp.take_off(session, user)
    assert await opens(world, None, later)
    assert await actions(world) == ["totp.on", "totp.off", "totp.on", "totp.taken_off"]


async def test_between_the_two_steps_a_browser_is_known_for_five_minutes(world: World) -> None:
    async with world.database.writing() as session:
        half = await totp.begin(session, world.admin.user_id)
    async with world.database.reading() as session:
        assert await totp.awaited(session, half) == world.admin
        assert await totp.awaited(session, "another") is None
        assert await sessions.actor_by_session(session, hash_token(half)) is None, (
            "it opens nothing"
        )
        with clock.standing_at(clock.now() + HALF_LIFE):
            assert await totp.awaited(session, half) is None
    async with world.database.writing() as session:
        assert [await totp.finish(session, half) for _ in range(2)] == [True, False]


def test_an_app_takes_the_key_in_as_it_is_shown() -> None:
    setup = totp.new_setup("ada@swivi.test")
    assert len(setup.key) == 32
    assert setup.picture.startswith("data:image/svg+xml")
    assert totp.new_setup("ada@swivi.test").key != setup.key
