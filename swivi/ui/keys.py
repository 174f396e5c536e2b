"""Working through a list by keyboard, and copying (`assets/desk.js`)."""

from typing import Final

import reflex as rx

from swivi.ui.icons import icon
from swivi.ui.types import Node, Rows, Text

_MODULE: Final = "$/public/desk.js"


class _QueueKeys(rx.Component):
    """The `QueueKeys` of desk.js."""

    library = _MODULE
    tag = "QueueKeys"
    rows: rx.Var[list[int]]
    stuck: rx.Var[str]


class _KeysSwitch(rx.Component):
    """The `KeysSwitch` of desk.js."""

    library = _MODULE
    tag = "KeysSwitch"
    label: rx.Var[str]


class _CopyButton(rx.Component):
    """The `CopyButton` of desk.js."""

    library = _MODULE
    tag = "CopyButton"
    text: rx.Var[str]
    label: rx.Var[str]
    done: rx.Var[str]


def queue_keys(rows: Rows, stuck: Text) -> rx.Component:
    """j and k (or arrows) step through the rows marked `QUEUE_ROW`; other keys press what
    `pressed_by` marks.

    `rows` are the ids of the rows shown; `stuck` is said to screen readers when a key's button is
    disabled. Nothing happens while somebody types, and where `keys_switch` switched it off.
    """
    return _QueueKeys.create(rows=rows, stuck=stuck)


def keys_switch(label: Text) -> rx.Component:
    """Switches single keys on and off, for this browser."""
    return _KeysSwitch.create(label=label)


QUEUE_ROW: Final = {"data-queue-row": "true"}
"""`custom_attrs` of the one element of a row that takes the focus."""


def pressed_by(key: str) -> dict[str, str]:
    """`custom_attrs` of what a key presses: within the current row, or else anywhere outside of the
    rows.
    """
    return {"data-key": key}


def key_name(key: str) -> rx.Component:
    """A key as it looks on a keyboard."""
    return rx.el.kbd(key, class_name="key")


def copy_button(text: Text, label: Text) -> rx.Component:
    """Copies a text, and says so. `label` says what: "Copy the email address"."""
    return _CopyButton.create(
        icon("copy", size=14),
        text=text,
        label=label,
        done="Copied",
        class_name="button button-quiet button-icon",
    )


def copyable(shown: Node, text: Text, label: Text) -> rx.Component:
    """Something with a button that copies it."""
    return rx.el.span(rx.el.span(shown), copy_button(text, label), class_name="copy")
