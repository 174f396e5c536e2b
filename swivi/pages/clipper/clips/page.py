"""All of a clipper's submissions, filtered by how their review ended, live."""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.domain.clips.models import SubmissionStatus
from swivi.insights.clippers.clipper import clipper_clips
from swivi.pages.clipper.shared.balance import ClipperBalance
from swivi.pages.clipper.shared.clip_table import clip_table
from swivi.pages.clipper.shared.own import ClipperLive
from swivi.pages.clipper.shared.rows import ClipLine, clip_line
from swivi.pages.clipper.submit.dialog import opens_for, submit_button_for, submit_dialog
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked_option
from swivi.pages.shared.frame import clipper_page
from swivi.ui.buttons import button
from swivi.ui.feedback import empty_state
from swivi.ui.tables import FilterTab, filter_tabs, pager


class OwnClips(ClipperLive, Listing, rx.State):
    """Live: one page of the clipper's submissions; `status` is the filter in the address, "" for
    all.
    """

    rows: list[ClipLine] = []
    status: str = ""

    @public
    async def load(self) -> None:
        """The page opens, or its filter or page number changes."""
        if await self._is_clippers():
            self._read_place()
            self.status = asked_option(self, "status", SubmissionStatus) or ""
            await self._read("Your clips")

    async def _refresh_live(self, session: AsyncSession) -> None:
        status = SubmissionStatus(self.status) if self.status else None
        offset = (self.page - 1) * PAGE_SIZE
        found, total = await clipper_clips(
            session, self._user_id, status=status, limit=PAGE_SIZE, offset=offset
        )
        rows = [clip_line(row) for row in found]
        if rows != self.rows:
            self.rows = rows
        if total != self.total:
            self._found(total)


def clips() -> rx.Component:
    """The page at /clippers/clips."""
    state = OwnClips
    counts = ClipperBalance
    tabs = [
        FilterTab("All", "", counts.submitted),
        FilterTab("Pending", SubmissionStatus.PENDING, counts.pending),
        FilterTab("Approved", SubmissionStatus.APPROVED, counts.approved),
        FilterTab("Rejected", SubmissionStatus.REJECTED, counts.rejected),
    ]
    return clipper_page(
        "Clips",
        filter_tabs(
            tabs,
            state.status,
            lambda value: f"?status={value.lower()}" if value else routes.CLIPPER_CLIPS,
            "Status",
        ),
        clip_table(
            state.rows,
            caption="Your clips",
            loading=state.loading,
            problem=state.problem,
            retry=state.load,
            empty=empty_state(
                "clapperboard",
                "No clips here",
                "Post a clip for a campaign and send in its link: its views are read at once.",
                button("Submit a clip", opens_for(""), icon="link"),
            ),
        ),
        rx.cond(
            state.pages > 1,
            pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
        ),
        submit_dialog(),
        current=routes.CLIPPER_CLIPS,
        actions=submit_button_for(""),
    )
