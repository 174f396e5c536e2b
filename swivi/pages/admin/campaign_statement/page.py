"""A campaign's statement, for its brand: where the budget came from and went, and how each cent was
earned.
"""

import reflex as rx

from swivi.domain.accounts.models import Role
from swivi.domain.campaigns.models import Campaign
from swivi.insights.money import statement
from swivi.insights.money.statement import Line
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import addressed_id
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.shared.frame import admin_page
from swivi.pages.shared.statement import Statement, exports, statement_parts
from swivi.ui.buttons import link_button
from swivi.ui.feedback import empty_state

LIST = "/admin/campaigns"


class CampaignStatement(Statement, rx.State):
    """The statement of the campaign in the address."""

    id: int = 0
    title: str = ""
    missing: bool = False

    @public
    async def load(self) -> None:
        """The page opens, or its month or page changes."""
        if await visitor(self, Role.ADMIN) is None:
            return
        self.id = addressed_id(self, below="/statement")
        async with loading(self, "The statement") as session:
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
    missing = empty_state(
        "megaphone",
        "There is no such campaign",
        "It may have been mistyped.",
        link_button("All campaigns", LIST),
    )
    return admin_page(
        "Statement",
        rx.cond(
            state.missing, missing, statement_parts(state, "This campaign has had no budget yet.")
        ),
        current=LIST,
        subtitle=rx.cond(state.title != "", rx.el.a(state.title, href=f"{LIST}/{state.id}")),
        actions=rx.cond(state.missing, rx.fragment(), exports(state)),
    )
