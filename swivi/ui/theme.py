"""Style sheets and head elements of the app.

Colours, sizes and spacings are the custom properties at the top of `assets/swivi.css`.
"""

from typing import Final

import reflex as rx

from swivi.ui.mail_link import keep_link_secret

STYLESHEETS: Final = ["/swivi.css"]

_FONT = "/fonts/inter-latin.woff2"


def head_components() -> list[rx.Component]:
    """Return the app's head elements: icon, font, colour scheme, script of the mail links."""
    return [
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.link(
            rel="preload",
            href=_FONT,
            custom_attrs={"as": "font"},
            type="font/woff2",
            cross_origin="anonymous",
        ),
        rx.el.meta(name="color-scheme", content="light dark"),
        keep_link_secret(),
    ]
