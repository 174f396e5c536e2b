"""The glyph of a platform, with its name."""

import reflex as rx

from swivi.domain.platforms.models import Platform
from swivi.ui.types import Text
from swivi.ui.vars import text_var

_SIZE = "16"


def platform_mark(platform: Text, named: bool = False) -> rx.Component:
    """Show a platform's glyph. `platform` is its value in any case.

    The name stands beside the glyph if `named`; otherwise only screen readers get it.
    """
    marks = [(each.value.upper(), _mark(each, named)) for each in Platform]
    return rx.fragment(rx.match(text_var(platform).upper(), *marks, rx.el.span(platform)))


def _mark(platform: Platform, named: bool) -> rx.Component:
    glyph = rx.el.svg(
        rx.el.path(d=platform.spec.mark),
        view_box="0 0 24 24",
        width=_SIZE,
        height=_SIZE,
        fill="currentColor",
        fill_rule="evenodd",
        aria_hidden="true",
    )
    caption = rx.el.span(platform.label, class_name="" if named else "sr-only")
    return rx.el.span(glyph, caption, class_name="platform-mark", title=platform.label)
