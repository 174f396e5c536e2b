"""A clipper's newest clips, live: a changed row flashes."""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.clipper import RECENT, clipper_clips
from swivi.pages.clipper.clip_table import clip_table
from swivi.pages.clipper.own import Own
from swivi.pages.clipper.rows import ClipLine, clip_line
from swivi.pages.gate import public
from swivi.ui.buttons import link_button
from swivi.ui.feedback import empty_state


class RecentClips(Own, rx.State):
    """Live: the newest submissions."""

    rows: list[ClipLine] = []

    @public
    async def load(self) -> None:
        """The dashboard opens."""
        if await self._is_clippers():
            await self._read("Your clips")

    async def _refresh_live(self, session: AsyncSession) -> None:
        found, _ = await clipper_clips(session, self._user_id, limit=RECENT)
        rows = [clip_line(row) for row in found]
        if rows != self.rows:
            self.rows = rows


def recent_clips() -> rx.Component:
    """The table on the dashboard."""
    state = RecentClips
    return clip_table(
        state.rows,
        caption="Recent clips",
        loading=state.loading,
        problem=state.problem,
        retry=state.load,
        empty=empty_state(
            "clapperboard",
            "No clips yet",
            "Choose a campaign, post your clip, and send in its link.",
            link_button("Browse campaigns", "/clippers/campaigns"),
        ),
    )
