"""A campaign's statement, for its brand: every movement of its budget, and its reason."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.domain.campaigns.models import Campaign
from swivi.insights.money import statement
from swivi.insights.money.statement import Line
from swivi.pages.admin.shared.parts import no_such_campaign
from swivi.pages.engine.listing import addressed_id
from swivi.pages.engine.live import AdminLive
from swivi.pages.shared.frame import admin_page
from swivi.pages.shared.statement import Statement, exports, statement_parts


class CampaignStatement(AdminLive, Statement, rx.State):
    """The statement of the campaign in the address."""

    _content: ClassVar[str] = "The statement"
    id: int = 0
    title: str = ""
    missing: bool = False

    async def _arrive(self) -> None:
        self.id = addressed_id(self, below="/statement")

    async def _refresh_live(self, session: AsyncSession) -> None:
        campaign = await session.get(Campaign, self.id)
        self.missing = campaign is None
        if campaign is not None:
            self.title = campaign.title
            export = f"/api/admin/campaigns/{self.id}/statement"
            await self._show(session, statement.of_campaign(self.id), _words, export)


def _words(line: Line) -> tuple[str, str]:
    return (
        f"Clip {line.submission_id} of {line.clipper}" if line.submission_id else "",
        line.clip_url or "",
    )


def campaign_statement_page() -> rx.Component:
    """`/admin/campaigns/[campaign_id]/statement`."""
    state = CampaignStatement
    return admin_page(
        "Statement",
        rx.cond(
            state.missing,
            no_such_campaign(),
            statement_parts(state, "This campaign has had no budget yet."),
        ),
        current=routes.ADMIN_CAMPAIGNS,
        subtitle=rx.cond(
            state.title != "", rx.el.a(state.title, href=routes.admin_campaign(state.id))
        ),
        actions=rx.cond(state.missing, rx.fragment(), exports(state)),
    )
