"""Small monochrome icons of the platforms, drawn for Swivi."""

import reflex as rx

from swivi.ui.types import Text
from swivi.ui.vars import text_var

_SIZE = "16"


def platform_mark(platform: Text, named: bool = False) -> rx.Component:
    """Render the icon of TIKTOK, YOUTUBE or INSTAGRAM (any case), if `named` with its name."""
    mark = rx.match(
        text_var(platform).upper(),
        ("TIKTOK", _mark("TikTok", _tiktok(), named)),
        ("YOUTUBE", _mark("YouTube", _youtube(), named)),
        ("INSTAGRAM", _mark("Instagram", _instagram(), named)),
        rx.el.span(platform),
    )
    return rx.fragment(mark)


def _mark(name: str, shapes: list[rx.Component], named: bool) -> rx.Component:
    glyph = rx.el.svg(
        *shapes,
        view_box="0 0 24 24",
        width=_SIZE,
        height=_SIZE,
        fill="currentColor",
        fill_rule="evenodd",
        aria_hidden="true",
    )
    caption = rx.el.span(name, class_name="" if named else "sr-only")
    return rx.el.span(glyph, caption, class_name="platform-mark", title=name)


def _tiktok() -> list[rx.Component]:
    return [
        rx.el.path(
            d="M16.2 2.5h-3.4v13a2.6 2.6 0 1 1-2.6-2.6c.3 0 .5 0 .8.1V9.5a6 6 0 1 0 5.2 6V9"
            "a7.6 7.6 0 0 0 4.3 1.3V6.9a4.3 4.3 0 0 1-4.3-4.4Z"
        )
    ]


def _youtube() -> list[rx.Component]:
    return [
        rx.el.path(
            d="M6 4.5h12A4.5 4.5 0 0 1 22.5 9v6a4.5 4.5 0 0 1-4.5 4.5H6A4.5 4.5 0 0 1 1.5 15V9"
            "A4.5 4.5 0 0 1 6 4.5Zm4 4v7l6-3.5-6-3.5Z"
        )
    ]


def _instagram() -> list[rx.Component]:
    return [
        rx.el.path(
            d="M7.5 2h9A5.5 5.5 0 0 1 22 7.5v9a5.5 5.5 0 0 1-5.5 5.5h-9A5.5 5.5 0 0 1 2 16.5v-9"
            "A5.5 5.5 0 0 1 7.5 2Zm0 2A3.5 3.5 0 0 0 4 7.5v9A3.5 3.5 0 0 0 7.5 20h9a3.5 3.5 0 0 0 "
            "3.5-3.5v-9"
            "A3.5 3.5 0 0 0 16.5 4h-9Z"
        ),
        rx.el.path(
            d=(
                "M12 7.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6Zm0 2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 "
                "0 0 0 0-5.6Z"
            )
        ),
        rx.el.circle(cx="17.2", cy="6.8", r="1.3"),
    ]
