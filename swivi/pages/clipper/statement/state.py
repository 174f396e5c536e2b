"""The clipper's own statement."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.insights.money import statement
from swivi.insights.money.statement import Line
from swivi.pages.clipper.shared.live import OwnLive
from swivi.pages.shared.statement import Statement


class OwnStatement(OwnLive, Statement, rx.State):
    """Live: every movement of the clipper's available balance."""

    _content: ClassVar[str] = "Your statement"

    async def _refresh_live(self, session: AsyncSession) -> None:
        account = statement.of_clipper(self._user_id)
        await self._show(session, account, _subject, "/api/clippers/statement")


def _subject(line: Line) -> tuple[str, str]:
    if line.payout_request_id is not None:
        return f"Payout {line.payout_request_id}", routes.clipper_payout(line.payout_request_id)
    clip = routes.clipper_clip(line.submission_id) if line.submission_id else ""
    return line.campaign_title or "", clip
