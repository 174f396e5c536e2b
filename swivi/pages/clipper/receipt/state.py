"""One payout request of the viewer."""

from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.money.payouts import own_payout
from swivi.pages.clipper.shared.live import OwnLive
from swivi.pages.clipper.shared.rows import OwnPayoutRow, own_payout_row
from swivi.pages.engine.gate import clippers_only
from swivi.pages.engine.listing import addressed_id
from swivi.ui.feedback import toast_success


class Receipt(OwnLive, rx.State):
    """Live: the request in the address. `payout.id` is 0 if the viewer has none with that id."""

    _content: ClassVar[str] = "The payout"
    payout: OwnPayoutRow = OwnPayoutRow()
    _request_id: int = 0

    async def _arrive(self) -> None:
        await super()._arrive()
        self._request_id = addressed_id(self)
        if self._request_id != self.payout.id:
            self.payout = OwnPayoutRow()
            self.loading = True

    @clippers_only
    async def copied(self) -> EventSpec:
        """Confirm that the transaction id is in the clipboard."""
        return toast_success("Transaction id copied.")

    async def _refresh_live(self, session: AsyncSession) -> None:
        found = await own_payout(session, self._user_id, self._request_id)
        payout = own_payout_row(found) if found else OwnPayoutRow()
        if payout != self.payout:
            self.payout = payout
