"""Payout requests, and the steps from a request to the money sent."""

import reflex as rx

from swivi import routes
from swivi.domain.payouts.models import PayoutStatus
from swivi.domain.payouts.rules import PayoutAction
from swivi.pages.admin.payouts.rows import RequestRow
from swivi.pages.admin.payouts.state import PayoutsState
from swivi.pages.admin.shared.parts import counted, row_actions, two_lines
from swivi.pages.engine.proof import FIELD, password_field
from swivi.pages.shared.frame import admin_page, sends
from swivi.ui.buttons import button, link_button, submit_button
from swivi.ui.cards import stat_card
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import empty_state, notice, status_badge
from swivi.ui.forms import form, form_actions, text_area_field, text_field
from swivi.ui.keys import copyable
from swivi.ui.layout import card_grid, stack
from swivi.ui.numbers import live_money, money, plain_dollars, when
from swivi.ui.tables import Column, FilterTab, data_table, filter_tabs, pager
from swivi.ui.types import Node, Rows, Text
from swivi.ui.vars import rows_var, text_var

_COLUMNS = (
    Column("Clipper"),
    Column("Amount", "right"),
    Column("To send", "right"),
    Column("Method and details"),
    Column("Status"),
    Column("Requested", "right", wide_only=True),
    Column("", "right"),
)
_LABELS = {
    PayoutAction.REJECT: "Reject",
    PayoutAction.FAIL: "Mark as failed",
    PayoutAction.REVERSE: "Reverse",
    PayoutAction.APPROVE: "Approve",
    PayoutAction.COMPLETE: "Complete",
}


def _cells(row: RequestRow) -> list[Node]:
    return [
        two_lines(rx.el.a(row.clipper, href=routes.admin_user(row.clipper_id)), row.email),
        rx.el.div(money(row.amount), rx.el.div(money(row.fee), " fee", class_name="hint num")),
        copyable(
            money(row.net), plain_dollars(row.net), f"Copy the amount to send to {row.clipper}"
        ),
        two_lines(row.method, _details(row)),
        _status(row),
        when(row.requested_at),
        _steps(row),
    ]


def _details(row: RequestRow) -> rx.Component:
    return rx.el.div(_destination(row.lines, row.clipper), style={"max_width": "260px"})


def _destination(lines: Rows, clipper: Text) -> rx.Component:
    """Show the destination line by line. Each has a button that copies it without spaces."""
    return rx.foreach(
        rows_var(lines),
        lambda line: rx.el.div(
            rx.el.span(line[0], class_name="hint"),
            " ",
            copyable(
                rx.el.span(line[1], style={"overflow_wrap": "anywhere"}),
                line[2],
                f"Copy {line[0]} of {clipper}",
            ),
        ),
    )


def _status(row: RequestRow) -> rx.Component:
    paid = copyable(
        rx.el.span("Transaction ", row.transaction_id),
        row.transaction_id,
        "Copy the transaction id",
    )
    said = rx.cond(row.transaction_id != "", paid, rx.el.span(row.reason))
    by = rx.cond(
        row.decided_by != "",
        rx.el.div("by ", row.decided_by, ", ", when(row.decided_at), class_name="hint"),
    )
    return rx.el.div(status_badge(row.status), rx.el.div(said, class_name="hint"), by)


def _steps(row: RequestRow) -> rx.Component:
    """Offer what the request's status allows, the way forward last."""
    return row_actions(
        *[
            rx.cond(
                rows_var(row.actions).contains(action.value),
                button(
                    label,
                    sends(PayoutsState.open, row.id, action.value),
                    "secondary"
                    if action in (PayoutAction.APPROVE, PayoutAction.COMPLETE)
                    else "quiet",
                    aria_label=f"{label} {row.clipper}’s payout",
                ),
            )
            for action, label in _LABELS.items()
        ]
    )


def payouts_page() -> rx.Component:
    """`/admin/payouts`."""
    state = PayoutsState
    tabs = [FilterTab("All", "", state.counts.get("", 0))] + [
        FilterTab(status.capitalize(), status.value, state.counts.get(status.value, 0))
        for status in PayoutStatus
    ]
    return admin_page(
        "Payouts",
        stack(
            card_grid(
                stat_card(
                    "Waiting for approval",
                    live_money(state.pending),
                    _requests(state.counts.get("PENDING", 0)),
                ),
                stat_card(
                    "Approved, to send",
                    live_money(state.to_send),
                    _requests(state.counts.get("APPROVED", 0)),
                ),
                min_width=140,
            ),
            filter_tabs(
                tabs,
                state.status,
                lambda status: f"?status={status.lower()}" if status else routes.ADMIN_PAYOUTS,
                "Status",
            ),
            data_table(
                _COLUMNS,
                state.rows,
                _cells,
                caption="Payout requests",
                key=lambda row: row.id,
                loading=state.loading,
                error=state.problem,
                retry=state.load,
                empty=empty_state(
                    "banknote", "No payout requests", "Requests of clippers show here."
                ),
                stacks=True,
            ),
            pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
            _dialog(),
        ),
        current=routes.ADMIN_PAYOUTS,
        actions=link_button(
            "Export as CSV", state.export, icon="download", reload_document=True, download=True
        ),
    )


def _requests(number: int) -> rx.Component:
    return counted(number, "request", "requests")


def _dialog() -> rx.Component:
    state = PayoutsState
    completing = state.action == PayoutAction.COMPLETE.value
    return form_dialog(
        state.is_open,
        state.close,
        state.title,
        form(
            rx.cond(
                completing,
                rx.fragment(
                    notice(
                        "neutral",
                        _destination(state.lines, state.clipper),
                        "Where to pay",
                    ),
                    text_field(
                        "Transaction id",
                        "transaction_id",
                        error=state.errors.get("transaction_id", ""),
                        hint="The bank’s or service’s id of the payment.",
                        auto_complete="off",
                    ),
                ),
            ),
            rx.cond(
                state.needs_reason,
                text_area_field(
                    "Reason", "notes", rows=3, max_length="500", error=state.errors.get("notes", "")
                ),
            ),
            password_field(state.needs_password, state.errors.get(FIELD, "")),
            form_actions(close_button(), _submit_button()),
            on_submit=state.submit,
        ),
        description=state.text,
    )


def _submit_button() -> rx.Component:
    state = PayoutsState
    label = text_var(
        rx.match(state.action, *[(action.value, words) for action, words in _LABELS.items()], "Yes")
    )
    return rx.cond(
        state.needs_reason,
        submit_button(label, pending=state.busy, kind="danger"),
        submit_button(label, pending=state.busy),
    )
