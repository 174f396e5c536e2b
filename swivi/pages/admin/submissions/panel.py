"""The panel beside the queue: one clip with its video, author, counts and decisions."""

import reflex as rx

from swivi import routes
from swivi.insights.submissions.review_queue import AuthorCheck
from swivi.pages.admin.shared.parts import known_count, row_actions
from swivi.pages.admin.submissions.state import ReviewState
from swivi.pages.shared.frame import sends
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import button, icon_button, link_button
from swivi.ui.cards import Line, breakdown
from swivi.ui.feedback import badge, empty_state, notice, status_badge
from swivi.ui.keys import QUEUE_ROW, key_name, pressed_by
from swivi.ui.layout import cluster
from swivi.ui.numbers import count, money, when
from swivi.ui.tables import Row
from swivi.ui.types import Text
from swivi.ui.vars import flag_var, rows_var, text_if, text_var


def review_panel() -> rx.Component:
    """Show the panel beside the queue, or over its lower end on narrow screens."""
    state = ReviewState
    return rx.el.aside(
        rx.cond(state.shown, _shown(), _nothing_shown()),
        class_name=text_if(
            rx.cond(state.shown, True, False), "card queue-panel", "card queue-panel is-empty"
        ),
        aria_label="The clip in detail",
    )


def _nothing_shown() -> rx.Component:
    hint = rx.el.span(
        "Choose one from the list, or step through it with ",
        key_name("j"),
        " and ",
        key_name("k"),
        ".",
    )
    return empty_state("eye", "No clip chosen", hint)


def _shown() -> rx.Component:
    row: Row = ReviewState.shown
    return rx.fragment(
        rx.el.div(
            rx.el.h2(
                platform_mark(row.platform), " ", row.name, style={"overflow_wrap": "anywhere"}
            ),
            icon_button(
                "x", "Close the panel", ReviewState.close_panel, style={"margin_left": "auto"}
            ),
            style={"display": "flex", "align_items": "start", "gap": "8px"},
        ),
        cluster(status_badge(row.status), author_badge(row.author_check)),
        rx.el.p(row.author_words, class_name="quiet"),
        rx.cond(row.note != "", notice("waiting", row.note)),
        _signs(),
        _preview(row),
        _decision(row),
        _release(row),
        _figures(row),
        _background(),
        rx.cond(
            row.clip_id != 0,
            rx.el.p(
                rx.el.a(
                    "Audit log of this clip",
                    href=f"{routes.ADMIN_AUDIT_LOG}?subject=clip&id={row.clip_id}",
                )
            ),
        ),
    )


def _signs() -> rx.Component:
    """Show odd signs in the counts, which matter before a decision."""
    return rx.fragment(
        rx.foreach(rows_var(ReviewState.details.signs), lambda sign: notice("neutral", sign))
    )


def author_badge(check: Text) -> rx.Component:
    """Say whether the author is one of the clipper's linked accounts."""
    badges = rx.match(
        text_var(check),
        (AuthorCheck.MATCH.value, badge("Own account", "good", "user_check")),
        (AuthorCheck.DIFFERS.value, badge("Another account", "bad", "user_x")),
        badge("Account not linked", "neutral", "user"),
    )
    return rx.fragment(badges)


def _preview(row: Row) -> rx.Component:
    """Show the player on request only: it tells the platform who watches."""
    state = ReviewState
    player = rx.el.iframe(
        src=row.embed_url,
        title=f"Preview of {row.name}",
        loading="lazy",
        sandbox="allow-scripts allow-same-origin allow-presentation",
        allow="fullscreen; encrypted-media; picture-in-picture",
        referrer_policy="strict-origin-when-cross-origin",
        key=row.id,
    )
    return rx.fragment(
        rx.cond(state.previews, player),
        row_actions(
            button(
                text_if(state.previews, "Hide preview", "Show preview"),
                state.switch_previews,
                icon="play",
                custom_attrs=pressed_by("p"),
            ),
            link_button(
                "Open", row.url, icon="external_link", target="_blank", rel="noopener noreferrer"
            ),
        ),
    )


def _decision(row: Row) -> rx.Component:
    state = ReviewState
    deciding = rows_var(state.deciding).contains(row.id)
    return rx.cond(
        row.rejectable,
        row_actions(
            button(
                "Reject",
                sends(state.open_reject, row.id),
                icon="x",
                disabled=deciding,
                aria_label="Reject this clip",
            ),
            button(
                "Approve",
                sends(state.approve, row.id),
                "primary",
                "check",
                aria_label="Approve this clip",
                pending=deciding,
                disabled=~flag_var(row.approvable),
            ),
        ),
    )


def _release(row: Row) -> rx.Component:
    return rx.cond(
        row.releasable,
        rx.fragment(
            rx.el.p("Nobody can submit its video again.", class_name="quiet"),
            row_actions(
                button("Release video", sends(ReviewState.open_release, row.id), icon="lock_open")
            ),
        ),
    )


def _figures(row: Row) -> rx.Component:
    return breakdown(
        Line("Clipper", rx.el.a(row.clipper, href=routes.admin_user(row.clipper_id))),
        Line("Campaign", rx.el.a(row.campaign, href=routes.admin_campaign(row.campaign_id))),
        Line("Budget left", money(row.remaining)),
        Line("Submitted", when(row.submitted_at)),
        Line("Views at submission", known_count(row.initial_views)),
        Line("Views now", known_count(row.views)),
        Line("Earnings", money(row.earnings)),
    )


def _background() -> rx.Component:
    known = ReviewState.details
    return rx.fragment(
        rx.el.p(
            rx.el.span("This clipper so far: ", class_name="quiet"),
            count(known.approved),
            " approved, ",
            count(known.rejected),
            " rejected, ",
            count(known.revoked),
            " revoked",
        ),
        rx.cond(
            known.requirements != "",
            _said("Requirements", known.requirements, is_open=True),
        ),
        rx.cond(known.brief != "", _said("Brief", known.brief)),
    )


def _said(title: str, text: Text, is_open: bool = False) -> rx.Component:
    return rx.el.details(
        rx.el.summary(title), rx.el.p(text, class_name="queue-text quiet"), open=is_open
    )


def look_button(row: Row) -> rx.Component:
    """Show a row's clip in the panel on click. It is the row's stop for keyboard focus."""
    return rx.el.button(
        row.name,
        type="button",
        on_click=sends(ReviewState.look_at, row.id),
        on_focus=sends(ReviewState.look_at, row.id),
        class_name="queue-open",
        aria_label=f"{row.name}, {row.clipper}’s clip for {row.campaign}",
        custom_attrs=QUEUE_ROW,
    )
