"""A campaign's page: live numbers, charts, clips, clippers and terms."""

import reflex as rx

from swivi import routes
from swivi.domain.campaigns.models import CampaignStatus
from swivi.pages.admin.campaign.clips import clippers_panel, clips_panel
from swivi.pages.admin.campaign.history import history_panels
from swivi.pages.admin.campaign.numbers import CampaignNumbers, live_numbers
from swivi.pages.admin.campaign.steps import campaign_actions, terms_panel
from swivi.pages.admin.campaign.terms import CampaignTerms
from swivi.pages.admin.shared.campaign_badges import hidden_mark, test_mark
from swivi.pages.admin.shared.parts import no_such_campaign
from swivi.pages.shared.frame import admin_page
from swivi.ui.feedback import notice, status_badge
from swivi.ui.layout import cluster, stack


def campaign_page() -> rx.Component:
    """`/admin/campaigns/[campaign_id]`."""
    return admin_page(
        rx.cond(CampaignTerms.title != "", CampaignTerms.title, "Campaign").to(str),
        rx.cond(
            CampaignNumbers.missing,
            no_such_campaign(),
            stack(
                rx.cond(
                    CampaignTerms.completion != "",
                    notice("neutral", CampaignTerms.completion, "Completed"),
                ),
                live_numbers(),
                rx.cond(_started(), stack(history_panels(), clips_panel(), clippers_panel())),
                terms_panel(),
            ),
        ),
        current=routes.ADMIN_CAMPAIGNS,
        actions=campaign_actions(),
        subtitle=rx.cond(CampaignNumbers.missing, None, _marks()),
    )


def _started() -> rx.Var[bool]:
    """Return whether the campaign has a past to show; before its start it has none."""
    before_start = {CampaignStatus.DRAFT.value, CampaignStatus.SCHEDULED.value}
    return ~rx.Var.create(sorted(before_start)).contains(CampaignNumbers.status)


def _marks() -> rx.Component:
    return cluster(
        status_badge(CampaignNumbers.status),
        rx.cond(CampaignTerms.hidden, hidden_mark()),
        rx.cond(CampaignTerms.is_test, test_mark()),
        CampaignTerms.brand,
    )
