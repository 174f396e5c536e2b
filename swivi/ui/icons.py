"""Lucide's icons, with words beside them: the icon itself says nothing to a screen reader."""

import reflex as rx

ICON_SIZE = 16
"""In px, beside text."""


def icon(name: str, size: int = ICON_SIZE) -> rx.Component:
    """An icon by its Lucide name, `size` px wide and high."""
    glyph: rx.Component = rx.icon(name, size=size, aria_hidden="true")
    return glyph
