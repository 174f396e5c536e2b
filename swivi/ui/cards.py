"""Cards and panels."""

from dataclasses import dataclass

import reflex as rx

from swivi.ui.types import Node, Text


@dataclass(frozen=True)
class Line:
    """One line of a calculation. `strong` marks the result."""

    label: Text
    value: Node
    strong: bool = False


def stat_card(
    label: Text, value: Node, hint: Node | None = None, href: Text | None = None
) -> rx.Component:
    """Render one number with its label above and a hint below.

    With `href` the whole card is a link.
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
    """Render a few labelled numbers in one line, also on a phone."""
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
    """Render the main number of a page, with its action and its details.

    On wide screens `beside` fills the right half. Without it the action stands there.
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
    """Render a section of a page with a title."""
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
    """Render a calculation line by line, such as baseline, growth, rate, cap and share."""
    return rx.el.dl(*[_line(line) for line in lines], class_name="breakdown")


def _line(line: Line) -> rx.Component:
    return rx.el.div(
        rx.el.dt(line.label),
        rx.el.dd(line.value, class_name="num"),
        class_name="breakdown-line is-strong" if line.strong else "breakdown-line",
    )


def _if_given(node: Node | None, class_name: str) -> list[rx.Component]:
    return [] if node is None else [rx.el.div(node, class_name=class_name)]
