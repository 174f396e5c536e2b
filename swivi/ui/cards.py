"""Surfaces that hold one thing each."""

from dataclasses import dataclass

import reflex as rx

from swivi.ui.types import Node, Text


@dataclass(frozen=True)
class Line:
    """One step of how a number was made; `strong` for what comes out."""

    label: Text
    value: Node
    strong: bool = False


def stat_card(
    label: Text, value: Node, hint: Node | None = None, href: Text | None = None
) -> rx.Component:
    """One number with its name above and a hint below.

    With `href` the card leads to what is behind it.
    """
    lines = [
        rx.el.p(label, class_name="stat-label"),
        rx.el.p(value, class_name="stat-value"),
        *([] if hint is None else [rx.el.p(hint, class_name="stat-hint")]),
    ]
    if href is None:
        return rx.el.div(*lines, class_name="card stat")
    return rx.el.a(*lines, href=href, class_name="card stat")


def facts(*stats: tuple[Text, Node]) -> rx.Component:
    """A few numbers with their names in one line, on a phone too."""
    return rx.el.dl(
        *[
            rx.el.div(
                rx.el.dt(label, class_name="stat-label"), rx.el.dd(value, class_name="stat-value")
            )
            for label, value in stats
        ],
        class_name="card facts",
    )


def hero_card(
    label: Text, value: Node, *details: Node, action: Node | None = None, beside: Node | None = None
) -> rx.Component:
    """The one number of a page, with what can be done about it and what explains it.

    On wide screens `beside` takes the right half; without it, the action stands there.
    """
    main = (
        rx.el.div(
            rx.el.div(
                rx.el.p(label, class_name="stat-label"), rx.el.p(value, class_name="hero-value")
            ),
            *_if_given(action, "hero-action"),
            class_name="hero-head",
        ),
        *details,
    )
    halves = main if beside is None else (rx.el.div(*main, class_name="hero-main"), beside)
    return rx.el.section(
        *halves,
        class_name="card hero" if beside is None else "card hero hero-split",
        aria_label=label,
    )


def panel(title: Text, *children: Node, action: Node | None = None) -> rx.Component:
    """A titled part of a page."""
    return rx.el.section(
        rx.el.header(
            rx.el.h2(title),
            *_if_given(action, "panel-action"),
            class_name="panel-head",
        ),
        *children,
        class_name="card panel",
    )


def breakdown(*lines: Line) -> rx.Component:
    """How a number was made, line by line: baseline, growth, rate, cap, share."""
    return rx.el.dl(*[_line(line) for line in lines], class_name="breakdown")


def _line(line: Line) -> rx.Component:
    return rx.el.div(
        rx.el.dt(line.label),
        rx.el.dd(line.value, class_name="num"),
        class_name="breakdown-line is-strong" if line.strong else "breakdown-line",
    )


def _if_given(node: Node | None, class_name: str) -> list[rx.Component]:
    return [] if node is None else [rx.el.div(node, class_name=class_name)]
