"""What people change of themselves: name, password, ways in, linked accounts, where they are
paid.
"""

import asyncio

import pytest

from swivi.core.errors import InvalidInput, NotFound
from swivi.core.text import is_storable
from swivi.domain.accounts import devices, passwords, profile, service, sessions, social, tokens
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import (
    ClippersOnly,
    HandleLinked,
    PasswordChangedElsewhere,
    TooManyHandles,
    WeakPassword,
    WrongPassword,
)
from swivi.domain.accounts.models import SignInSession, UserStatus
from swivi.domain.accounts.sessions import hash_token
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.payouts import destinations
from swivi.domain.platforms.links import MAX_LINK_LENGTH
from swivi.domain.platforms.models import Platform
from tests.world import World

OLD = "an old long password"
NEW = "a new long password"


async def sign_in(world: World, actor: Actor, user_agent: str = "") -> str:
    async with world.database.writing() as session:
        return await sessions.open_session(session, actor.user_id, user_agent=user_agent)


async def gets_in(world: World, cookie: str) -> Actor | None:
    async with world.database.reading() as session:
        return await sessions.actor_by_session(session, hash_token(cookie))


async def has_password(world: World, actor: Actor) -> str:
    hashed = await passwords.hash_password(OLD)
    async with world.database.writing() as session:
        (await service.by_id(session, actor.user_id)).password_hash = hashed
    return hashed


async def change_password(
    world: World, actor: Actor, present: object, password: object, cookie: str = ""
) -> None:
    new = await profile.new_password(await world.user(actor), present=present, password=password)
    async with world.database.writing() as session:
        await profile.change_password(session, actor, new, except_session=hash_token(cookie))


async def link(world: World, actor: Actor, platform: object, handle: object) -> int:
    async with world.database.writing() as session:
        return (await social.link(session, actor, platform=platform, handle=handle)).id


async def test_a_name_is_changed_and_the_log_keeps_the_old_one(world: World) -> None:
    async with world.database.writing() as session:
        await profile.change_name(session, world.clipper, "  Casey   Star ")

    assert (await world.user()).name == "Casey Star"
    [entry] = await world.all(AuditEntry, AuditEntry.action == "user.renamed")
    assert (entry.before, entry.after) == ({"name": "Casey Clipper"}, {"name": "Casey Star"})
    with pytest.raises(InvalidInput):
        async with world.database.writing() as session:
            await profile.change_name(session, world.clipper, " ")


async def test_a_new_password_ends_every_way_in_but_this_one(world: World) -> None:
    await has_password(world, world.clipper)
    here, elsewhere = await sign_in(world, world.clipper), await sign_in(world, world.clipper)
    somebody_else = await sign_in(world, world.admin)
    async with world.database.writing() as session:
        token = (await tokens.issue(session, world.clipper.user_id)).token

    await change_password(world, world.clipper, OLD, NEW, here)

    assert await gets_in(world, here) == world.clipper
    assert await gets_in(world, elsewhere) is None
    assert await gets_in(world, somebody_else) == world.admin
    async with world.database.reading() as session:
        assert await tokens.holder(session, token) is None
        assert (
            await service.authenticate(world.database, email=world.clipper.email, password=NEW)
        ).actor == world.clipper


@pytest.mark.parametrize(
    ("present", "password", "refusal", "field"),
    [
        ("something else", NEW, WrongPassword, "present"),
        (None, NEW, WrongPassword, "present"),
        (OLD, "short", WeakPassword, "password"),
        (OLD, OLD, InvalidInput, "password"),
    ],
)
async def test_a_password_is_changed_by_who_knows_it_to_a_good_one(
    world: World, present: object, password: object, refusal: type[InvalidInput], field: str
) -> None:
    hashed = await has_password(world, world.clipper)
    elsewhere = await sign_in(world, world.clipper)

    with pytest.raises(refusal) as refused:
        await change_password(world, world.clipper, present, password)

    assert list(refused.value.fields) == [field]
    assert (await world.user()).password_hash == hashed
    assert await gets_in(world, elsewhere) == world.clipper


async def test_of_two_changes_at_once_one_password_holds(world: World) -> None:
    await has_password(world, world.clipper)
    user = await world.user()
    both = [
        await profile.new_password(user, present=OLD, password=f"{NEW} {number}")
        for number in range(2)
    ]

    async def change(new: profile.NewPassword) -> None:
        async with world.database.writing() as session:
            await profile.change_password(session, world.clipper, new, except_session="")

    outcomes = await asyncio.gather(*map(change, both), return_exceptions=True)

    [winner] = [new for new, outcome in zip(both, outcomes, strict=True) if outcome is None]
    [loser] = [outcome for outcome in outcomes if outcome is not None]
    assert isinstance(loser, PasswordChangedElsewhere)
    assert (await world.user()).password_hash == winner.new_hash


async def test_browsers_are_listed_and_signed_out_one_by_one(world: World) -> None:
    old = await sign_in(
        world, world.clipper, "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0\x00" + "x" * 900
    )
    here = await sign_in(world, world.clipper, "Curl")
    stranger = await sign_in(world, world.admin)
    async with world.database.reading() as session:
        listed = await devices.signed_in(session, world.clipper.user_id)
    assert [(devices.is_of(one, hash_token(here)), one.user_agent[:11]) for one in listed] == [
        (True, "Curl"),
        (False, "Mozilla/5.0"),
    ]
    assert all(is_storable(one.user_agent) and len(one.user_agent) <= 400 for one in listed)

    async with world.database.writing() as session:
        await devices.sign_out(session, world.clipper, listed[1].id)
    assert (await gets_in(world, old), await gets_in(world, here)) == (None, world.clipper)

    [theirs] = await world.all(SignInSession, SignInSession.user_id == world.admin.user_id)
    for gone in (listed[1].id, theirs.id):
        with pytest.raises(NotFound):
            async with world.database.writing() as session:
                await devices.sign_out(session, world.clipper, gone)
    assert await gets_in(world, stranger) == world.admin


async def test_signing_out_everywhere_leaves_no_way_in(world: World) -> None:
    cookies = [await sign_in(world, world.clipper) for _ in range(3)]
    stranger = await sign_in(world, world.admin)

    async with world.database.writing() as session:
        await devices.sign_out_everywhere(session, world.clipper)

    assert [await gets_in(world, cookie) for cookie in cookies] == [None] * 3
    assert await gets_in(world, stranger) == world.admin


@pytest.mark.parametrize(
    ("platform", "typed", "handle"),
    [
        ("tiktok", " @Casey.Clips ", "casey.clips"),
        ("tiktok", "https://www.tiktok.com/@Casey/video/7?lang=en", "casey"),
        ("youtube", "youtube.com/@Casey-Cuts/shorts", "casey-cuts"),
        ("instagram", "https://instagram.com/casey_cuts/", "casey_cuts"),
        ("instagram", "https://instagr.am/casey_cuts", "casey_cuts"),
    ],
)
async def test_a_handle_has_one_spelling(
    world: World, platform: str, typed: str, handle: str
) -> None:
    await link(world, world.clipper, platform, typed)

    async with world.database.reading() as session:
        found = await social.handles_of(session, [world.clipper.user_id, world.admin.user_id])
    assert found == {world.clipper.user_id: [(Platform(platform), handle)]}
    with pytest.raises(HandleLinked):
        await link(world, world.clipper, platform, handle.upper())


@pytest.mark.parametrize(
    ("platform", "typed"),
    [
        ("myspace", "casey"),
        (None, "casey"),
        ("tiktok", ""),
        ("tiktok", None),
        ("tiktok", "two words"),
        ("tiktok", "https://www.instagram.com/casey"),
        ("instagram", "https://www.instagram.com/reel/abc/"),
        ("youtube", "https://evil.test/@casey"),
        ("youtube", "ca\x00sey"),
        ("youtube", "https://youtube.com/@casey?" + "x" * MAX_LINK_LENGTH),
    ],
)
async def test_what_is_no_account_is_not_linked(
    world: World, platform: object, typed: object
) -> None:
    with pytest.raises(InvalidInput):
        await link(world, world.clipper, platform, typed)


async def test_linked_accounts_are_their_clippers_own_and_bounded(world: World) -> None:
    account_id = await link(world, world.clipper, "tiktok", "casey")
    somebody = await world.another_clipper()
    with pytest.raises(NotFound):
        async with world.database.writing() as session:
            await social.unlink(session, somebody, account_id)
    with pytest.raises(ClippersOnly):
        await link(world, world.admin, "tiktok", "ada")

    for number in range(1, social.MOST_HANDLES):
        await link(world, world.clipper, "tiktok", f"casey{number}")
    with pytest.raises(TooManyHandles):
        await link(world, world.clipper, "youtube", "casey")

    async with world.database.writing() as session:
        await social.unlink(session, world.clipper, account_id)
    await link(world, world.clipper, "youtube", "casey")


async def test_where_to_pay_is_kept_replaced_and_forgotten(world: World) -> None:
    for method, details in (("PayPal", "casey@swivi.test"), ("wise", "casey@wise.test")):
        async with world.database.writing() as session:
            await destinations.keep(session, world.clipper, method=method, details=details)
    async with world.database.reading() as session:
        found = await destinations.kept(session, world.clipper.user_id)
    assert found is not None
    assert (found.method, found.details) == ("wise", "casey@wise.test")

    with pytest.raises(InvalidInput) as refused:
        async with world.database.writing() as session:
            await destinations.keep(session, world.clipper, method="", details="")
    assert set(refused.value.fields) == {"method", "details"}

    async with world.database.writing() as session:
        await destinations.forget(session, world.clipper)
    async with world.database.reading() as session:
        assert await destinations.kept(session, world.clipper.user_id) is None


async def test_two_destinations_at_once_leave_one(world: World) -> None:
    async def keep(details: str) -> None:
        async with world.database.writing() as session:
            await destinations.keep(session, world.clipper, method="paypal", details=details)

    await asyncio.gather(*(keep(f"{number}@swivi.test") for number in range(4)))

    async with world.database.reading() as session:
        assert await destinations.kept(session, world.clipper.user_id) is not None


async def test_a_disabled_user_is_told_by_open_pages(world: World) -> None:
    heard: list[set[int]] = []
    world.database.listeners.append(lambda changed: heard.append(set(changed.users)))
    user = await world.user()

    async with world.database.writing() as session:
        await service.set_role_and_status(
            session, world.admin, user.id, role=user.role, status=UserStatus.DISABLED
        )

    assert heard == [{world.clipper.user_id}]
