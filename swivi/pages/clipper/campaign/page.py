"""A campaign's page for a clipper: the same as everybody sees, with the way to submit and one's own
clips in it.
"""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.insights.clippers.clipper import clipper_clips
from swivi.pages.clipper.shared.clip_table import clip_table
from swivi.pages.clipper.shared.own import ClipperLive
from swivi.pages.clipper.shared.rows import ClipLine, clip_line
from swivi.pages.clipper.submit.dialog import submit_button_for, submit_dialog
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import PAGE_SIZE, addressed_id
from swivi.pages.shared.campaign_story import (
    CampaignPage,
    campaign_story,
    closed_notice,
    under_the_title,
)
from swivi.pages.shared.frame import clipper_page
from swivi.ui.buttons import link_button
from swivi.ui.cards import panel
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.vars import rows_var, text_if


class OwnClipsInCampaign(ClipperLive, rx.State):
    """Live: the clipper's newest submissions to the campaign in the address."""

    rows: list[ClipLine] = []
    _campaign_id: int = 0

    @public
    async def load(self) -> None:
        """The page opens."""
        if await self._is_clippers():
            self._campaign_id, self.rows = addressed_id(self), []
            await self._read("Your clips")

    async def _refresh_live(self, session: AsyncSession) -> None:
        found, _ = await clipper_clips(
            session, self._user_id, campaign_id=self._campaign_id, limit=PAGE_SIZE
        )
        rows = [clip_line(row) for row in found]
        if rows != self.rows:
            self.rows = rows


def campaign() -> rx.Component:
    """The page at /clippers/campaigns/<id>."""
    state = CampaignPage
    missing = empty_state(
        "search_x",
        "There is no such campaign",
        "It may have been taken down, or a digit got lost.",
        link_button("All campaigns", routes.CLIPPER_CAMPAIGNS),
    )
    return clipper_page(
        text_if(state.card.id > 0, state.card.title, "Campaign"),
        rx.cond(
            state.problem != "",
            error_state(state.problem, state.load),
            rx.cond(
                state.card.id > 0,
                rx.fragment(under_the_title(), campaign_story(_submit(), _own_clips())),
                rx.cond(state.loading, skeleton_rows(6), missing),
            ),
        ),
        submit_dialog(),
        current=routes.CLIPPER_CAMPAIGNS,
        subtitle=rx.el.a("All campaigns", href=routes.CLIPPER_CAMPAIGNS),
    )


def _submit() -> rx.Component:
    card = CampaignPage.card
    return rx.cond(card.is_open, submit_button_for(card.id), closed_notice())


def _own_clips() -> rx.Component:
    state = OwnClipsInCampaign
    table = clip_table(
        state.rows,
        caption="Your clips in this campaign",
        loading=state.loading,
        problem=state.problem,
        retry=state.load,
        empty=rx.fragment(),
        in_campaign=True,
    )
    return rx.cond(rows_var(state.rows).length() > 0, panel("Your clips in this campaign", table))
