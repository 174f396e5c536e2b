"""The live numbers at the top of a campaign's page."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.insights.campaigns.live import campaign_numbers
from swivi.insights.money.flows import Flow
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.listing import addressed_id
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub
from swivi.ui.cards import hero_card, stat_card
from swivi.ui.feedback import error_state, last_changed
from swivi.ui.layout import card_grid, dotted, stack
from swivi.ui.numbers import count, live_money, money, percent_bar, percent_text, short_count, when


class CampaignNumbers(AdminLive, rx.State):
    """The numbers of the campaign in the address. Cents, clips and views."""

    _content: ClassVar[str] = "The campaign"
    id: int = 0
    status: str = ""
    budget: int = 0
    spent: int = 0
    remaining: int = 0
    pending: int = 0
    approved: int = 0
    rejected: int = 0
    tracked: int = 0
    views_gained: int = 0
    effective_cpm: int | None = None
    """Cents per 1,000 gained views; None without views."""
    last_tracked_at: str = ""
    missing: bool = False

    async def _arrive(self) -> None:
        self.id = addressed_id(self)
        hub.watch(self, campaigns={self.id})

    async def _refresh_live(self, session: AsyncSession) -> None:
        now = await campaign_numbers(session, self.id)
        self.missing = now is None
        if now is None:
            self.status = ""
            return
        self.status = now.status
        self.budget = now.budget
        self.spent = now.spent
        self.remaining = now.budget - now.spent
        self.pending = now.pending
        self.approved = now.approved
        self.rejected = now.rejected
        self.tracked = now.tracked
        self.views_gained = now.views_gained
        self.effective_cpm = Flow(now.views_gained, now.spent).effective_cpm
        self.last_tracked_at = iso(now.last_tracked_at)
        self._mark_changed()


def live_numbers() -> rx.Component:
    """Show the spending as the page's main number, and the campaign's other numbers below."""
    now = CampaignNumbers
    return rx.cond(
        now.problem != "",
        error_state(now.problem, now.load),
        stack(
            hero_card(
                "Spent",
                live_money(now.spent),
                percent_bar(now.spent, now.budget, "Budget spent"),
                dotted(
                    rx.el.span(
                        percent_text(now.spent, now.budget),
                        " of ",
                        money(now.budget),
                        class_name="num",
                    ),
                    rx.el.span(money(now.remaining), " left"),
                    last_changed(now.changed_at),
                ),
            ),
            card_grid(
                stat_card("Views gained", short_count(now.views_gained), "since the baselines"),
                stat_card(
                    "Effective CPM",
                    money(rx.Var.create(now.effective_cpm).to(int)),
                    "per 1,000 views gained",
                ),
                stat_card(
                    "To review",
                    count(now.pending),
                    rx.fragment(
                        count(now.approved), " approved, ", count(now.rejected), " rejected"
                    ),
                    href=f"{routes.ADMIN_SUBMISSIONS}?status=pending&campaign={now.id}",
                ),
                stat_card(
                    "Clips tracked",
                    count(now.tracked),
                    when(now.last_tracked_at, never="not read yet"),
                ),
                min_width=140,
            ),
        ),
    )
