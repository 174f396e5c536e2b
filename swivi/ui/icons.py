"""Lucide's icons. They are hidden from screen readers, so always put text next to one."""

import reflex as rx

ICON_SIZE = 16
"""Size next to text, in px."""


def icon(name: str, size: int = ICON_SIZE) -> rx.Component:
    """Render an icon by its Lucide name, `size` px wide and high."""
    glyph: rx.Component = rx.icon(name, size=size, aria_hidden="true")
    return glyph
