"""Layouts: vertical, horizontal, and a grid of equal cards."""

import reflex as rx

from swivi.ui.types import Node


def stack(*children: Node, gap: int = 4) -> rx.Component:
    """Lay out vertically. `gap` is in steps of 4 px."""
    return rx.el.div(*children, class_name="stack", style={"gap": _steps(gap)})


def cluster(*children: Node, gap: int = 2) -> rx.Component:
    """Lay out horizontally, with line breaks as needed. `gap` is in steps of 4 px."""
    return rx.el.div(*children, class_name="cluster", style={"gap": _steps(gap)})


def dotted(*parts: Node) -> rx.Component:
    """Lay out short facts in one line with dots between them. On a phone the dots are hidden."""
    dot = rx.el.span("·", aria_hidden="true", class_name="dot")
    return rx.el.div(
        *[rx.el.span(*([dot] if number else []), part) for number, part in enumerate(parts)],
        class_name="dotted",
    )


def card_grid(*children: Node, min_width: int = 220) -> rx.Component:
    """Lay out in as many equal columns as fit, each at least `min_width` px wide."""
    columns = f"repeat(auto-fit, minmax(min({min_width}px, 100%), 1fr))"
    return rx.el.div(*children, class_name="card-grid", style={"grid_template_columns": columns})


def _steps(gap: int) -> str:
    return f"{gap * 4}px"
