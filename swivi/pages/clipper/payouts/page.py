"""A clipper's payouts: the balance made plain, and every request with what became of it."""

from typing import Any

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.core.errors import SwiviError
from swivi.core.money import format_dollars
from swivi.domain.payouts import service as payouts
from swivi.insights.money.payouts import payout_history
from swivi.pages.clipper.payouts.by_campaign import earned_by_campaign_panel
from swivi.pages.clipper.payouts.request_dialog import payout_dialog
from swivi.pages.clipper.shared.balance import balance_card, how_it_was_made
from swivi.pages.clipper.shared.own import ClipperLive
from swivi.pages.clipper.shared.rows import PayoutLine, payout_line
from swivi.pages.engine.acting import acting, refusal, some_id
from swivi.pages.engine.gate import clippers_only, public
from swivi.pages.engine.listing import PAGE_SIZE, Listing
from swivi.pages.shared.frame import clipper_page, sends
from swivi.ui.buttons import button, link_button
from swivi.ui.cards import panel
from swivi.ui.dialogs import confirm_dialog
from swivi.ui.feedback import empty_state, status_badge, toast_success
from swivi.ui.layout import stack
from swivi.ui.numbers import flash_row, money, money_text, when
from swivi.ui.tables import Column, data_table, pager
from swivi.ui.types import Node

Line = Any
"""The Var of a PayoutLine; its fields are Vars too."""


class OwnPayouts(ClipperLive, Listing, rx.State):
    """Live: one page of the clipper's payout requests."""

    rows: list[PayoutLine] = []

    @public
    async def load(self) -> None:
        """The page opens, or its page number changes."""
        if await self._is_clippers():
            self._read_place()
            await self._read("Your payouts")

    @clippers_only
    async def cancel(self, request_id: object) -> EventSpec:
        """Take a pending request back."""
        try:
            async with acting(self) as (session, actor):
                cancelled = await payouts.cancel(session, actor, some_id(request_id))
        except SwiviError as error:
            return refusal(error)
        return toast_success(
            f"Request cancelled: {format_dollars(cancelled.amount)} is available again."
        )

    async def _refresh_live(self, session: AsyncSession) -> None:
        offset = (self.page - 1) * PAGE_SIZE
        found, total = await payout_history(session, self._user_id, limit=PAGE_SIZE, offset=offset)
        rows = [payout_line(row) for row in found]
        if rows != self.rows:
            self.rows = rows
        if total != self.total:
            self._found(total)


_COLUMNS = (
    Column("Requested"),
    Column("Amount", "right"),
    Column("You receive", "right", wide_only=True),
    Column("Method", wide_only=True),
    Column("Status"),
    Column("Transaction id", wide_only=True),
)


def payouts_page() -> rx.Component:
    """The page at /clippers/payouts."""
    state = OwnPayouts
    history = data_table(
        _COLUMNS,
        state.rows,
        _cells,
        caption="Payout requests",
        href=lambda line: routes.clipper_payout(line.id),
        key=lambda line: line.id,
        loading=state.loading,
        error=state.problem,
        retry=state.load,
        empty=empty_state(
            "banknote",
            "No payouts yet",
            "Once your balance reaches the minimum, you can request your first payout.",
        ),
    )
    return clipper_page(
        "Payouts",
        balance_card(beside=_made()),
        panel(
            "History",
            history,
            action=link_button("Statement", routes.CLIPPER_STATEMENT, icon="scroll_text"),
        ),
        rx.cond(
            state.pages > 1,
            pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
        ),
        earned_by_campaign_panel(),
        payout_dialog(),
        current=routes.CLIPPER_PAYOUTS,
    )


def _made() -> rx.Component:
    heading = rx.el.h2("How this was made", class_name="stat-label")
    return rx.el.div(heading, how_it_was_made(), class_name="hero-beside")


def _cells(line: Line) -> list[Node]:
    return [
        when(line.requested_at),
        money(line.amount),
        rx.fragment(
            money(line.net),
            rx.cond(line.fee > 0, rx.el.div("Fee ", money(line.fee, "quiet"), class_name="hint")),
        ),
        rx.el.span(line.method, title=line.details),
        _status(line),
        rx.el.code(line.transaction_id),
    ]


def _status(line: Line) -> rx.Component:
    return stack(
        rx.el.div(status_badge(line.status)),
        rx.cond(line.reason != "", rx.el.span(line.reason, class_name="hint")),
        rx.cond(line.cancellable, rx.el.div(cancel_button(line))),
        flash_row(line.status),
        gap=1,
    )


def cancel_button(line: Line) -> rx.Component:
    """Takes a pending request back, after a question."""
    return confirm_dialog(
        button("Cancel", kind="secondary", icon="x"),
        "Cancel this request?",
        f"{money_text(line.amount)} goes back to your available balance.",
        "Cancel request",
        sends(OwnPayouts.cancel, line.id),
        danger=True,
    )
