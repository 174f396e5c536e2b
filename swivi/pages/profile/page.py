"""The profile page: one part for each thing that a user can change."""

import reflex as rx

from swivi import routes
from swivi.pages.profile.address import address_part
from swivi.pages.profile.browsers import browsers_part
from swivi.pages.profile.destination import destination_part
from swivi.pages.profile.handles import handles_part
from swivi.pages.profile.name import name_part
from swivi.pages.profile.password import password_part
from swivi.pages.profile.tokens import tokens_part
from swivi.pages.profile.two_steps import two_steps_part
from swivi.pages.shared.frame import admin_page, clipper_page
from swivi.ui.layout import card_grid, stack


def clipper_profile() -> rx.Component:
    """The page at /clippers/profile."""
    you = stack(name_part(), handles_part(), two_steps_part(), gap=3)
    parts = card_grid(you, stack(destination_part(), password_part(), gap=3), min_width=340)
    return clipper_page(
        "Profile",
        address_part(),
        parts,
        browsers_part(),
        tokens_part(),
        current=routes.CLIPPER_PROFILE,
    )


def admin_profile() -> rx.Component:
    """The page at /admin/profile."""
    parts = card_grid(stack(name_part(), two_steps_part(), gap=3), password_part(), min_width=340)
    return admin_page(
        "Profile",
        address_part(),
        parts,
        browsers_part(),
        tokens_part(),
        current=routes.ADMIN_PROFILE,
    )
