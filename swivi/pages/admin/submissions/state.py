"""The state of the review queue: one page of submissions, and the one in the panel. Live."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.clips.models import SubmissionStatus
from swivi.domain.platforms.models import Platform
from swivi.insights.campaigns.live import campaign_titles
from swivi.insights.submissions.review_queue import ReviewRow, background, review_queue, review_rows
from swivi.pages.admin.submissions.decisions import Decisions
from swivi.pages.admin.submissions.rows import (
    PanelDetails,
    SubmissionRow,
    panel_details,
    submission_row,
)
from swivi.pages.engine.acting import some_id
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked, asked_number, asked_option
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime

EVERY_STATUS = "all"


class ReviewState(Decisions, Listing, rx.State):
    """One page of submissions.

    `shown` is the one in the panel, with its `details`. With `previews`, the panel embeds the
    platform's player.
    """

    _content: ClassVar[str] = "The submissions"
    status: str = SubmissionStatus.PENDING
    campaign: str = ""
    platform: str = ""
    clipper: str = ""
    kept: str = ""
    """The address's query without the status."""
    campaigns: list[tuple[str, str]] = []
    shown: SubmissionRow | None = None
    details: PanelDetails = PanelDetails()
    previews: bool = False

    @rx.var
    def row_ids(self) -> list[int]:
        """Return the ids of the page's submissions, in order."""
        return [row.id for row in self.rows]

    async def _arrive(self) -> None:
        self._read_filters()
        self._read_place()
        self._close_if_left()
        self.deciding = []
        self.selected = []
        self.shown = None
        hub.watch(self, campaigns="all")

    def _read_filters(self) -> None:
        """Take the filters from the address. Without a status it is the queue."""
        status = asked_option(self, "status", SubmissionStatus)
        everything = asked(self, "status") == EVERY_STATUS or (
            status is None and asked_number(self, "clipper")
        )
        self.status = EVERY_STATUS if everything else status or SubmissionStatus.PENDING
        self.platform = asked_option(self, "platform", Platform) or ""
        self.campaign = str(asked_number(self, "campaign") or "")
        self.clipper = str(asked_number(self, "clipper") or "")
        self.kept = "".join(f"&{name}={value}" for name, value in self._filters().items() if value)

    def _filters(self) -> dict[str, str]:
        return {"campaign": self.campaign, "platform": self.platform, "clipper": self.clipper}

    async def _read_all(self, session: AsyncSession) -> None:
        titles = await campaign_titles(session)
        self.campaigns = [("", "All campaigns")] + [
            (str(number), title) for number, title in titles
        ]
        self._show(await self._found_rows(session))

    async def _refresh_live(self, session: AsyncSession) -> None:
        """Add new submissions below. Decided ones stay in place, so that no button moves away."""
        found = await self._found_rows(session)
        if self.status == SubmissionStatus.PENDING:
            gone = {row.id for row in self.rows} - {row.clip.submission_id for row in found}
            found = sorted(
                await review_rows(session, gone) + found, key=lambda row: row.clip.submission_id
            )
        self._show(found)

    async def _found_rows(self, session: AsyncSession) -> list[ReviewRow]:
        rows, total = await review_queue(
            session,
            status=None if self.status == EVERY_STATUS else SubmissionStatus(self.status),
            campaign_id=int(self.campaign) if self.campaign else None,
            platform=Platform(self.platform) if self.platform else None,
            clipper_id=int(self.clipper) if self.clipper else None,
            limit=PAGE_SIZE,
            offset=(self.page - 1) * PAGE_SIZE,
        )
        self._found(total)
        return rows

    def _show(self, found: list[ReviewRow]) -> None:
        rows = [submission_row(row) for row in found]
        if rows != self.rows:
            self.rows = rows
        decidable = {row.id for row in rows if row.rejectable}
        self.selected = [number for number in self.selected if number in decidable]
        if self.shown is not None:
            self.shown = self._row_of(self.shown.id)

    @admins_only
    async def look_at(self, submission_id: object) -> None:
        """Show a submission in the panel."""
        row = self._row_of(some_id(submission_id))
        if row is None or row == self.shown:
            return
        async with runtime().database.reading() as session:
            for found in await review_rows(session, [row.id]):
                self.shown = submission_row(found)
                self.details = panel_details(await background(session, found))

    @admins_only
    async def close_panel(self) -> None:
        """Close the panel."""
        self.shown = None

    @admins_only
    async def switch_previews(self) -> None:
        """Show or hide the players in the panel."""
        self.previews = not self.previews
