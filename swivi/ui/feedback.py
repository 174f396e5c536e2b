"""What the page says about itself: states, nothing there, something wrong, still loading, just
done.
"""

from typing import Final

import reflex as rx
from reflex.event import EventSpec

from swivi.reflex_ext.toasts import toast
from swivi.ui.buttons import button
from swivi.ui.icons import icon as lucide
from swivi.ui.numbers import when
from swivi.ui.types import Handler, Node, Text, Tone
from swivi.ui.vars import text_var

_STATUSES: Final[dict[str, tuple[Tone, str, str]]] = {
    "PENDING": ("waiting", "clock", "Pending"),
    "AWAITING_BASELINE": ("waiting", "hourglass", "Reading views"),
    "SCHEDULED": ("waiting", "calendar_clock", "Scheduled"),
    "PAUSED": ("waiting", "pause", "Paused"),
    "PARTIAL": ("waiting", "circle_alert", "Partial"),
    "APPROVED": ("info", "check", "Approved"),
    "ACTIVE": ("info", "circle_play", "Active"),
    "TRACKED": ("info", "activity", "Tracked"),
    "RUNNING": ("info", "loader", "Running"),
    "COMPLETED": ("good", "circle_check", "Completed"),
    "SUCCEEDED": ("good", "circle_check", "Succeeded"),
    "REJECTED": ("bad", "circle_x", "Rejected"),
    "FAILED": ("bad", "circle_x", "Failed"),
    "REVERSED": ("bad", "undo_2", "Reversed"),
    "REVOKED": ("bad", "circle_x", "Revoked"),
    "DISABLED": ("bad", "ban", "Disabled"),
    "REMOVED": ("bad", "video_off", "Removed"),
    "DRAFT": ("neutral", "pencil", "Draft"),
    "CANCELLED": ("neutral", "circle_slash", "Cancelled"),
    "ARCHIVED": ("neutral", "archive", "Archived"),
    "ENDED": ("neutral", "circle_stop", "Ended"),
}

_NOTICE_ICONS: Final[dict[Tone, str]] = {
    "neutral": "info",
    "info": "info",
    "good": "circle_check",
    "waiting": "clock",
    "bad": "triangle_alert",
}


def status_badge(status: Text) -> rx.Component:
    """Any state of anything (the value of its enum, in any case): an icon and a word, never colour
    alone.
    """
    known = rx.match(
        text_var(status).upper(),
        *[(name, badge(word, tone, icon)) for name, (tone, icon, word) in _STATUSES.items()],
        badge(status),
    )
    return rx.fragment(known)


def badge(
    label: Text, tone: Tone = "neutral", icon: str = "circle", *, wraps: bool = False
) -> rx.Component:
    """A short word with an icon, for states that `status_badge` does not know.

    `wraps` lets a label of unknown length break into lines.
    """
    shape = " badge-words" if wraps else ""
    return rx.el.span(lucide(icon, size=14), label, class_name=f"badge badge-{tone}{shape}")


def empty_state(icon: str, title: Text, hint: Text, action: Node | None = None) -> rx.Component:
    """Nothing there yet: says so, and what to do next."""
    return rx.el.div(
        lucide(icon, size=20),
        rx.el.p(title, class_name="empty-title"),
        rx.el.p(hint, class_name="quiet"),
        *([] if action is None else [action]),
        class_name="empty",
    )


def error_state(message: Text, retry: Handler | None = None) -> rx.Component:
    """Something could not be shown: says what, and offers to try again."""
    return rx.el.div(
        lucide("triangle_alert", size=20),
        rx.el.p(message, class_name="empty-title"),
        *([] if retry is None else [button("Try again", retry, icon="rotate_cw")]),
        class_name="empty is-bad",
        role="alert",
    )


def skeleton_rows(rows: int = 5) -> rx.Component:
    """Where a list is about to be."""
    return rx.el.div(
        rx.el.span("Loading", class_name="sr-only"),
        *[rx.el.div(class_name="skeleton skeleton-row") for _ in range(rows)],
        class_name="skeleton-rows",
        role="status",
    )


def skeleton_number() -> rx.Component:
    """Where a card's number is about to be."""
    return rx.el.span(class_name="skeleton skeleton-number", aria_hidden="true")


def notice(tone: Tone, text: Node, title: Text | None = None) -> rx.Component:
    """A sentence inside the page that stays; one that is bad interrupts a screen reader."""
    return rx.el.div(
        lucide(_NOTICE_ICONS[tone]),
        rx.el.div(*([] if title is None else [rx.el.strong(title)]), rx.el.div(text)),
        class_name=f"notice notice-{tone}",
        role="alert" if tone == "bad" else "status",
    )


def last_changed(iso: Text) -> rx.Component:
    """When a live part last changed. `iso` is ISO 8601 in UTC; "" before the first time."""
    return rx.el.span("Updated ", when(iso, never="never"), class_name="quiet")


def toast_success(text: str) -> EventSpec:
    """For a handler to yield or return: names what happened."""
    return toast("success", text, {})


def toast_error(text: str) -> EventSpec:
    """For a handler to yield or return: names what did not happen, and stays until it was read."""
    return toast("error", text, {"duration": 10_000, "closeButton": True})
