"""How Swivi stands, as the admins' dashboard holds it."""

from dataclasses import dataclass

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.domain.accounts.models import Role
from swivi.insights.campaigns.ending import EndingCampaign, ending_campaigns
from swivi.insights.operations.overview import Overview, overview
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.gate import public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.runtime.live import hub


@dataclass(frozen=True)
class Ending:
    """A campaign that is nearly over: cents, and "" where it does not end soon."""

    id: int
    title: str
    spent: int
    budget: int
    ends_at: str


class OverviewState(rx.State):
    """How Swivi stands, live. Counts and cents."""

    clippers: int = 0
    admins: int = 0
    campaigns_active: int = 0
    campaigns_completed: int = 0
    ending: list[Ending] = []
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
    changed_at: str = ""
    loading: bool = True
    problem: str = ""

    @public
    async def load(self) -> None:
        """Show how things stand, and hear of every change."""
        actor = await visitor(self, Role.ADMIN)
        if actor is None:
            return
        hub.watch(self, users={actor.user_id}, campaigns="all", runs=True)
        async with loading(self, "The dashboard") as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        self._show(await overview(session))
        self.ending = [_ending(campaign) for campaign in await ending_campaigns(session)]
        self.changed_at = clock.now().isoformat()

    def _show(self, now: Overview) -> None:
        self.clippers, self.admins = now.clippers, now.admins
        self.campaigns_active, self.campaigns_completed = (
            now.campaigns_active,
            now.campaigns_completed,
        )
        self.to_review, self.unread = (
            now.submissions_pending - now.submissions_unread,
            now.submissions_unread,
        )
        self.stuck, self.approved = now.submissions_stuck, now.submissions_approved
        self.oldest_pending_at = iso(now.oldest_pending_at)
        self.to_approve, self.to_approve_amount = now.payouts_pending, now.payouts_pending_amount
        self.to_send, self.to_send_amount = now.payouts_approved, now.payouts_approved_amount
        self.flagged, self.readings_waiting = now.clips_flagged, now.readings_waiting
        self.on_hold = now.clips_on_hold
        self.paid_out, self.owed, self.budget_left = now.paid_out, now.owed, now.budget_left


def _ending(campaign: EndingCampaign) -> Ending:
    return Ending(
        campaign.campaign_id, campaign.title, campaign.spent, campaign.budget, iso(campaign.ends_at)
    )
