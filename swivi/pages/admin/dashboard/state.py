"""The state of the admin dashboard: totals, and what waits for an admin."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.campaigns.ending import EndingCampaign, ending_campaigns
from swivi.insights.operations.overview import Overview, overview
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub


@dataclass(frozen=True)
class EndingRow:
    """A campaign that is nearly over. Cents; `ends_at` is "" if only its budget ends it."""

    id: int
    title: str
    spent: int
    budget: int
    ends_at: str


class OverviewState(AdminLive, rx.State):
    """The totals, live. Counts and cents."""

    _content: ClassVar[str] = "The dashboard"
    clippers: int = 0
    admins: int = 0
    campaigns_active: int = 0
    campaigns_completed: int = 0
    ending: list[EndingRow] = []
    to_review: int = 0
    unread: int = 0
    stuck: int = 0
    approved: int = 0
    oldest_pending_at: str = ""
    to_approve: int = 0
    to_approve_amount: int = 0
    to_send: int = 0
    to_send_amount: int = 0
    flagged: int = 0
    readings_waiting: int = 0
    on_hold: int = 0
    paid_out: int = 0
    owed: int = 0
    budget_left: int = 0

    async def _arrive(self) -> None:
        hub.watch(self, users={self._user_id}, campaigns="all", runs=True)

    async def _refresh_live(self, session: AsyncSession) -> None:
        self._show(await overview(session))
        self.ending = [_ending(campaign) for campaign in await ending_campaigns(session)]
        self._mark_changed()

    def _show(self, now: Overview) -> None:
        self.clippers = now.clippers
        self.admins = now.admins
        self.campaigns_active = now.campaigns_active
        self.campaigns_completed = now.campaigns_completed
        self.to_review = now.submissions_pending - now.submissions_unread
        self.unread = now.submissions_unread
        self.stuck = now.submissions_stuck
        self.approved = now.submissions_approved
        self.oldest_pending_at = iso(now.oldest_pending_at)
        self.to_approve = now.payouts_pending
        self.to_approve_amount = now.payouts_pending_amount
        self.to_send = now.payouts_approved
        self.to_send_amount = now.payouts_approved_amount
        self.flagged = now.clips_flagged
        self.readings_waiting = now.readings_waiting
        self.on_hold = now.clips_on_hold
        self.paid_out = now.paid_out
        self.owed = now.owed
        self.budget_left = now.budget_left


def _ending(campaign: EndingCampaign) -> EndingRow:
    return EndingRow(
        campaign.campaign_id, campaign.title, campaign.spent, campaign.budget, iso(campaign.ends_at)
    )
