"""The clipper's own clips in the campaign of the address."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.clippers.clipper import clipper_clips
from swivi.pages.clipper.shared.live import OwnLive
from swivi.pages.clipper.shared.rows import OwnClipRow, own_clip_row
from swivi.pages.engine.listing import PAGE_SIZE, addressed_id


class OwnClipsInCampaign(OwnLive, rx.State):
    """Live: the clipper's newest submissions to the campaign."""

    _content: ClassVar[str] = "Your clips"
    rows: list[OwnClipRow] = []
    _campaign_id: int = 0

    async def _arrive(self) -> None:
        await super()._arrive()
        self._campaign_id = addressed_id(self)
        self.rows = []

    async def _refresh_live(self, session: AsyncSession) -> None:
        found, _ = await clipper_clips(
            session, self._user_id, campaign_id=self._campaign_id, limit=PAGE_SIZE
        )
        rows = [own_clip_row(row) for row in found]
        if rows != self.rows:
            self.rows = rows
