"""The frame of every page: navigation, title, account menu, connection banner."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx
from reflex.style import set_color_mode

from swivi.ui.buttons import submit_button
from swivi.ui.forms import keeps_typed, post_form
from swivi.ui.icons import icon
from swivi.ui.numbers import count_text
from swivi.ui.types import ColorMode, Flag, Node, Number, Text
from swivi.ui.vars import flag_var, number_var, text_if, text_var

SIGN_OUT_ACTION = "/auth/sign-out"

_ON_A_PHONE = 4
"""Links in the bottom bar of a phone. The others are in its "More" menu."""

_COLOR_MODES: list[tuple[ColorMode, str, str]] = [
    ("light", "Light", "sun"),
    ("dark", "Dark", "moon"),
    ("system", "System", "monitor"),
]


@dataclass(frozen=True)
class NavItem:
    """A link of the navigation. `icon` is a Lucide name. `badge` counts open tasks there."""

    label: str
    icon: str
    href: str
    badge: Number | None = None


@dataclass(frozen=True)
class Account:
    """The signed-in user, and the links of the account menu."""

    name: Text
    email: Text
    links: tuple[NavItem, ...] = ()


def shell(
    title: Text,
    *content: Node,
    nav: Sequence[NavItem],
    current: str,
    account: Account,
    actions: Node | None = None,
    bell: Node | None = None,
    badge: Node | None = None,
    subtitle: Node | None = None,
) -> rx.Component:
    """Render a page for signed-in users: a sidebar from 900 px up, a bottom bar below that.

    `current` is the `href` of this page in `nav`. `actions` stands right of the title and has at
    most one primary button. `bell` and `badge` stand in the top bar.
    """
    return rx.el.div(
        *_before_content(),
        rx.el.header(
            _brand("/"),
            *_given(badge),
            rx.el.div(*_given(bell), _account_menu(account), class_name="topbar-end"),
            class_name="topbar",
        ),
        _navigation(nav, current),
        rx.el.main(
            _page_head(title, subtitle, actions),
            *content,
            id="main",
            class_name="main",
            # Before the state arrives the page shows its defaults. The style hides such numbers.
            aria_busy=~flag_var(rx.State.is_hydrated),
        ),
        class_name="shell",
    )


def public_shell(
    *content: Node,
    links: Sequence[NavItem] = (),
    action: Node | None = None,
    badge: Node | None = None,
    footer: Node | None = None,
) -> rx.Component:
    """Render a public page, such as the landing page."""
    return rx.el.div(
        *_before_content(),
        rx.el.header(
            _brand("/"),
            *_given(badge),
            rx.el.nav(
                *[rx.el.a(link.label, href=link.href) for link in links],
                class_name="public-links",
                aria_label="Main",
            ),
            *_given(action),
            class_name="public-bar",
        ),
        rx.el.main(
            *content, id="main", class_name="public-main", aria_busy=~flag_var(rx.State.is_hydrated)
        ),
        *_given(None if footer is None else rx.el.footer(footer, class_name="public-footer")),
        class_name="public-shell",
    )


def card_shell(
    title: Text,
    *content: Node,
    subtitle: Node | None = None,
    footer: Node | None = None,
    badge: Node | None = None,
) -> rx.Component:
    """Render a single card in the middle of the page, such as the sign-in form."""
    return rx.el.div(
        *_before_content(),
        rx.el.header(_brand("/"), *_given(badge), class_name="card-shell-head"),
        rx.el.main(
            rx.el.div(_page_head(title, subtitle, None), *content, class_name="card"),
            *_given(footer),
            id="main",
            class_name="card-shell-main",
            aria_busy=~flag_var(rx.State.is_hydrated),
        ),
        class_name="card-shell",
    )


def bell(unread: Number, href: str) -> rx.Component:
    """Render the link to the notifications with the number of unread ones."""
    number = number_var(unread)
    shown = text_if(number > 99, "99+", count_text(number))
    return rx.el.a(
        icon("bell"),
        rx.cond(number > 0, rx.el.span(shown, class_name="bell-count num", aria_hidden="true")),
        href=href,
        class_name="button button-quiet button-icon bell",
        aria_label=text_if(
            number > 0, f"Notifications, {count_text(number)} unread", "Notifications"
        ),
    )


def demo_badge(shown: Flag = True) -> rx.Component:
    """Render the badge of a demo, where no data is real."""
    return rx.cond(
        shown,
        rx.el.span(
            "DEMO", class_name="demo-badge", title="Demo: sample campaigns and simulated views"
        ),
    )


def _before_content() -> list[rx.Component]:
    banner = rx.connection_banner(
        rx.el.p(
            "Connection lost. Reconnecting. Numbers may be out of date.",
            class_name="connection-lost",
        )
    )
    return [
        rx.el.a("Skip to content", href="#main", class_name="skip-link", reload_document=True),
        rx.el.div(banner, role="status"),
        keeps_typed(),
    ]


def _brand(href: str) -> rx.Component:
    return rx.el.a(rx.el.img(src="/favicon.svg", alt=""), "Swivi", href=href, class_name="brand")


def _page_head(title: Text, subtitle: Node | None, actions: Node | None) -> rx.Component:
    below = [] if subtitle is None else [rx.el.div(subtitle, class_name="quiet")]
    beside = [] if actions is None else [rx.el.div(actions, class_name="cluster")]
    return rx.el.div(rx.el.div(rx.el.h1(title), *below), *beside, class_name="page-head")


def _navigation(nav: Sequence[NavItem], current: str) -> rx.Component:
    """Render all links in the sidebar. A phone shows the first few, and a menu with the others."""
    first, others = nav[:_ON_A_PHONE], nav[_ON_A_PHONE:]
    more = (
        [_more_button(), _popover("more-places", *[_place(item, current) for item in others])]
        if others
        else []
    )
    return rx.el.nav(
        *[_place(item, current) for item in first],
        *[_place(item, current, "nav-extra") for item in others],
        *more,
        class_name="nav",
        aria_label="Main",
    )


def _place(item: NavItem, current: str, class_name: str = "") -> rx.Component:
    return rx.el.a(
        icon(item.icon),
        rx.el.span(item.label),
        *_waiting(item.badge),
        href=item.href,
        class_name=f"nav-item {class_name}",
        aria_current="page" if item.href == current else "false",
    )


def _waiting(badge: Number | None) -> list[rx.Component]:
    if badge is None:
        return []
    number = number_var(badge)
    return [rx.cond(number > 0, rx.el.span(count_text(number), class_name="nav-badge num"))]


def _more_button() -> rx.Component:
    return _opens(
        "more-places",
        icon("ellipsis"),
        rx.el.span("More"),
        class_name="nav-item nav-more",
    )


def _account_menu(account: Account) -> rx.Component:
    initial = text_var(account.name)[:1].upper()
    return rx.el.div(
        _opens(
            "account-menu",
            rx.el.span(initial, class_name="avatar", aria_hidden="true"),
            class_name="avatar-button",
            aria_label="Account",
        ),
        _popover(
            "account-menu",
            rx.el.p(
                rx.el.strong(account.name),
                rx.el.span(account.email, class_name="quiet"),
                class_name="menu-who",
            ),
            *[_place(link, current="") for link in account.links],
            _color_mode_choice(),
            post_form(SIGN_OUT_ACTION, submit_button("Sign out", kind="secondary")),
        ),
        class_name="account",
    )


def _color_mode_choice() -> rx.Component:
    return rx.el.div(
        *[
            rx.el.button(
                icon(glyph),
                words,
                type="button",
                on_click=set_color_mode(mode),
                aria_pressed=rx.color_mode == mode,
            )
            for mode, words, glyph in _COLOR_MODES
        ],
        class_name="segmented",
        role="group",
        aria_label="Color mode",
    )


def _opens(popover: str, *content: Node, **props: Any) -> rx.Component:
    """Render a button for a popover, which the browser opens and closes without a script."""
    return rx.el.button(*content, type="button", custom_attrs={"popoverTarget": popover}, **props)


def _popover(popover: str, *content: Node) -> rx.Component:
    return rx.el.div(*content, class_name="menu", custom_attrs={"id": popover, "popover": "auto"})


def _given(node: Node | None) -> list[Node]:
    return [] if node is None else [node]
