"""What waits for an admin, each item a link to its page."""

import reflex as rx

from swivi import routes
from swivi.domain.tracking.models import RunStatus
from swivi.pages.admin.dashboard.state import EndingRow, OverviewState
from swivi.pages.admin.reconciliation.state import ReconciliationState
from swivi.pages.admin.shared.parts import counted
from swivi.pages.admin.tracking.newest_run import NewestRun
from swivi.ui.buttons import link_button
from swivi.ui.cards import panel
from swivi.ui.feedback import empty_state, skeleton_rows
from swivi.ui.icons import icon
from swivi.ui.numbers import count, money, percent_text, when
from swivi.ui.types import Node, Text
from swivi.ui.vars import number_var, rows_var


def attention() -> rx.Component:
    """Show the list, or say that nothing waits."""
    state = OverviewState
    calm = empty_state(
        "circle_check", "Nothing waits for you", "New submissions and payout requests show here."
    )
    nothing = rx.cond(state.campaigns_active > 0, calm, _no_campaign())
    items = rx.el.ul(
        *_users_waiting(),
        _run_stopped(),
        *_odd_readings(),
        rx.foreach(rows_var(state.ending), _ending),
        _findings(),
        class_name="waiting-list",
    )
    return panel(
        "Needs attention",
        rx.cond(state.loading, skeleton_rows(3), rx.cond(_anything(), items, nothing)),
    )


def _no_campaign() -> rx.Component:
    return empty_state(
        "megaphone",
        "No campaign is running",
        "Create one with a budget and a rate per 1,000 views. Clippers can then submit clips.",
        link_button("New campaign", routes.ADMIN_NEW_CAMPAIGN, icon="plus"),
    )


def _anything() -> rx.Var[bool]:
    state = OverviewState
    numbers = (
        state.to_review,
        state.to_approve,
        state.to_send,
        state.flagged,
        state.readings_waiting,
        state.on_hold,
        state.stuck,
        ReconciliationState.found,
    )
    waiting = sum((number_var(number) for number in numbers), start=rows_var(state.ending).length())
    return (waiting > 0) | _stopped() | _unread()


def _stopped() -> rx.Var[bool]:
    return rx.Var.create(NewestRun.status == RunStatus.FAILED.value).to(bool)


def _unread() -> rx.Var[bool]:
    """Return whether the newest run could not read some clips. A running one still retries."""
    return (number_var(NewestRun.failed) > 0) & (NewestRun.status != RunStatus.RUNNING.value)


def _findings() -> rx.Component:
    found = ReconciliationState.found
    return _item(
        number_var(found) > 0,
        "book_x",
        rx.fragment(counted(found, "finding", "findings"), " in the reconciliation"),
        routes.ADMIN_RECONCILIATION,
        wrong=True,
    )


def _run_stopped() -> rx.Component:
    words = rx.fragment("The newest tracking run stopped: ", NewestRun.run_problem)
    return _item(_stopped(), "triangle_alert", words, routes.ADMIN_TRACKING, wrong=True)


def _users_waiting() -> list[rx.Component]:
    state = OverviewState
    return [
        _item(
            state.to_review > 0,
            "inbox",
            rx.fragment(
                counted(state.to_review, "submission", "submissions"),
                " to review, the oldest sent ",
                when(state.oldest_pending_at),
            ),
            routes.ADMIN_SUBMISSIONS,
        ),
        _item(
            state.to_approve > 0,
            "banknote",
            rx.fragment(
                counted(state.to_approve, "payout", "payouts"),
                " to decide on, ",
                money(state.to_approve_amount),
            ),
            f"{routes.ADMIN_PAYOUTS}?status=pending",
        ),
        _item(
            state.to_send > 0,
            "send",
            rx.fragment(
                counted(state.to_send, "approved payout", "approved payouts"),
                " to send, ",
                money(state.to_send_amount),
            ),
            f"{routes.ADMIN_PAYOUTS}?status=approved",
        ),
        _item(
            state.stuck > 0,
            "hourglass",
            rx.fragment(
                counted(state.stuck, "submission has", "submissions have"),
                " waited for a first reading for more than an hour",
            ),
            f"{routes.ADMIN_SUBMISSIONS}?status=pending",
        ),
    ]


def _ending(campaign: EndingRow) -> rx.Component:
    used = rx.fragment(
        ": ",
        rx.el.span(percent_text(campaign.spent, campaign.budget), class_name="num"),
        " of the budget is spent",
    )
    ends = rx.cond(campaign.ends_at != "", rx.fragment(", it ends ", when(campaign.ends_at)))
    words = rx.fragment(rx.el.strong(campaign.title), used, ends)
    return _item(True, "gauge", words, routes.admin_campaign(campaign.id))


def _odd_readings() -> list[rx.Component]:
    return [
        _item(
            _unread(),
            "eye_off",
            rx.fragment(
                count(NewestRun.failed),
                " of ",
                counted(NewestRun.planned, "clip", "clips"),
                " not read in the newest run",
            ),
            routes.ADMIN_TRACKING,
        ),
        _item(
            NewestRun.unknown != "",
            "message_circle_question",
            rx.fragment(
                "The scraper’s answers hold words that Swivi does not know: ", NewestRun.unknown
            ),
            routes.ADMIN_TRACKING,
        ),
        _item(
            OverviewState.on_hold > 0,
            "circle_pause",
            rx.fragment(
                counted(OverviewState.on_hold, "clip is", "clips are"),
                " on hold because of an impossible rise in views. An admin has to decide.",
            ),
            routes.ADMIN_TRACKING,
        ),
        _item(
            OverviewState.readings_waiting > 0,
            "user_check",
            rx.fragment(
                counted(OverviewState.readings_waiting, "clip has", "clips have"),
                " manually entered views that another admin has to confirm",
            ),
            routes.ADMIN_TRACKING,
        ),
        _item(
            OverviewState.flagged > 0,
            "flag",
            rx.fragment(
                counted(OverviewState.flagged, "clip", "clips"), " with an odd newest reading"
            ),
            f"{routes.ADMIN_SUBMISSIONS}?status=approved",
        ),
    ]


def _item(
    shown: rx.Var[bool] | bool, glyph: str, words: Node, href: Text, *, wrong: bool = False
) -> rx.Component:
    mark = rx.el.span(icon(glyph), class_name="waiting-glyph")
    link = rx.el.a(mark, rx.el.span(words), icon("chevron_right"), href=href)
    return rx.cond(shown, rx.el.li(link, class_name="is-wrong" if wrong else ""))
