"""Keyboard shortcuts for lists, and copy buttons (`assets/desk.js`)."""

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
    """Let j and k (or arrows) step through `QUEUE_ROW` rows, and keys press `pressed_by` elements.

    `rows` are the ids of the rows shown. Screen readers announce `stuck` when the button of a key
    is disabled. Keys do nothing while the user types, or after `keys_switch` turned them off.
    """
    return _QueueKeys.create(rows=rows, stuck=stuck)


def keys_switch(label: Text) -> rx.Component:
    """Render the switch that turns single-key shortcuts on and off for this browser."""
    return _KeysSwitch.create(label=label)


QUEUE_ROW: Final = {"data-queue-row": "true"}
"""`custom_attrs` of the element of a row that receives the focus."""


def pressed_by(key: str) -> dict[str, str]:
    """Return the `custom_attrs` of an element that a key presses.

    An element in the current row comes first, then one outside of all rows.
    """
    return {"data-key": key}


def key_name(key: str) -> rx.Component:
    """Render a key as it looks on a keyboard."""
    return rx.el.kbd(key, class_name="key")


def copy_button(text: Text, label: Text) -> rx.Component:
    """Render a button that copies a text. `label` names it: "Copy the email address"."""
    return _CopyButton.create(
        icon("copy", size=14),
        text=text,
        label=label,
        done="Copied",
        class_name="button button-quiet button-icon",
    )


def copyable(shown: Node, text: Text, label: Text) -> rx.Component:
    """Render content with a button that copies `text`."""
    return rx.el.span(rx.el.span(shown), copy_button(text, label), class_name="copy")
