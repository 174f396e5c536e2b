"""A clipper's money and totals, live: what the dashboard and the payouts page open with."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TypeAlias

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.insights.clippers.live import ClipperNow, clippers_now
from swivi.pages.clipper.payouts.request_dialog import PayoutDialog
from swivi.pages.clipper.shared.own import BatchedClipperLive
from swivi.pages.engine.gate import public
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button
from swivi.ui.cards import Line, breakdown, hero_card
from swivi.ui.feedback import error_state, last_changed
from swivi.ui.layout import stack
from swivi.ui.numbers import live_money, money
from swivi.ui.types import Node

Shown: TypeAlias = tuple[str, int | str]
"""A variable of the state by its name, and its value."""


class ClipperBalance(BatchedClipperLive, rx.State):
    """Live. Money in cents; `why_not` says why no payout can be requested now, "" if one can."""

    available: int = 0
    earned: int = 0
    paid: int = 0
    reserved: int = 0
    views: int = 0
    pending: int = 0
    approved: int = 0
    rejected: int = 0
    submitted: int = 0
    """All submissions, whatever became of them."""
    active_campaigns: int = 0
    why_not: str = ""
    changed_at: str = ""
    _shown: tuple[Shown, ...] = ()
    """What the page shows; nothing before it has read anything."""

    @public
    async def load(self) -> None:
        """A page with the balance opens."""
        if await self._is_clippers():
            self._shown = ()
            await self._read("Your balance")

    @staticmethod
    async def _read_for(session: AsyncSession, whose: Sequence[int]) -> Mapping[int, ClipperNow]:
        return await clippers_now(session, whose)

    def _show_live(self, numbers: ClipperNow | None) -> None:
        if numbers is None:
            return
        # What is assigned is sent, changed or not; and a look at what the state has costs more than
        # at what was read, unless that was kept as a tuple, which Reflex hands out as it is.
        shown, before = _on_page(numbers), self._shown
        if shown == before:
            return
        for one, was in zip_longest(shown, before):
            if one != was:
                setattr(self, *one)
        self._shown, self.changed_at = shown, clock.now().isoformat()


def _on_page(numbers: ClipperNow) -> tuple[Shown, ...]:
    return (
        *((name, getattr(numbers, name)) for name in _AS_READ),
        ("submitted", numbers.pending + numbers.approved + numbers.rejected),
        ("why_not", _why_not(numbers)),
    )


_AS_READ = (
    *("available", "earned", "paid", "reserved", "views", "active_campaigns"),
    *("pending", "approved", "rejected"),
)


def _why_not(numbers: ClipperNow) -> str:
    return runtime().payout_terms.why_not(
        numbers.available, has_open_request=numbers.open_requests > 0
    )


def balance_card(*details: Node, beside: Node | None = None) -> rx.Component:
    """The available balance and the way to a payout, with what a page says besides."""
    state = ClipperBalance
    card = hero_card(
        "Available balance",
        live_money(state.available),
        *details,
        last_changed(state.changed_at),
        action=_request_payout(),
        beside=beside,
    )
    return rx.cond(state.problem != "", error_state(state.problem, state.load), card)


def how_it_was_made() -> rx.Component:
    """The balance, from what was earned down to what is available."""
    state = ClipperBalance
    return breakdown(
        Line("Earned", money(state.earned, "in")),
        Line("Reserved for a payout", money(-state.reserved)),
        Line("Paid out", money(-state.paid)),
        Line("Available", money(state.available), strong=True),
    )


def _request_payout() -> rx.Component:
    return stack(
        button(
            "Request payout",
            PayoutDialog.open,
            kind="primary",
            icon="banknote",
            disabled=ClipperBalance.loading | (ClipperBalance.why_not != ""),
            aria_describedby="why-no-payout",
        ),
        rx.el.p(ClipperBalance.why_not, class_name="hint", custom_attrs={"id": "why-no-payout"}),
        gap=1,
    )
