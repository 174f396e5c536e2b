"""The clipper's own payout requests."""

from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import SwiviError
from swivi.core.money import format_dollars
from swivi.domain.payouts import service as payouts
from swivi.insights.money.payouts import payout_history
from swivi.pages.clipper.shared.live import OwnLive
from swivi.pages.clipper.shared.rows import OwnPayoutRow, own_payout_row
from swivi.pages.engine.acting import acting, refusal, some_id
from swivi.pages.engine.gate import clippers_only
from swivi.pages.engine.listing import PAGE_SIZE, Listing
from swivi.ui.feedback import toast_success


class OwnPayouts(OwnLive, Listing, rx.State):
    """Live: one page of payout requests."""

    _content: ClassVar[str] = "Your payouts"
    rows: list[OwnPayoutRow] = []

    async def _arrive(self) -> None:
        await super()._arrive()
        self._read_place()

    @clippers_only
    async def cancel(self, request_id: object) -> EventSpec:
        """Cancel a pending request."""
        try:
            async with acting(self) as (session, actor):
                cancelled = await payouts.cancel(session, actor, some_id(request_id))
        except SwiviError as error:
            return refusal(error)
        return toast_success(
            f"Request cancelled. {format_dollars(cancelled.amount)} is available again."
        )

    async def _refresh_live(self, session: AsyncSession) -> None:
        offset = (self.page - 1) * PAGE_SIZE
        found, total = await payout_history(session, self._user_id, limit=PAGE_SIZE, offset=offset)
        rows = [own_payout_row(row) for row in found]
        if rows != self.rows:
            self.rows = rows
        if total != self.total:
            self._found(total)
