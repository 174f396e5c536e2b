"""Visits by name: every page, list and live number, opened as a user opens it.

A page is opened as the browser opens it: the handlers of its `on_load`, in their order, on the
states of a new tab with a session's cookie. A test compares the routes here with those of the app,
so that no new page is missed.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import reflex as rx
from reflex.constants import RouteVar
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role
from swivi.domain.accounts.sessions import SESSION_COOKIE
from swivi.domain.notifications import service as notifications
from swivi.insights.campaigns import catalogue
from swivi.insights.campaigns.listing import all_campaigns
from swivi.insights.campaigns.live import campaign_numbers
from swivi.insights.clippers.clipper import clipper_clips, clipper_dashboard
from swivi.insights.clippers.live import clippers_now
from swivi.insights.clippers.users import find_users
from swivi.insights.money.payouts import payout_queue
from swivi.insights.money.statement import Period, lines_after, of_campaign, of_clipper
from swivi.insights.operations.audit_log import AuditFilter, audit_lines, audit_lines_before
from swivi.insights.operations.counts import queues, tracked
from swivi.insights.operations.runs import clips_in_run, tracking_runs
from swivi.insights.submissions.newest import newest_clips
from swivi.insights.submissions.review_queue import review_before, review_queue
from swivi.pages.engine.inbox import kept_headers
from swivi.runtime.live.feed import Feed
from swivi.runtime.runtime import runtime
from swivi.swivi import app

PAGES = dict(app._unevaluated_pages)  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class Pick:
    """The subject of one visit: a clip and its owner, a payout request, a run, and the viewers."""

    clip_id: int
    submission_id: int
    campaign_id: int
    user_id: int
    request_id: int
    payee_id: int
    run_id: int
    cookies: dict[str, str]
    """Cookies by viewer: "guest", "clipper" (`user_id`), "payee" (`payee_id`), "admin"."""

    @property
    def clipper(self) -> Actor:
        """The clip's owner."""
        return Actor(self.user_id, Role.CLIPPER, "", "")


Address = Callable[[Pick], str]
Read = Callable[[AsyncSession, Pick], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A page, opened at one of its addresses by the `viewer` of that name in `Pick.cookies`."""

    name: str
    route: str
    address: Address
    viewer: str
    last_page: bool = False
    """Open the last page of the list instead of the first."""

    async def prepared(self, pick: Pick) -> Callable[[], Awaitable[object]]:
        """Make a new tab, and return a function that opens the page in it."""
        tab, address = Tab(pick.cookies[self.viewer]), self.address(pick)
        if self.last_page:
            await tab.open(self.route, address)
            address += f"{'&' if '?' in address else '?'}page={await tab.pages_of(self.route)}"
            tab = Tab(pick.cookies[self.viewer])
        return lambda: tab.open(self.route, address)


@dataclass(frozen=True, slots=True)
class ListVisit:
    """What a list of the API or a live number reads, in a transaction of its own."""

    name: str
    read: Read

    async def prepared(self, pick: Pick) -> Callable[[], Awaitable[object]]:
        """Return a function that reads it."""

        async def at_once() -> object:
            async with runtime().database.reading() as session:
                return await self.read(session, pick)

        return at_once


Visit = PageVisit | ListVisit


class Tab:
    """The states of one tab, as the server holds them."""

    def __init__(self, cookie: str) -> None:
        self._root = rx.State(_reflex_internal_init=True)
        self._router: dict[str, Any] = {RouteVar.CLIENT_TOKEN: "tab"}
        header = f"{SESSION_COOKIE}={cookie}" if cookie else ""
        self._route(
            {RouteVar.HEADERS: kept_headers({"cookie": header, "origin": "http://swivi.test"})}
        )

    async def open(self, route: str, address: str) -> None:
        """Run the handlers of the page's load. Raise RuntimeError if one redirects or fails."""
        path, _, query = address.partition("?")
        parameters = dict(pair.split("=") for pair in query.split("&")) if query else {}
        self._route({RouteVar.PATH: path, RouteVar.ORIGIN: address, RouteVar.QUERY: parameters})
        for handler in _on_load(route):
            state = await self._root.get_state(handler.state)
            outcome = handler.fn(state)
            if isinstance(outcome, AsyncIterator):
                [_ async for _ in outcome]
            elif isinstance(
                await outcome, EventSpec
            ):  # an event without arguments goes on here, in the background
                raise RuntimeError(f"{address} leads elsewhere")
            if getattr(state, "problem", ""):
                raise RuntimeError(f"{address}: {state.problem}")

    async def pages_of(self, route: str) -> int:
        """Return the number of pages of the list."""
        states = [await self._root.get_state(handler.state) for handler in _on_load(route)]
        return max(getattr(state, "pages", 1) for state in states)

    def _route(self, changes: dict[str, Any]) -> None:
        self._router = self._root._update_router_vars(self._router | changes, self._router)  # noqa: SLF001


def _on_load(route: str) -> list[Any]:
    on_load = PAGES[route].on_load
    return on_load if isinstance(on_load, list) else [on_load]


NAMELESS = Pick(0, 0, 0, 0, 0, 0, 0, {})


def _page(viewer: str, route: str, *addresses: Address, last_page: bool = False) -> list[Visit]:
    """Return visits of the page at these addresses, and of its list's last page at the first."""
    known = addresses or (lambda _: f"/{route.removeprefix('index')}",)
    visits: list[Visit] = [
        PageVisit(_name(route, address), route, address, viewer) for address in known
    ]
    last = PageVisit(
        f"{_name(route, known[0])}, last page", route, known[0], viewer, last_page=True
    )
    return [*visits, last] if last_page else visits


def _name(route: str, address: Address) -> str:
    query = address(NAMELESS).partition("?")[2]
    return f"/{route.removeprefix('index')}" + (f"?{query}" if query else "")


def _at(address: str) -> Address:
    """Return an address from a template with the pick's fields, and {month} for this month."""
    return lambda pick: address.format(pick=pick, month=f"{clock.now():%Y-%m}")


FOR_GUESTS = [
    *_page("guest", "index"),
    *(
        visit
        for route in ("login", "code", "signup", "forgot", "not-for-you", "404")
        for visit in _page("guest", route)
    ),
    *_page("guest", "reset", _at("/reset?token=none")),
    *_page("guest", "verify", _at("/verify?token=none")),
    *_page("guest", "campaigns/[campaign_key]", _at("/campaigns/{pick.campaign_id}")),
]
FOR_CLIPPERS = [
    *_page("clipper", "clippers/dashboard"),
    *_page(
        "clipper",
        "clippers/campaigns",
        *map(_at, ("/clippers/campaigns", "/clippers/campaigns?platform=tiktok&sort=rate")),
        *map(_at, ("/clippers/campaigns?sort=left", "/clippers/campaigns?sort=ending")),
        last_page=True,
    ),
    *_page(
        "clipper",
        "clippers/campaigns/[open_campaign_key]",
        _at("/clippers/campaigns/{pick.campaign_id}"),
    ),
    *_page(
        "clipper",
        "clippers/clips",
        *map(
            _at,
            (
                "/clippers/clips",
                "/clippers/clips?status=approved",
                "/clippers/clips?status=pending",
            ),
        ),
        last_page=True,
    ),
    *_page(
        "clipper", "clippers/clips/[submission_key]", _at("/clippers/clips/{pick.submission_id}")
    ),
    *_page("clipper", "clippers/payouts"),
    *_page("payee", "clippers/payouts/[payout_key]", _at("/clippers/payouts/{pick.request_id}")),
    *_page(
        "clipper",
        "clippers/statement",
        _at("/clippers/statement"),
        _at("/clippers/statement?month={month}"),
        last_page=True,
    ),
    *_page("clipper", "clippers/notifications", last_page=True),
    *_page("clipper", "clippers/notifications", _at("/clippers/notifications?show=unread")),
    *_page("clipper", "clippers/profile"),
]
FOR_ADMINS = [
    *_page("admin", "admin"),
    *_page(
        "admin",
        "admin/campaigns",
        *map(
            _at,
            (
                "/admin/campaigns",
                "/admin/campaigns?status=active&sort=spent",
                "/admin/campaigns?sort=pending",
            ),
        ),
        last_page=True,
    ),
    *_page("admin", "admin/campaigns/new"),
    *_page(
        "admin",
        "admin/campaigns/[campaign_id]/edit",
        _at("/admin/campaigns/{pick.campaign_id}/edit"),
    ),
    *_page(
        "admin",
        "admin/campaigns/[campaign_id]",
        _at("/admin/campaigns/{pick.campaign_id}"),
        last_page=True,
    ),
    *_page(
        "admin",
        "admin/campaigns/[campaign_id]/statement",
        _at("/admin/campaigns/{pick.campaign_id}/statement"),
        _at("/admin/campaigns/{pick.campaign_id}/statement?month={month}"),
        last_page=True,
    ),
    *_page(
        "admin",
        "admin/submissions",
        *map(
            _at,
            (
                "/admin/submissions",
                "/admin/submissions?status=all",
                "/admin/submissions?status=approved",
            ),
        ),
        _at("/admin/submissions?status=approved&platform=tiktok"),
        _at("/admin/submissions?status=approved&campaign={pick.campaign_id}&platform=youtube"),
        _at("/admin/submissions?clipper={pick.user_id}"),
        last_page=True,
    ),
    *_page("admin", "admin/submissions", _at("/admin/submissions?status=all"), last_page=True)[1:],
    *_page(
        "admin",
        "admin/payouts",
        *map(
            _at, ("/admin/payouts", "/admin/payouts?status=all", "/admin/payouts?status=completed")
        ),
        last_page=True,
    ),
    *_page(
        "admin",
        "admin/users",
        *map(
            _at,
            (
                "/admin/users",
                "/admin/users?role=admin",
                "/admin/users?status=disabled",
                "/admin/users?search=kim",
            ),
        ),
        _at("/admin/users?search={pick.user_id}@"),
        last_page=True,
    ),
    *_page("admin", "admin/users/[user_key]", _at("/admin/users/{pick.user_id}"), last_page=True),
    *_page("admin", "admin/tracking", last_page=True),
    *_page(
        "admin",
        "admin/tracking/[run_key]",
        _at("/admin/tracking/{pick.run_id}"),
        _at("/admin/tracking/{pick.run_id}?show=failed"),
        last_page=True,
    ),
    *_page(
        "admin",
        "admin/analytics",
        *map(
            _at,
            (
                "/admin/analytics",
                "/admin/analytics?days=90",
                "/admin/analytics?days=90&platform=tiktok",
            ),
        ),
        _at("/admin/analytics?days=90&campaign={pick.campaign_id}"),
    ),
    *_page(
        "admin",
        "admin/audit",
        *map(
            _at,
            (
                "/admin/audit",
                "/admin/audit?subject=submission",
                "/admin/audit?action=payout.completed",
            ),
        ),
        *map(_at, ("/admin/audit?actor=0", "/admin/audit?subject=campaign&id={pick.campaign_id}")),
        last_page=True,
    ),
    *_page("admin", "admin/books"),
    *_page("admin", "admin/notifications", last_page=True),
    *_page("admin", "admin/settings"),
    *_page("admin", "admin/profile"),
    *_page("admin", "test/view-tracking"),
]


def _lists() -> dict[str, Read]:
    """Return the reads of the API's lists and live numbers that no page does."""
    lists: dict[str, Read] = {
        "dashboard of the API": lambda session, pick: clipper_dashboard(session, pick.user_id),
        "what operators watch": lambda session, _: _both(tracked(session), queues(session)),
        "live: a clipper's numbers": lambda session, pick: clippers_now(session, [pick.user_id]),
        "live: a clipper's newest clips": lambda session, pick: newest_clips(
            session, [pick.user_id], limit=10
        ),
        "live: unread": lambda session, pick: notifications.count(
            session, pick.clipper, unread_only=True
        ),
        "live: a campaign's numbers": lambda session, pick: campaign_numbers(
            session, pick.campaign_id
        ),
        "live: the front page": lambda session, _: _both(
            catalogue.totals(session), catalogue.open_campaigns(session, limit=6)
        ),
        "live: what others changed": lambda *_: Feed(runtime().database).since_last_look(),
        "exports: submissions": lambda session, pick: review_before(
            session, pick.submission_id, status=None, campaign_id=pick.campaign_id, limit=100
        ),
        "exports: the audit log": lambda session, pick: audit_lines_before(
            session, AuditFilter(subject="submission"), pick.submission_id, limit=100
        ),
        "exports: a clipper's statement": lambda session, pick: lines_after(
            session, of_clipper(pick.user_id), Period(), 0, limit=25
        ),
        "exports: a campaign's statement": lambda session, pick: lines_after(
            session, of_campaign(pick.campaign_id), Period(), 0, limit=25
        ),
        "audit log of some days": lambda session, _: audit_lines(
            session,
            AuditFilter(since=(clock.now() - timedelta(days=9)).date(), subject="campaign"),
            limit=25,
        ),
        "clips of a run, failed": lambda session, pick: clips_in_run(
            session, pick.run_id, only_failed=True, limit=25
        ),
    }
    for sort in ("-views", "-earnings"):
        lists[f"submissions by {sort}"] = partial(_sorted_submissions, sort=sort)
        lists[f"own submissions by {sort}"] = partial(_own_submissions, sort=sort)
    for sort in ("-totalEarnings", "totalViews", "-available"):
        lists[f"users by {sort}"] = partial(_sorted_people, sort=sort)
    lists["campaigns by -remaining"] = lambda session, _: all_campaigns(
        session, sort="-remaining", limit=25
    )
    lists["payouts by amount"] = lambda session, _: payout_queue(session, sort="amount", limit=25)
    lists["runs by failed"] = lambda session, _: tracking_runs(session, sort="-failed", limit=25)
    return lists


def _sorted_submissions(session: AsyncSession, _: Pick, *, sort: str) -> Awaitable[object]:
    return review_queue(session, sort=sort, limit=25)


def _own_submissions(session: AsyncSession, pick: Pick, *, sort: str) -> Awaitable[object]:
    return clipper_clips(session, pick.user_id, sort=sort, limit=25)


def _sorted_people(session: AsyncSession, _: Pick, *, sort: str) -> Awaitable[object]:
    return find_users(session, sort=sort, limit=25)


async def _both(first: Awaitable[object], second: Awaitable[object]) -> None:
    await first
    await second


VISITS: list[Visit] = [
    *FOR_GUESTS,
    *FOR_CLIPPERS,
    *FOR_ADMINS,
    *(ListVisit(name, read) for name, read in _lists().items()),
]
