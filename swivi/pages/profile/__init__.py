"""The profile page, for clippers and for admins."""

import reflex as rx

from swivi import routes
from swivi.pages.engine.session import SessionState
from swivi.pages.profile.address import AddressState
from swivi.pages.profile.browsers import Browsers
from swivi.pages.profile.destination import Destination
from swivi.pages.profile.handles import Handles
from swivi.pages.profile.name import ProfileName
from swivi.pages.profile.page import admin_profile, clipper_profile
from swivi.pages.profile.password import PasswordForm
from swivi.pages.profile.tokens import Tokens
from swivi.pages.profile.two_steps import TwoSteps
from swivi.pages.shared.frame import page_title


def register(app: rx.App) -> None:
    """Add these pages to the app."""
    shared = [
        AddressState.load,
        ProfileName.load,
        PasswordForm.load,
        TwoSteps.load,
        Browsers.load,
        Tokens.load,
    ]
    app.add_page(
        clipper_profile,
        route=routes.CLIPPER_PROFILE,
        title=page_title("Profile"),
        on_load=[SessionState.enter_as_clipper, *shared, Handles.load, Destination.load],
    )
    app.add_page(
        admin_profile,
        route=routes.ADMIN_PROFILE,
        title=page_title("Profile"),
        on_load=[SessionState.enter_as_admin, *shared],
    )
