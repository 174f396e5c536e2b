"""The public pages."""

import reflex as rx

from swivi import routes
from swivi.pages.engine.session import SessionState
from swivi.pages.public.campaign.page import campaign_page
from swivi.pages.public.landing.page import landing
from swivi.pages.public.landing.state import LandingState
from swivi.pages.public.mail_links.page import forgot, reset, verify
from swivi.pages.public.mail_links.state import MailLinkForm
from swivi.pages.public.not_found.page import not_for_you, not_found
from swivi.pages.public.sign_in.page import code, sign_in, sign_up
from swivi.pages.public.sign_in.state import EntryState
from swivi.pages.shared.campaign_story import CampaignNumbers, CampaignPage
from swivi.pages.shared.frame import page_title


def register(app: rx.App) -> None:
    """Add these pages to the app."""
    enter = SessionState.enter_public
    app.add_page(
        landing,
        route=routes.FRONT,
        title="Swivi: get paid for your views",
        on_load=[enter, LandingState.load],
    )
    app.add_page(
        sign_in,
        route=routes.SIGN_IN,
        title=page_title("Sign in"),
        on_load=[enter, EntryState.load_sign_in],
    )
    app.add_page(
        code, route=routes.CODE, title=page_title("Sign in"), on_load=[enter, EntryState.load_code]
    )
    app.add_page(
        sign_up,
        route=routes.SIGN_UP,
        title=page_title("Sign up"),
        on_load=[enter, EntryState.load_sign_up],
    )
    app.add_page(
        forgot,
        route=routes.FORGOT,
        title=page_title("New password"),
        on_load=[enter, MailLinkForm.load_forgot],
    )
    app.add_page(
        reset,
        route=routes.RESET,
        title=page_title("New password"),
        on_load=[enter, MailLinkForm.load_reset],
    )
    app.add_page(
        verify,
        route=routes.VERIFY,
        title=page_title("Verify your address"),
        on_load=[enter, MailLinkForm.load_verify],
    )
    app.add_page(
        campaign_page,
        route=routes.public_campaign("[campaign_key]"),
        title=page_title("Campaign"),
        on_load=[enter, CampaignPage.load, CampaignNumbers.load],
    )
    app.add_page(
        not_for_you,
        route=routes.NOT_FOR_YOU,
        title=page_title("Not for this account"),
        on_load=enter,
    )
    app.add_page(not_found, route=routes.NOT_FOUND, title=page_title("Not found"), on_load=enter)
