"""Badges, empty, error and loading states, notices and toasts."""

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
    """Render a status, given as its enum's value in any case.

    It has an icon and a word, so that colour is never the only sign.
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
    """Render a short label with an icon, for statuses that `status_badge` does not know.

    `wraps` lets a long label break into lines.
    """
    shape = " badge-words" if wraps else ""
    return rx.el.span(lucide(icon, size=14), label, class_name=f"badge badge-{tone}{shape}")


def empty_state(icon: str, title: Text, hint: Text, action: Node | None = None) -> rx.Component:
    """Render an empty list: what is missing, and what to do next."""
    return rx.el.div(
        lucide(icon, size=20),
        rx.el.p(title, class_name="empty-title"),
        rx.el.p(hint, class_name="quiet"),
        *([] if action is None else [action]),
        class_name="empty",
    )


def error_state(message: Text, retry: Handler | None = None) -> rx.Component:
    """Render a failure to load: what failed, and a button to retry."""
    return rx.el.div(
        lucide("triangle_alert", size=20),
        rx.el.p(message, class_name="empty-title"),
        *([] if retry is None else [button("Try again", retry, icon="rotate_cw")]),
        class_name="empty is-bad",
        role="alert",
    )


def skeleton_rows(rows: int = 5) -> rx.Component:
    """Render the placeholder of a list that is loading."""
    return rx.el.div(
        rx.el.span("Loading", class_name="sr-only"),
        *[rx.el.div(class_name="skeleton skeleton-row") for _ in range(rows)],
        class_name="skeleton-rows",
        role="status",
    )


def notice(tone: Tone, text: Node, title: Text | None = None) -> rx.Component:
    """Render a permanent message inside the page. Tone "bad" interrupts a screen reader."""
    return rx.el.div(
        lucide(_NOTICE_ICONS[tone]),
        rx.el.div(*([] if title is None else [rx.el.strong(title)]), rx.el.div(text)),
        class_name=f"notice notice-{tone}",
        role="alert" if tone == "bad" else "status",
    )


def last_changed(iso: Text) -> rx.Component:
    """Render when a live part last changed. `iso` is ISO 8601 in UTC, or "" for never."""
    return rx.el.span("Updated ", when(iso, never="never"), class_name="quiet")


def toast_success(text: str) -> EventSpec:
    """Return the event for a toast that says what was done. A handler yields or returns it."""
    return toast("success", text, {})


def toast_error(text: str) -> EventSpec:
    """Return the event for a toast that says what failed. A handler yields or returns it.

    It stays for 10 seconds and can be closed, so that users can read it.
    """
    return toast("error", text, {"duration": 10_000, "closeButton": True})
