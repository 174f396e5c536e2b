"""The admin pages."""

from collections.abc import Callable

import reflex as rx

from swivi import routes
from swivi.pages.admin.analytics.page import analytics_page
from swivi.pages.admin.analytics.state import AnalyticsState
from swivi.pages.admin.audit_log.page import audit_page
from swivi.pages.admin.audit_log.state import AuditState
from swivi.pages.admin.campaign.clips import CampaignClips
from swivi.pages.admin.campaign.completion import Completion
from swivi.pages.admin.campaign.history import CampaignHistory
from swivi.pages.admin.campaign.numbers import CampaignNumbers
from swivi.pages.admin.campaign.page import campaign_page
from swivi.pages.admin.campaign.schedule import Scheduling
from swivi.pages.admin.campaign.terms import CampaignTerms
from swivi.pages.admin.campaign.top_up import TopUp
from swivi.pages.admin.campaign.tracking import CampaignTracking
from swivi.pages.admin.campaign_form.edit_page import EditedCampaign, edit_campaign_page
from swivi.pages.admin.campaign_form.new_page import NewCampaignState, new_campaign_page
from swivi.pages.admin.campaign_statement.page import CampaignStatement, campaign_statement_page
from swivi.pages.admin.campaigns.page import campaigns_page
from swivi.pages.admin.campaigns.state import CampaignsState
from swivi.pages.admin.dashboard.page import dashboard_page
from swivi.pages.admin.dashboard.spent_days import SpentDays
from swivi.pages.admin.dashboard.state import OverviewState
from swivi.pages.admin.notifications.page import notifications_page
from swivi.pages.admin.payouts.page import payouts_page
from swivi.pages.admin.payouts.state import PayoutsState
from swivi.pages.admin.reconciliation.page import reconciliation_page
from swivi.pages.admin.reconciliation.state import ReconciliationHistory, ReconciliationState
from swivi.pages.admin.run.page import run_page
from swivi.pages.admin.run.state import RunState
from swivi.pages.admin.sandbox.page import sandbox_page
from swivi.pages.admin.sandbox.state import SandboxState
from swivi.pages.admin.settings.page import settings_page
from swivi.pages.admin.settings.state import SettingsState
from swivi.pages.admin.shared.manual_reading import ManualReading
from swivi.pages.admin.shared.user_change import UserChange
from swivi.pages.admin.submissions.page import submissions_page
from swivi.pages.admin.submissions.state import ReviewState
from swivi.pages.admin.tracking.held_clips import HeldClips
from swivi.pages.admin.tracking.newest_run import NewestRun
from swivi.pages.admin.tracking.page import tracking_page
from swivi.pages.admin.tracking.state import RunsState
from swivi.pages.admin.tracking.waiting_readings import WaitingReadings
from swivi.pages.admin.user.page import user_page
from swivi.pages.admin.user.state import UserState
from swivi.pages.admin.users.page import users_page
from swivi.pages.admin.users.state import UsersState
from swivi.pages.engine.session import SessionState
from swivi.pages.shared.frame import page_title
from swivi.pages.shared.notification_list import NotificationList
from swivi.ui.types import Handler


def register(app: rx.App) -> None:
    """Add the admin pages to the app."""

    def add(route: str, page: Callable[[], rx.Component], title: str, *loads: Handler) -> None:
        app.add_page(
            page,
            route=route,
            title=page_title(title),
            on_load=[SessionState.enter_as_admin, *loads],
        )

    add(
        routes.ADMIN_DASHBOARD,
        dashboard_page,
        "Dashboard",
        NewestRun.load,
        OverviewState.load,
        SpentDays.load,
        ReconciliationState.load,
    )
    add(routes.ADMIN_CAMPAIGNS, campaigns_page, "Campaigns", CampaignsState.load)
    add(routes.ADMIN_NEW_CAMPAIGN, new_campaign_page, "New campaign", NewCampaignState.load)
    add(
        routes.admin_campaign_edit("[campaign_id]"),
        edit_campaign_page,
        "Edit campaign",
        EditedCampaign.load,
    )
    add(
        routes.admin_campaign_statement("[campaign_id]"),
        campaign_statement_page,
        "Statement",
        CampaignStatement.load,
    )
    add(
        routes.admin_campaign("[campaign_id]"),
        campaign_page,
        "Campaign",
        CampaignNumbers.load,
        CampaignTerms.load,
        CampaignClips.load,
        CampaignHistory.load,
        CampaignTracking.load,
        TopUp.enter,
        Scheduling.enter,
        Completion.enter,
    )
    add(routes.ADMIN_SUBMISSIONS, submissions_page, "Submissions", ReviewState.load)
    add(routes.ADMIN_PAYOUTS, payouts_page, "Payouts", PayoutsState.load)
    add(
        routes.ADMIN_TRACKING,
        tracking_page,
        "Tracking",
        NewestRun.load,
        RunsState.load,
        WaitingReadings.load,
        HeldClips.load,
        ManualReading.enter,
    )
    add(routes.admin_run("[run_key]"), run_page, "Tracking run", RunState.load, ManualReading.enter)
    add(routes.ADMIN_NOTIFICATIONS, notifications_page, "Notifications", NotificationList.load)
    add(routes.ADMIN_USERS, users_page, "Users", UsersState.load, UserChange.enter)
    add(routes.ADMIN_ANALYTICS, analytics_page, "Analytics", AnalyticsState.load)
    add(routes.admin_user("[user_key]"), user_page, "User", UserState.load, UserChange.enter)
    add(
        routes.ADMIN_RECONCILIATION,
        reconciliation_page,
        "Reconciliation",
        ReconciliationState.load,
        ReconciliationHistory.load,
    )
    add(routes.ADMIN_AUDIT_LOG, audit_page, "Audit log", AuditState.load)
    add(routes.ADMIN_SETTINGS, settings_page, "Settings", SettingsState.load)
    add(routes.SANDBOX, sandbox_page, "Tracking sandbox", NewestRun.load, SandboxState.load)
