"""Who a tab belongs to: guests and the wrong role are sent away, and nothing of one person stays
for the next.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.accounts import sessions
from swivi.domain.accounts.models import Role
from swivi.pages import admin, clipper, public
from swivi.pages.clipper.dashboard.recent_clips import RecentClips
from swivi.pages.clipper.shared.balance import ClipperBalance
from swivi.pages.engine.gate import unmarked_handlers
from swivi.pages.engine.session import OPENING, SessionState, end, visitor
from swivi.reflex_ext.live_app import LiveApp
from swivi.runtime.live import hub
from swivi.runtime.live.hub import Hub
from tests.pages.conftest import Tab, happens
from tests.statements import asked
from tests.world import World


def where_to(events: list[object]) -> str:
    return str(events)


async def test_a_guest_is_sent_to_sign_in_and_back(world: World, tab: Tab) -> None:
    tab.visit("/clippers/clips?status=approved")
    session = await tab.state(SessionState)

    events = await happens(session.enter_as_clipper)

    assert "/login?next=%2Fclippers%2Fclips%3Fstatus%3Dapproved" in where_to(events)
    assert (session.name, session.role) == ("", "")


async def test_the_wrong_role_is_told_so(world: World, clippers_tab: Tab) -> None:
    session = await clippers_tab.state(SessionState)

    assert "/not-for-you" in where_to(await happens(session.enter_as_admin))
    assert await happens(session.enter_as_clipper) == []
    assert session.name == world.clipper.name


async def test_a_forged_cookie_is_a_guest(world: World, tab: Tab) -> None:
    tab.bring("swivi_session=made-up")

    assert await visitor(await tab.state(SessionState), Role.CLIPPER) is None


async def test_nothing_of_one_person_stays_for_the_next(world: World, clippers_tab: Tab) -> None:
    await world.earn(3_300)
    session, balance = (
        await clippers_tab.state(SessionState),
        await clippers_tab.state(ClipperBalance),
    )
    await happens(session.enter_as_clipper)
    await happens(balance.load)
    assert balance.available == 3_300

    await clippers_tab.sign_in(None)
    await happens(session.enter_public)

    assert (balance.available, balance.earned, session.name, session.email) == (0, 0, "", "")


async def test_a_push_after_the_sign_out_shows_nothing(world: World, clippers_tab: Tab) -> None:
    session, balance = (
        await clippers_tab.state(SessionState),
        await clippers_tab.state(ClipperBalance),
    )
    await happens(session.enter_as_clipper)
    await happens(balance.load)
    await clippers_tab.sign_in(None)
    await happens(session.enter_public)
    await world.earn(3_300)

    async with world.database.reading() as reading:
        await balance._refresh_live(reading)
        await session._refresh_live(reading)

    assert balance.available == 0


def test_every_handler_of_every_page_says_who_may_call_it() -> None:
    assert all((admin, clipper, public))  # imported, so their states are known
    assert unmarked_handlers() == []


@contextmanager
def noticing(database: Database) -> Iterator[None]:
    """Within the block this process hears of its own commits, as a serving one does."""
    pushing = Hub(cast(LiveApp, None), database, end)
    database.listeners.append(pushing.notice)
    hub.start(pushing)
    yield
    hub.stop(pushing)
    database.listeners.remove(pushing.notice)


async def test_a_page_asks_once_who_looks(world: World, clippers_tab: Tab) -> None:
    session, balance = (
        await clippers_tab.state(SessionState),
        await clippers_tab.state(ClipperBalance),
    )
    clips = await clippers_tab.state(RecentClips)

    with asked(world.database) as statements:
        await happens(session.enter_as_clipper)
        await happens(balance.load)
        await happens(clips.load)

    assert sum("token_hash" in statement for statement, _ in statements) == 1


async def test_who_looks_is_asked_again_a_moment_later(world: World, clippers_tab: Tab) -> None:
    session = await clippers_tab.state(SessionState)
    await happens(session.enter_as_clipper)
    async with world.database.writing() as writing:
        await sessions.end_ways_in(writing, world.clipper.user_id)

    with clock.standing_at(clock.now() + OPENING):
        assert await visitor(session, Role.CLIPPER) is None


async def test_who_looks_is_asked_again_after_a_change(world: World, clippers_tab: Tab) -> None:
    with noticing(world.database):
        session = await clippers_tab.state(SessionState)
        await happens(session.enter_as_clipper)
        assert await visitor(session, Role.CLIPPER) == world.clipper
        async with world.database.writing() as writing:
            await sessions.end_ways_in(writing, world.clipper.user_id)

        assert await visitor(session, Role.CLIPPER) is None


async def test_what_the_page_knew_of_another_cookie_is_not_taken(
    world: World, clippers_tab: Tab
) -> None:
    session = await clippers_tab.state(SessionState)
    await happens(session.enter_as_clipper)

    clippers_tab.bring("swivi_session=made-up")

    assert await visitor(session, Role.CLIPPER) is None
