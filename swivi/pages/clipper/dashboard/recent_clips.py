"""A clipper's newest clips, live. A changed row flashes."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.insights.clippers.clipper import RECENT
from swivi.insights.submissions.newest import newest_clips
from swivi.insights.submissions.rows import ClipRow
from swivi.pages.clipper.shared.clip_table import clip_table
from swivi.pages.clipper.shared.live import BatchedOwnLive
from swivi.pages.clipper.shared.rows import OwnClipRow, own_clip_row
from swivi.ui.buttons import link_button
from swivi.ui.feedback import empty_state


class RecentClips(BatchedOwnLive, rx.State):
    """Live: the newest submissions."""

    _content: ClassVar[str] = "Your clips"
    _after_numbers: ClassVar[bool] = True
    rows: list[OwnClipRow] = []

    @staticmethod
    async def _read_for(session: AsyncSession, whose: Sequence[int]) -> Mapping[int, list[ClipRow]]:
        return await newest_clips(session, whose, limit=RECENT)

    def _show_live(self, numbers: list[ClipRow] | None) -> None:
        rows = [own_clip_row(row) for row in numbers or ()]
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
            "Choose a campaign, post your clip, and submit its link.",
            link_button("Browse campaigns", routes.CLIPPER_CAMPAIGNS),
        ),
    )
