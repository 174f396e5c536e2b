"""A clipper's balance and totals, live, for the dashboard and the payouts page."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import ClassVar, TypeAlias

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.clippers.live import ClipperNow, clippers_now
from swivi.pages.clipper.payouts.request_dialog import PayoutDialog
from swivi.pages.clipper.shared.live import BatchedOwnLive
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button
from swivi.ui.cards import Line, breakdown, hero_card
from swivi.ui.feedback import error_state, last_changed
from swivi.ui.layout import stack
from swivi.ui.numbers import live_money, money
from swivi.ui.types import Node

Shown: TypeAlias = tuple[str, int | str]
"""The name of a state variable, and its value."""


class ClipperBalance(BatchedOwnLive, rx.State):
    """Live. Money in cents. `why_not` says why no payout can be requested now, "" if one can."""

    _content: ClassVar[str] = "Your balance"
    available: int = 0
    earned: int = 0
    paid: int = 0
    reserved: int = 0
    views: int = 0
    pending: int = 0
    approved: int = 0
    rejected: int = 0
    submitted: int = 0
    """All submissions, in any status."""
    active_campaigns: int = 0
    why_not: str = ""
    _shown: tuple[Shown, ...] = ()
    """What the page shows; empty before the first reading."""

    async def _arrive(self) -> None:
        await super()._arrive()
        self._shown = ()

    @staticmethod
    async def _read_for(session: AsyncSession, whose: Sequence[int]) -> Mapping[int, ClipperNow]:
        return await clippers_now(session, whose)

    def _show_live(self, numbers: ClipperNow | None) -> None:
        if numbers is None:
            return
        # Reflex sends each assigned variable, changed or not. Comparing tuples is cheap: Reflex
        # returns a tuple as it is, but wraps other values in a proxy on each access.
        shown, before = _on_page(numbers), self._shown
        if shown == before:
            return
        for one, was in zip_longest(shown, before):
            if one != was:
                setattr(self, *one)
        self._shown = shown
        self._mark_changed()


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
    """Show the available balance with a button to request a payout."""
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


def calculation() -> rx.Component:
    """Show how the available balance is calculated from the earnings."""
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
