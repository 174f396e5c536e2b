"""What is pressed. One primary button per view."""

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
    """A button with words.

    While `pending` it turns and cannot be pressed again. `icon` is a Lucide name.
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
    """Sends the form around it."""
    return button(label, kind=kind, pending=pending, type="submit", **props)


def icon_button(
    icon: str, label: Text, on_click: Handler | None = None, **props: Any
) -> rx.Component:
    """A button that shows only an icon; `label` is its name for screen readers and on hover."""
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
    """A link that looks like a button, for what leads to another page."""
    return rx.el.a(*_icon_and(label, icon), href=href, class_name=f"button button-{kind}", **props)


def _icon_and(label: Text, name: str | None) -> list[Node]:
    if name is None:
        return [label]
    return [lucide(name), label]


def _either(one: Flag, other: Flag) -> rx.Var[bool]:
    return flag_var(one) | flag_var(other)
