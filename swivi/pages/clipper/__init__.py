"""The clippers' pages."""

from typing import Any

import reflex as rx

from swivi import routes
from swivi.pages.clipper.campaign.page import campaign
from swivi.pages.clipper.campaign.state import OwnClipsInCampaign
from swivi.pages.clipper.campaigns.page import campaigns
from swivi.pages.clipper.campaigns.state import OpenCampaigns
from swivi.pages.clipper.clip.page import clip_page
from swivi.pages.clipper.clip.readings import ClipReadings
from swivi.pages.clipper.clip.state import OwnClip
from swivi.pages.clipper.clips.page import clips
from swivi.pages.clipper.clips.state import OwnClips
from swivi.pages.clipper.dashboard.first_steps import FirstSteps
from swivi.pages.clipper.dashboard.last_days import LastDays
from swivi.pages.clipper.dashboard.page import dashboard
from swivi.pages.clipper.dashboard.recent_clips import RecentClips
from swivi.pages.clipper.payouts.by_campaign import EarnedByCampaign
from swivi.pages.clipper.payouts.page import payouts_page
from swivi.pages.clipper.payouts.request_dialog import PayoutDialog
from swivi.pages.clipper.payouts.state import OwnPayouts
from swivi.pages.clipper.receipt.page import receipt
from swivi.pages.clipper.receipt.state import Receipt
from swivi.pages.clipper.shared.balance import ClipperBalance
from swivi.pages.clipper.statement.page import statement_page
from swivi.pages.clipper.statement.state import OwnStatement
from swivi.pages.clipper.submit.state import SubmitDialog
from swivi.pages.engine.session import SessionState
from swivi.pages.shared.campaign_story import CampaignNumbers, CampaignPage
from swivi.pages.shared.frame import clipper_page, page_title
from swivi.pages.shared.notification_list import NotificationList, notification_list


def register(app: rx.App) -> None:
    """Add these pages to the app."""
    _add(
        app,
        dashboard,
        routes.CLIPPER_DASHBOARD,
        "Dashboard",
        ClipperBalance.load,
        LastDays.load,
        RecentClips.load,
        FirstSteps.load,
        SubmitDialog.enter,
        PayoutDialog.enter,
    )
    _add(
        app,
        campaigns,
        routes.CLIPPER_CAMPAIGNS,
        "Campaigns",
        OpenCampaigns.load,
        SubmitDialog.enter,
    )
    _add(
        app,
        campaign,
        routes.clipper_campaign("[open_campaign_key]"),
        "Campaign",
        CampaignPage.load,
        CampaignNumbers.load,
        OwnClipsInCampaign.load,
        SubmitDialog.enter,
    )
    _add(
        app,
        clips,
        routes.CLIPPER_CLIPS,
        "Clips",
        ClipperBalance.load,
        OwnClips.load,
        SubmitDialog.enter,
    )
    _add(
        app,
        clip_page,
        routes.clipper_clip("[submission_key]"),
        "Clip",
        OwnClip.load,
        ClipReadings.load,
    )
    _add(
        app,
        payouts_page,
        routes.CLIPPER_PAYOUTS,
        "Payouts",
        ClipperBalance.load,
        OwnPayouts.load,
        EarnedByCampaign.load,
        PayoutDialog.enter,
    )
    _add(app, receipt, routes.clipper_payout("[payout_key]"), "Payout", Receipt.load)
    _add(app, statement_page, routes.CLIPPER_STATEMENT, "Statement", OwnStatement.load)
    _add(app, _notifications, routes.CLIPPER_NOTIFICATIONS, "Notifications", NotificationList.load)


def _add(app: rx.App, page: Any, route: str, title: str, *on_load: Any) -> None:
    app.add_page(
        page,
        route=route,
        title=page_title(title),
        on_load=[SessionState.enter_as_clipper, *on_load],
    )


def _notifications() -> rx.Component:
    return clipper_page("Notifications", notification_list(), current=routes.CLIPPER_NOTIFICATIONS)
