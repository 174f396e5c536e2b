"""All campaigns: budget, spending, and submissions to review."""

import reflex as rx

from swivi import routes
from swivi.domain.campaigns.models import CampaignStatus
from swivi.pages.admin.campaigns.state import CampaignRow, CampaignsState
from swivi.pages.admin.shared.campaign_badges import hidden_mark, test_mark
from swivi.pages.admin.shared.parts import budget_spent
from swivi.pages.shared.frame import admin_page, sends
from swivi.ui.buttons import link_button
from swivi.ui.feedback import empty_state, status_badge
from swivi.ui.layout import cluster, stack
from swivi.ui.numbers import count, money, when
from swivi.ui.tables import Column, FilterTab, Sort, data_table, filter_tabs, pager
from swivi.ui.types import Node

_TABS = (
    CampaignStatus.ACTIVE,
    CampaignStatus.PAUSED,
    CampaignStatus.DRAFT,
    CampaignStatus.SCHEDULED,
    CampaignStatus.COMPLETED,
    CampaignStatus.ARCHIVED,
)


_COLUMNS = (
    Column("Campaign", sort_key="title"),
    Column("Status", wide_only=True),
    Column("Spent of budget", sort_key="spent"),
    Column("Budget", "right", sort_key="budget", wide_only=True),
    Column("Per 1,000 views", "right", wide_only=True),
    Column("To review", "right", sort_key="pending"),
    Column("Clips", "right", wide_only=True),
    Column("Tracked", "right", wide_only=True),
)


def _cells(row: CampaignRow) -> list[Node]:
    return [
        rx.el.span(row.title, rx.el.span(_marks(row), class_name="narrow-only")),
        _marks(row),
        budget_spent(row.spent, row.budget),
        money(row.budget),
        money(row.payout_rate),
        count(row.pending),
        count(row.clips),
        when(row.last_tracked_at),
    ]


def _marks(row: CampaignRow) -> rx.Component:
    """Show status and flags: in their own column on wide screens, below the title on phones."""
    return cluster(
        status_badge(row.status),
        rx.cond(row.hidden, hidden_mark()),
        rx.cond(row.is_test, test_mark()),
        gap=1,
    )


def campaigns_page() -> rx.Component:
    """`/admin/campaigns`."""
    state = CampaignsState
    tabs = [FilterTab("All", "", state.counts.get("", 0))] + [
        FilterTab(status.capitalize(), status.value, state.counts.get(status.value, 0))
        for status in _TABS
    ]
    return admin_page(
        "Campaigns",
        stack(
            filter_tabs(
                tabs,
                state.status,
                lambda value: f"?status={value.lower()}" if value else routes.ADMIN_CAMPAIGNS,
                "Status",
            ),
            data_table(
                _COLUMNS,
                state.rows,
                _cells,
                caption="Campaigns",
                href=lambda row: routes.admin_campaign(row.id),
                key=lambda row: row.id,
                loading=state.loading,
                error=state.problem,
                retry=state.load,
                sort=Sort(state.sort, state.descending, lambda key: sends(state.sort_by, key)),
                empty=empty_state(
                    "megaphone",
                    "No campaigns here",
                    "A campaign has a budget and pays clippers for the views of their clips.",
                    link_button("New campaign", routes.ADMIN_NEW_CAMPAIGN),
                ),
            ),
            pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
        ),
        current=routes.ADMIN_CAMPAIGNS,
        actions=link_button("New campaign", routes.ADMIN_NEW_CAMPAIGN, "primary", "plus"),
    )
