"""Dialogs: a question before what destroys or pays, and forms that open over the page."""

from typing import Any, Final

import reflex as rx
from reflex.vars import FunctionStringVar, VarData

from swivi.ui.buttons import button
from swivi.ui.types import Flag, Handler, Node, Text

_MODULE: Final = "$/public/swivi.js"


def confirm_dialog(
    trigger: rx.Component,
    title: Text,
    body: Node,
    confirm_label: Text,
    on_confirm: Handler,
    danger: bool = False,
) -> rx.Component:
    """Asks once before `on_confirm`. The body names whom and how much: "Pay $25.00 to Ana Silva?"."""
    return rx.alert_dialog.root(
        rx.alert_dialog.trigger(trigger),
        rx.alert_dialog.content(
            rx.alert_dialog.title(title, class_name="dialog-title"),
            rx.alert_dialog.description(body, class_name="dialog-body"),
            rx.el.div(
                rx.alert_dialog.cancel(button("Cancel")),
                rx.alert_dialog.action(button(confirm_label, on_confirm, "danger" if danger else "primary")),
                class_name="form-actions",
            ),
            class_name="dialog",
        ),
    )


def form_dialog(
    is_open: Flag,
    on_open_change: Handler,
    title: Text,
    *body: Node,
    description: Text = "",
) -> rx.Component:
    """A form over the page. It stays open, with what was typed, until the state sets `is_open` to false.

    Closed, it gives the focus back to what had it before.
    """
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(title, class_name="dialog-title"),
            rx.dialog.description(description, class_name="dialog-body"),
            *body,
            class_name="dialog",
            custom_attrs={
                "onOpenAutoFocus": _in_browser("rememberOpener"),
                "onCloseAutoFocus": _in_browser("returnToOpener"),
            },
        ),
        open=is_open,
        on_open_change=on_open_change,
    )


def close_button(label: Text = "Cancel") -> rx.Component:
    """Closes the form dialog around it."""
    return rx.dialog.close(button(label))


def _in_browser(function: str) -> Any:
    return FunctionStringVar.create(function, _var_data=VarData(imports={_MODULE: [function]}))
