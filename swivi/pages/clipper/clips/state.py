"""The clipper's own submissions, filtered by status."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.clips.models import SubmissionStatus
from swivi.insights.clippers.clipper import clipper_clips
from swivi.pages.clipper.shared.live import OwnLive
from swivi.pages.clipper.shared.rows import OwnClipRow, own_clip_row
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked_option


class OwnClips(OwnLive, Listing, rx.State):
    """Live: one page of submissions. `status` is the filter in the address, "" for all."""

    _content: ClassVar[str] = "Your clips"
    rows: list[OwnClipRow] = []
    status: str = ""

    async def _arrive(self) -> None:
        await super()._arrive()
        self._read_place()
        self.status = asked_option(self, "status", SubmissionStatus) or ""

    async def _refresh_live(self, session: AsyncSession) -> None:
        status = SubmissionStatus(self.status) if self.status else None
        offset = (self.page - 1) * PAGE_SIZE
        found, total = await clipper_clips(
            session, self._user_id, status=status, limit=PAGE_SIZE, offset=offset
        )
        rows = [own_clip_row(row) for row in found]
        if rows != self.rows:
            self.rows = rows
        if total != self.total:
            self._found(total)
