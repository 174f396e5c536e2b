"""Arranging things: above each other, beside each other, in a grid of equal cards."""

import reflex as rx

from swivi.ui.types import Node


def stack(*children: Node, gap: int = 4) -> rx.Component:
    """Above each other. `gap` counts steps of 4 px."""
    return rx.el.div(*children, class_name="stack", style={"gap": _steps(gap)})


def cluster(*children: Node, gap: int = 2) -> rx.Component:
    """Beside each other, wrapping where there is no room. `gap` counts steps of 4 px."""
    return rx.el.div(*children, class_name="cluster", style={"gap": _steps(gap)})


def dotted(*parts: Node) -> rx.Component:
    """Short facts in one line with dots between them; on a phone, where lines break, without."""
    dot = rx.el.span("·", aria_hidden="true", class_name="dot")
    return rx.el.div(
        *[rx.el.span(*([dot] if number else []), part) for number, part in enumerate(parts)],
        class_name="dotted",
    )


def card_grid(*children: Node, min_width: int = 220) -> rx.Component:
    """As many equal columns of at least `min_width` px as fit."""
    columns = f"repeat(auto-fit, minmax(min({min_width}px, 100%), 1fr))"
    return rx.el.div(*children, class_name="card-grid", style={"grid_template_columns": columns})


def _steps(gap: int) -> str:
    return f"{gap * 4}px"
