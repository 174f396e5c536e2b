"""Buttons, and links that look like them. A view has one primary button."""

from typing import Any, Literal, TypeAlias

import reflex as rx

from swivi.ui.icons import icon as lucide
from swivi.ui.types import Flag, Handler, Node, Text
from swivi.ui.vars import flag_var

Kind: TypeAlias = Literal["primary", "secondary", "quiet", "danger"]


def button(
    label: Text,
    on_click: Handler | None = None,
    kind: Kind = "secondary",
    icon: str | None = None,
    pending: Flag = False,
    disabled: Flag = False,
    **props: Any,
) -> rx.Component:
    """Render a button with a text label.

    While `pending` it shows a spinner and cannot be pressed. `icon` is a Lucide name.
    """
    if on_click is not None:
        props["on_click"] = on_click
    return rx.el.button(
        *_icon_and(label, icon),
        type=props.pop("type", "button"),
        class_name=f"button button-{kind}",
        disabled=_either(pending, disabled),
        aria_busy=pending,
        **props,
    )


def submit_button(
    label: Text, pending: Flag = False, kind: Kind = "primary", **props: Any
) -> rx.Component:
    """Render the button that submits the form around it."""
    return button(label, kind=kind, pending=pending, type="submit", **props)


def icon_button(
    icon: str, label: Text, on_click: Handler | None = None, **props: Any
) -> rx.Component:
    """Render a button with an icon only. `label` is its name on hover and for screen readers."""
    if on_click is not None:
        props["on_click"] = on_click
    return rx.el.button(
        lucide(icon),
        type="button",
        class_name="button button-quiet button-icon",
        aria_label=label,
        title=label,
        **props,
    )


def link_button(
    label: Text, href: Text, kind: Kind = "secondary", icon: str | None = None, **props: Any
) -> rx.Component:
    """Render a link to another page that looks like a button."""
    return rx.el.a(*_icon_and(label, icon), href=href, class_name=f"button button-{kind}", **props)


def _icon_and(label: Text, name: str | None) -> list[Node]:
    if name is None:
        return [label]
    return [lucide(name), label]


def _either(one: Flag, other: Flag) -> rx.Var[bool]:
    return flag_var(one) | flag_var(other)
