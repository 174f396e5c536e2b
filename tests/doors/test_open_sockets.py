"""An open page whose session ends is told at once, and receives nothing more."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from swivi.core import changes, clock
from swivi.core.db import Database
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts import tokens
from swivi.domain.accounts.models import SignInSession, User, UserStatus
from tests.doors.arguments import HANDLERS
from tests.doors.house import House, Person
from tests.doors.wire import Tab
from tests.factories import PASSWORD

Ending = Callable[[House, Person, Tab], Awaitable[None]]


def _named(qualname: str) -> str:
    return next(name for name, handler in HANDLERS.items() if handler.fn.__qualname__ == qualname)


async def _as_admin(house: House, person: Person, **change: str) -> None:
    """End the session through the API of the same process."""
    async with house.elsewhere() as database, database.writing() as session:
        token = (await tokens.issue(session, house.people["admin"].id)).token
    async with httpx.AsyncClient(
        base_url=house.url, headers={"Authorization": f"Bearer {token}"}
    ) as admin:
        assert (await admin.patch(f"/api/admin/users/{person.id}", json=change)).is_success


async def disabled(house: House, person: Person, tab: Tab) -> None:
    await _as_admin(house, person, status="DISABLED")


async def role_changed(house: House, person: Person, tab: Tab) -> None:
    await _as_admin(house, person, role="CLIPPER" if person.kind == "admin" else "ADMIN")


async def password_changed_elsewhere(house: House, person: Person, tab: Tab) -> None:
    async with Tab(house.url, cookie=await house.cookie_of(person)) as other:
        form = {
            "changes": "0",
            "present": PASSWORD,
            "password": "battery staple correct",
            "again": "battery staple correct",
        }
        await other.event(_named("PasswordForm.save"), form_data=form)
        await other.until(lambda: any("password" in str(told).lower() for told in other.told))


async def signed_out_everywhere_elsewhere(house: House, person: Person, tab: Tab) -> None:
    async with Tab(house.url, cookie=await house.cookie_of(person)) as other:
        await other.event(_named("Browsers.sign_out_everywhere"))
        await other.settle()


async def signed_out_in_another_tab(house: House, person: Person, tab: Tab) -> None:
    headers = {"Origin": house.url, "Cookie": f"swivi_session={tab.cookie}"}
    async with httpx.AsyncClient(base_url=house.url, headers=headers) as browser:
        assert (await browser.post("/auth/sign-out")).status_code == 303


async def _by_another_process(house: House, *statements: object) -> None:
    async with house.elsewhere() as database, database.writing() as session:
        for statement in statements:
            await session.execute(statement)  # type: ignore[call-overload]


async def disabled_by_another_process(house: House, person: Person, tab: Tab) -> None:
    await _by_another_process(
        house, update(User).where(col(User.id) == person.id).values(status=UserStatus.DISABLED)
    )


async def signed_out_by_another_process(house: House, person: Person, tab: Tab) -> None:
    await _by_another_process(
        house, delete(SignInSession).where(col(SignInSession.user_id) == person.id)
    )


async def expired(house: House, person: Person, tab: Tab) -> None:
    passed = (
        update(SignInSession)
        .where(col(SignInSession.user_id) == person.id)
        .values(expires_at=clock.now())
    )
    await _by_another_process(house, passed)


HERE = [
    disabled,
    role_changed,
    password_changed_elsewhere,
    signed_out_everywhere_elsewhere,
    signed_out_in_another_tab,
]
ELSEWHERE = [disabled_by_another_process, signed_out_by_another_process, expired]
ENDINGS: list[tuple[Ending, str]] = [
    *((ending, kind) for ending in HERE for kind in ("clipper", "admin")),
    *((ending, "clipper") for ending in ELSEWHERE),
]


@pytest.mark.parametrize(("ending", "kind"), ENDINGS)
async def test_an_open_page_finds_itself_signed_out_at_once(
    house: House, kind: str, ending: Ending
) -> None:
    person, tab = await house.newcomer(kind)
    async with tab:
        here = "/clippers/dashboard" if kind == "clipper" else "/admin"
        await tab.visit(here)
        assert tab.value("role", "session_state") == kind.upper()
        await ending(house, person, tab)
        await tab.until(lambda: tab.value("ended", "session_state") is True)

        heard, before = len(tab.heard), house.digest(of_others_than=person)
        async with house.elsewhere() as database:
            await _tell(database, person)
        await tab.event(_named("NotificationList.mark_all_read"), at=here)
        await tab.event(_named("ProfileName.save"), at=here, form_data={"name": "Still here"})
        await tab.until(lambda: len(tab.redirects()) == 2)
        assert tab.redirects() == ["/login"] * 2
        # The tab may be told twice: because of the commit, and by the check of all sessions.
        said = [frame.replace('{"ended_rx_state_":true}', "") for frame in tab.heard[heard:]]
        assert [frame for frame in said if "_rx_state_" in frame] == []
        assert house.digest(of_others_than=person) == before


async def _tell(database: Database, person: Person) -> None:
    """Change something that is pushed to their open pages."""
    assert person.actor is not None
    async with database.writing() as session:
        user = await accounts.by_id(session, person.id)
        user.name = "Renamed"
        changes.mark(session, users=[person.id])


async def test_whoever_is_enabled_again_signs_in_again(house: House) -> None:
    """Re-enabling a user does not restore old sessions, and neither does a restored role."""
    for change, back in (
        (("DISABLED", None), ("ACTIVE", None)),
        ((None, "ADMIN"), (None, "CLIPPER")),
    ):
        person, tab = await house.newcomer("clipper")
        for status, role in (change, back):
            await _as_admin(house, person, **{"status": status} if status else {"role": role})
        async with tab:
            await tab.visit("/clippers/dashboard")
            assert tab.redirects() == ["/login?next=%2Fclippers%2Fdashboard"]
