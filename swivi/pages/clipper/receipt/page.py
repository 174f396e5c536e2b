"""One payout of the viewer: its receipt with fee, net and transaction id, and what happened when.

Live.
"""

from typing import Any

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.insights.money.payouts import own_payout
from swivi.pages.clipper.payouts.page import cancel_button
from swivi.pages.clipper.shared.own import ClipperLive
from swivi.pages.clipper.shared.rows import PayoutLine, payout_line
from swivi.pages.engine.gate import clippers_only, public
from swivi.pages.engine.listing import addressed_id
from swivi.pages.engine.session import SessionState
from swivi.pages.shared.frame import clipper_page
from swivi.ui.buttons import button, icon_button, link_button
from swivi.ui.cards import Line, breakdown, hero_card, panel
from swivi.ui.feedback import (
    empty_state,
    error_state,
    notice,
    skeleton_rows,
    status_badge,
    toast_success,
)
from swivi.ui.layout import card_grid, cluster
from swivi.ui.numbers import money, when
from swivi.ui.vars import text_if

Shown = Any
"""The Var of a PayoutLine; its fields are Vars too."""


class Receipt(ClipperLive, rx.State):
    """Live: the payout request in the address.

    `payout.id` is 0 where there is none of the viewer's.
    """

    payout: PayoutLine = PayoutLine()
    _request_id: int = 0

    @public
    async def load(self) -> None:
        """The page opens."""
        if not await self._is_clippers():
            return
        self._request_id = addressed_id(self)
        if self._request_id != self.payout.id:
            self.payout, self.loading = PayoutLine(), True
        await self._read("The payout")

    @clippers_only
    async def copied(self) -> EventSpec:
        """The transaction id is in the clipboard."""
        return toast_success("Transaction id copied.")

    async def _refresh_live(self, session: AsyncSession) -> None:
        row = await own_payout(session, self._user_id, self._request_id)
        line = payout_line(row) if row else PayoutLine()
        if line != self.payout:
            self.payout = line


def receipt() -> rx.Component:
    """The page at /clippers/payouts/<request id>."""
    state = Receipt
    missing = empty_state(
        "search_x",
        "There is no such payout",
        "It is not among yours.",
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
    payout: Shown = Receipt.payout
    return rx.fragment(
        hero_card(
            _fate(payout, "Not paid"),
            money(payout.net),
            cluster(status_badge(payout.status), _what_next(payout)),
            action=rx.cond(payout.cancellable, cancel_button(payout)),
        ),
        rx.cond(payout.reason != "", notice("bad", payout.reason, title="The reason")),
        card_grid(
            panel("How it is made", _sum(payout)),
            panel("What happened", _history(payout)),
            min_width=340,
        ),
    )


def _fate(payout: Shown, otherwise: str) -> rx.Var[str]:
    received = text_if(payout.is_open, "You will receive", otherwise)
    return text_if(payout.status == "COMPLETED", "You received", received)


def _what_next(payout: Shown) -> rx.Component:
    return rx.el.span(
        rx.match(
            payout.status,
            ("PENDING", "An admin looks at it next. Until then you can cancel it."),
            ("APPROVED", "It will be sent soon."),
            ("COMPLETED", "It was sent."),
            ("CANCELLED", "You took it back: the amount is available again."),
            "The amount is available again.",
        ),
        class_name="quiet",
    )


def _sum(payout: Shown) -> rx.Component:
    return breakdown(
        Line("Amount", money(payout.amount)),
        Line("Fee", money(-payout.fee)),
        Line(_fate(payout, "It would have been"), money(payout.net, "in"), strong=True),
        Line("To", SessionState.name),
        Line("Method", payout.method),
        Line(
            "Where",
            rx.el.span(
                payout.details, style={"white_space": "pre-line", "overflow_wrap": "anywhere"}
            ),
        ),
        Line("Transaction id", _transaction(payout)),
    )


def _transaction(payout: Shown) -> rx.Component:
    copies = [rx.set_clipboard(payout.transaction_id), Receipt.copied]
    known = rx.el.span(
        rx.el.code(payout.transaction_id, style={"overflow_wrap": "anywhere"}),
        icon_button("copy", "Copy the transaction id", copies),
        class_name="cluster",
    )
    return rx.cond(payout.transaction_id != "", known, rx.el.span("none", class_name="quiet"))


def _history(payout: Shown) -> rx.Component:
    return breakdown(
        Line("Requested", when(payout.requested_at)),
        Line("Last decision", when(payout.decided_at, never="none yet")),
        Line("Sent", when(payout.paid_at, never=text_if(payout.is_open, "not yet", "never"))),
    )
