"""Who a tab belongs to: guests and the wrong role are sent away, and nothing of one person stays for the next."""

from swivi.accounts.models import Role
from swivi.pages import admin, clipper, public
from swivi.pages.clipper.balance import ClipperBalance
from swivi.pages.gate import unmarked_handlers
from swivi.pages.session import SessionState, visitor
from tests.pages.conftest import Tab, happens
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
    session, balance = await clippers_tab.state(SessionState), await clippers_tab.state(ClipperBalance)
    await happens(session.enter_as_clipper)
    await happens(balance.load)
    assert balance.available == 3_300

    await clippers_tab.sign_in(None)
    await happens(session.enter_public)

    assert (balance.available, balance.earned, session.name, session.email) == (0, 0, "", "")


async def test_a_push_after_the_sign_out_shows_nothing(world: World, clippers_tab: Tab) -> None:
    session, balance = await clippers_tab.state(SessionState), await clippers_tab.state(ClipperBalance)
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
