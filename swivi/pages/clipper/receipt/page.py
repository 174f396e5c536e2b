"""One payout of the viewer: fee, net amount, transaction id, and its history. Live."""

import reflex as rx

from swivi import routes
from swivi.pages.clipper.payouts.cancel import Row, cancel_button
from swivi.pages.clipper.receipt.state import Receipt
from swivi.pages.engine.session import SessionState
from swivi.pages.shared.frame import clipper_page
from swivi.ui.buttons import button, icon_button, link_button
from swivi.ui.cards import Line, breakdown, hero_card, panel
from swivi.ui.feedback import empty_state, error_state, notice, skeleton_rows, status_badge
from swivi.ui.layout import card_grid, cluster
from swivi.ui.numbers import money, when
from swivi.ui.vars import text_if


def receipt() -> rx.Component:
    """The page at /clippers/payouts/<request id>."""
    state = Receipt
    missing = empty_state(
        "search_x",
        "There is no such payout",
        "You have no payout with this number.",
        link_button("All payouts", routes.CLIPPER_PAYOUTS),
    )
    shown = rx.cond(
        state.payout.id > 0, _receipt(), rx.cond(state.loading, skeleton_rows(6), missing)
    )
    return clipper_page(
        text_if(state.payout.id > 0, f"Payout {state.payout.id}", "Payout"),
        rx.cond(state.problem != "", error_state(state.problem, state.load), shown),
        current=routes.CLIPPER_PAYOUTS,
        subtitle=rx.el.a("All payouts", href=routes.CLIPPER_PAYOUTS),
        actions=rx.cond(
            state.payout.id > 0, button("Print", rx.call_function("window.print"), icon="printer")
        ),
    )


def _receipt() -> rx.Component:
    payout: Row = Receipt.payout
    return rx.fragment(
        hero_card(
            _outcome(payout, "Not paid"),
            money(payout.net),
            cluster(status_badge(payout.status), _what_next(payout)),
            action=rx.cond(payout.cancellable, cancel_button(payout)),
        ),
        rx.cond(payout.reason != "", notice("bad", payout.reason, title="Reason")),
        card_grid(
            panel("How this is calculated", _sum(payout)),
            panel("History", _history(payout)),
            min_width=340,
        ),
    )


def _outcome(payout: Row, otherwise: str) -> rx.Var[str]:
    received = text_if(payout.is_open, "You will receive", otherwise)
    return text_if(payout.status == "COMPLETED", "You received", received)


def _what_next(payout: Row) -> rx.Component:
    return rx.el.span(
        rx.match(
            payout.status,
            ("PENDING", "An admin reviews it next. You can cancel it until then."),
            ("APPROVED", "The money will be sent soon."),
            ("COMPLETED", "The money was sent."),
            ("CANCELLED", "You cancelled it. The amount is available again."),
            "The amount is available again.",
        ),
        class_name="quiet",
    )


def _sum(payout: Row) -> rx.Component:
    return breakdown(
        Line("Amount", money(payout.amount)),
        Line("Fee", money(-payout.fee)),
        Line(_outcome(payout, "You would have received"), money(payout.net, "in"), strong=True),
        Line("To", SessionState.name),
        Line("Method", payout.method),
        Line(
            "Details",
            rx.el.span(
                payout.details, style={"white_space": "pre-line", "overflow_wrap": "anywhere"}
            ),
        ),
        Line("Transaction id", _transaction(payout)),
    )


def _transaction(payout: Row) -> rx.Component:
    copies = [rx.set_clipboard(payout.transaction_id), Receipt.copied]
    known = rx.el.span(
        rx.el.code(payout.transaction_id, style={"overflow_wrap": "anywhere"}),
        icon_button("copy", "Copy the transaction id", copies),
        class_name="cluster",
    )
    return rx.cond(payout.transaction_id != "", known, rx.el.span("none", class_name="quiet"))


def _history(payout: Row) -> rx.Component:
    return breakdown(
        Line("Requested", when(payout.requested_at)),
        Line("Last decision", when(payout.decided_at, never="none yet")),
        Line("Sent", when(payout.paid_at, never=text_if(payout.is_open, "not yet", "never"))),
    )
