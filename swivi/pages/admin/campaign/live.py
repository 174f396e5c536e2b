"""What moves while a campaign runs: the live numbers at the top of its page."""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.domain.accounts.models import Role
from swivi.insights.campaigns.live import campaign_numbers
from swivi.insights.money.flows import Flow
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.acting import some_id
from swivi.pages.engine.gate import public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.runtime.live import hub
from swivi.ui.cards import hero_card, stat_card
from swivi.ui.feedback import error_state, last_changed
from swivi.ui.layout import card_grid, dotted, stack
from swivi.ui.numbers import count, live_money, money, percent_bar, percent_text, short_count, when


def addressed_campaign(state: rx.State) -> int:
    """The id of the campaign whose page this is, by the address; 0 if it names none."""
    return some_id(state.router.url.path.rstrip("/").rpartition("/")[2])


class CampaignNow(rx.State):
    """The live numbers of the campaign whose page is open. Cents, clips and views."""

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
    """Cents that 1,000 of the gained views cost; None without views."""
    last_tracked_at: str = ""
    changed_at: str = ""
    missing: bool = False
    loading: bool = True
    problem: str = ""

    @public
    async def load(self) -> None:
        """Show the campaign that the address names, and hear of its changes."""
        if await visitor(self, Role.ADMIN) is None:
            return
        self.id = addressed_campaign(self)
        hub.watch(self, campaigns={self.id})
        async with loading(self, "The campaign") as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        now = await campaign_numbers(session, self.id)
        self.missing = now is None
        if now is None:
            self.status = ""
            return
        self.status, self.budget, self.spent = now.status, now.budget, now.spent
        self.remaining = now.budget - now.spent
        self.pending, self.approved, self.rejected = now.pending, now.approved, now.rejected
        self.tracked, self.views_gained = now.tracked, now.views_gained
        self.effective_cpm = Flow(now.views_gained, now.spent).effective_cpm
        self.last_tracked_at, self.changed_at = iso(now.last_tracked_at), clock.now().isoformat()


def live_numbers() -> rx.Component:
    """Budget and spending as the one number of the page, what feeds it below."""
    now = CampaignNow
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
                    href=f"/admin/submissions?status=pending&campaign={now.id}",
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
