"""The dialogs of the review queue: the reason of a decision, and the keys."""

import reflex as rx

from swivi.pages.admin.submissions.decisions import REASONS, Question
from swivi.pages.admin.submissions.state import ReviewState
from swivi.ui.buttons import button, submit_button
from swivi.ui.dialogs import close_button, form_dialog, info_dialog
from swivi.ui.forms import form, form_actions, text_area_field
from swivi.ui.keys import key_name, keys_switch, pressed_by
from swivi.ui.vars import text_if

_KEYS = (
    (("j", "↓"), "Next clip"),
    (("k", "↑"), "Previous clip"),
    (("a",), "Approve it"),
    (("r",), "Reject it, with a reason"),
    (("x",), "Select it, for many at once"),
    (("o",), "Open the video in a new tab"),
    (("p",), "Show or hide the preview"),
    (("?",), "Show these keys"),
)


def reason_dialog() -> rx.Component:
    """Ask for the reason. A rejection offers a list, too."""
    state = ReviewState
    rejects = state.question == Question.REJECT.value
    words = text_if(rejects, "Or in your own words", "Reason")
    return form_dialog(
        state.is_open,
        state.close,
        state.title,
        form(
            rx.cond(rejects, _reasons()),
            text_area_field(
                words, "reason", rows=3, max_length="500", error=state.errors.get("reason", "")
            ),
            form_actions(
                close_button(),
                rx.cond(
                    state.question == Question.TRACK_AGAIN.value,
                    submit_button("Track again", pending=state.busy),
                    submit_button(_verb(), pending=state.busy, kind="danger"),
                ),
            ),
            on_submit=state.submit,
        ),
        description=state.text,
    )


def _verb() -> rx.Var[str]:
    verbs = rx.match(
        ReviewState.question,
        (Question.REJECT.value, "Reject"),
        (Question.REVOKE.value, "Revoke"),
        "Release",
    )
    return rx.Var.create(verbs).to(str)


def _reasons() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Reason", class_name="label"),
        *[
            rx.el.label(
                rx.el.input(type="radio", name="chosen", value=reason),
                reason,
                class_name="checkbox",
            )
            for reason in REASONS
        ],
        class_name="field",
    )


def keys_dialog() -> rx.Component:
    """List the keys, with the switch that turns them off."""
    return info_dialog(
        button("Keyboard", icon="keyboard", custom_attrs=pressed_by("?")),
        "Keys",
        "They work outside of fields. In a dialog, use Tab, Enter and Escape.",
        rx.el.dl(*[_key(keys, words) for keys, words in _KEYS], class_name="breakdown"),
        keys_switch("Use single keys"),
        form_actions(close_button("Close")),
    )


def keys_hint() -> rx.Component:
    """Show the main keys in one line, on wide screens."""
    short = (
        (("j", "k"), "next, previous"),
        (("a",), "approve"),
        (("r",), "reject"),
        (("x",), "select"),
        (("?",), "all keys"),
    )
    return rx.el.p(
        *[rx.el.span(*[key_name(key) for key in keys], f" {words}") for keys, words in short],
        class_name="keys-hint wide-only",
    )


def _key(keys: tuple[str, ...], words: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(words), rx.el.dd(*[key_name(key) for key in keys]), class_name="breakdown-line"
    )
