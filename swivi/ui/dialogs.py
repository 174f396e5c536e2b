"""Dialogs: confirmations before an action that destroys or pays, and forms over the page.

They use Radix's primitives, which handle focus, Escape and screen readers and have no styles.
Radix Themes is left out: its style sheet alone is larger than a whole page of ours.
"""

from typing import Any, Final

import reflex as rx
from reflex.event import no_args_event_spec
from reflex.vars import FunctionStringVar, VarData
from reflex_components_radix.primitives.dialog import dialog

from swivi.ui.buttons import button
from swivi.ui.types import Flag, Handler, Node, Text

_MODULE: Final = "$/public/swivi.js"


class _ReopensDialog(rx.Component):
    """The `ReopensDialog` of swivi.js."""

    library = _MODULE
    tag = "ReopensDialog"
    open: rx.Var[bool]
    hydrated: rx.Var[bool]

    @classmethod
    def get_event_triggers(cls) -> dict[str, Any]:
        return {**super().get_event_triggers(), "on_reopen": no_args_event_spec}


def confirm_dialog(
    trigger: rx.Component,
    title: Text,
    body: Node,
    confirm_label: Text,
    on_confirm: Handler,
    danger: bool = False,
) -> rx.Component:
    """Ask before `on_confirm`. The body names user and amount: "Pay $25.00 to Ana Silva?".

    A click outside does not close it.
    """
    return dialog.root(
        dialog.trigger(trigger, as_child=True),
        _over_the_page(
            title,
            body,
            rx.el.div(
                close_button(),
                dialog.close(
                    button(confirm_label, on_confirm, "danger" if danger else "primary"),
                    as_child=True,
                ),
                class_name="form-actions",
            ),
            role="alertdialog",
            custom_attrs={"onInteractOutside": _in_browser("stayOpen")},
        ),
    )


def form_dialog(
    is_open: Flag,
    on_open_change: Handler,
    title: Text,
    *body: Node,
    description: Text = "",
    on_reopen: Handler | None = None,
) -> rx.Component:
    """Show a form over the page.

    It stays open and keeps its input until the state sets `is_open` to false. Then the focus
    returns to the element that had it. `on_reopen` runs if the server lost the state of an open
    dialog, and opens it again.
    """
    keeper = [] if on_reopen is None else [_reopens(is_open, on_reopen)]
    return rx.fragment(
        *keeper, _form_dialog(is_open, on_open_change, title, *body, description=description)
    )


def _reopens(is_open: Flag, on_reopen: Handler) -> rx.Component:
    return _ReopensDialog.create(open=is_open, hydrated=rx.State.is_hydrated, on_reopen=on_reopen)


def _form_dialog(
    is_open: Flag, on_open_change: Handler, title: Text, *body: Node, description: Text
) -> rx.Component:
    return dialog.root(
        _over_the_page(
            title,
            description,
            *body,
            custom_attrs={
                "onOpenAutoFocus": _in_browser("rememberOpener"),
                "onCloseAutoFocus": _in_browser("returnToOpener"),
            },
        ),
        open=is_open,
        on_open_change=on_open_change,
    )


def info_dialog(trigger: rx.Component, title: Text, description: Text, *body: Node) -> rx.Component:
    """Show content over the page until the user closes it."""
    return dialog.root(
        dialog.trigger(trigger, as_child=True), _over_the_page(title, description, *body)
    )


def close_button(label: Text = "Cancel") -> rx.Component:
    """Render the button that closes the dialog around it."""
    return dialog.close(button(label), as_child=True)


def _over_the_page(title: Text, description: Node, *body: Node, **props: Any) -> rx.Component:
    return dialog.portal(
        dialog.overlay(class_name="backdrop"),
        dialog.content(
            dialog.title(title, class_name="dialog-title"),
            dialog.description(description, class_name="dialog-body"),
            *body,
            class_name="dialog",
            **props,
        ),
    )


def _in_browser(function: str) -> Any:
    return FunctionStringVar.create(function, _var_data=VarData(imports={_MODULE: [function]}))
