"""A clipper's payouts: how the balance is calculated, and every request with its status."""

import reflex as rx

from swivi import routes
from swivi.pages.clipper.payouts.by_campaign import earned_by_campaign_panel
from swivi.pages.clipper.payouts.cancel import Row, cancel_button
from swivi.pages.clipper.payouts.request_dialog import payout_dialog
from swivi.pages.clipper.payouts.state import OwnPayouts
from swivi.pages.clipper.shared.balance import balance_card, calculation
from swivi.pages.shared.frame import clipper_page
from swivi.ui.buttons import link_button
from swivi.ui.cards import panel
from swivi.ui.feedback import empty_state, status_badge
from swivi.ui.layout import stack
from swivi.ui.numbers import flash_row, money, when
from swivi.ui.tables import Column, data_table, pager
from swivi.ui.types import Node

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
        href=lambda row: routes.clipper_payout(row.id),
        key=lambda row: row.id,
        loading=state.loading,
        error=state.problem,
        retry=state.load,
        empty=empty_state(
            "banknote",
            "No payouts yet",
            "You can request your first payout when your balance reaches the minimum.",
        ),
    )
    return clipper_page(
        "Payouts",
        balance_card(beside=_calculation()),
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


def _calculation() -> rx.Component:
    heading = rx.el.h2("How this is calculated", class_name="stat-label")
    return rx.el.div(heading, calculation(), class_name="hero-beside")


def _cells(row: Row) -> list[Node]:
    return [
        when(row.requested_at),
        money(row.amount),
        rx.fragment(
            money(row.net),
            rx.cond(row.fee > 0, rx.el.div("Fee ", money(row.fee, "quiet"), class_name="hint")),
        ),
        rx.el.span(row.method, title=row.details),
        _status(row),
        rx.el.code(row.transaction_id),
    ]


def _status(row: Row) -> rx.Component:
    return stack(
        rx.el.div(status_badge(row.status)),
        rx.cond(row.reason != "", rx.el.span(row.reason, class_name="hint")),
        rx.cond(row.cancellable, rx.el.div(cancel_button(row))),
        flash_row(row.status),
        gap=1,
    )
