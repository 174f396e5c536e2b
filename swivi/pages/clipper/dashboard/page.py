"""A clipper's first page: the balance, the totals, the newest clips."""

import reflex as rx

from swivi import routes
from swivi.pages.clipper.dashboard.first_steps import first_steps
from swivi.pages.clipper.dashboard.last_days import own_last_days
from swivi.pages.clipper.dashboard.recent_clips import recent_clips
from swivi.pages.clipper.payouts.request_dialog import payout_dialog
from swivi.pages.clipper.shared.balance import ClipperBalance, balance_card, calculation
from swivi.pages.clipper.submit.dialog import submit_button_for, submit_dialog
from swivi.pages.shared.frame import clipper_page
from swivi.ui.buttons import link_button
from swivi.ui.cards import panel, stat_card
from swivi.ui.layout import card_grid
from swivi.ui.numbers import count, count_text, money, short_count
from swivi.ui.vars import flag_var, text_if


def dashboard() -> rx.Component:
    """The page at /clippers/dashboard."""
    is_newcomer = (
        ~flag_var(ClipperBalance.loading)
        & (ClipperBalance.submitted == 0)
        & (ClipperBalance.problem == "")
    )
    return clipper_page(
        "Dashboard",
        rx.cond(is_newcomer, first_steps()),
        balance_card(
            rx.el.details(rx.el.summary("How this is calculated"), calculation()),
            beside=own_last_days(),
        ),
        _totals(),
        rx.cond(
            is_newcomer,
            rx.fragment(),
            panel(
                "Recent clips",
                recent_clips(),
                action=link_button("All clips", routes.CLIPPER_CLIPS, "quiet"),
            ),
        ),
        submit_dialog(),
        payout_dialog(),
        current=routes.CLIPPER_DASHBOARD,
        actions=submit_button_for("", kind="secondary"),
    )


def _totals() -> rx.Component:
    state = ClipperBalance
    by_review = (
        f"{count_text(state.approved)} approved, {count_text(state.pending)} pending, "
        f"{count_text(state.rejected)} rejected"
    )
    return card_grid(
        stat_card(
            "Total earned",
            money(state.earned, "in"),
            "All clips, paid out or not",
            href=routes.CLIPPER_PAYOUTS,
        ),
        stat_card(
            "Total views",
            short_count(state.views),
            "Of your approved clips",
            href=routes.CLIPPER_CLIPS,
        ),
        stat_card(
            "Active campaigns",
            count(state.active_campaigns),
            "With clips of yours",
            href=routes.CLIPPER_CAMPAIGNS,
        ),
        stat_card(
            "Clips submitted",
            count(state.submitted),
            text_if(state.submitted > 0, by_review, "None yet"),
            href=routes.CLIPPER_CLIPS,
        ),
        min_width=150,
    )
