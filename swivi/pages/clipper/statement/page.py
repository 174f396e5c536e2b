"""A clipper's statement: every movement of the balance, and how each cent was earned. Live."""

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.insights.money import statement
from swivi.insights.money.statement import Line
from swivi.pages.clipper.shared.own import ClipperLive
from swivi.pages.engine.gate import public
from swivi.pages.shared.frame import clipper_page
from swivi.pages.shared.statement import Statement, exports, statement_parts


class OwnStatement(ClipperLive, Statement, rx.State):
    """The clipper's own."""

    @public
    async def load(self) -> None:
        """The page opens, or its month or page changes."""
        if await self._is_clippers():
            await self._read("Your statement")

    async def _refresh_live(self, session: AsyncSession) -> None:
        account = statement.of_clipper(self._user_id)
        await self._show(session, account, _words, "/api/clippers/statement")


def _words(line: Line) -> tuple[str, str]:
    if line.payout_request_id is not None:
        return f"Payout {line.payout_request_id}", routes.clipper_payout(line.payout_request_id)
    return (
        line.campaign_title or "",
        routes.clipper_clip(line.submission_id) if line.submission_id else "",
    )


def statement_page() -> rx.Component:
    """The page at /clippers/statement."""
    return clipper_page(
        "Statement",
        statement_parts(
            OwnStatement,
            "What your clips earn and what you withdraw will stand here, cent by cent.",
        ),
        current=routes.CLIPPER_PAYOUTS,
        subtitle=rx.el.span(
            "Every movement of your available balance, and how each cent was earned."
        ),
        actions=exports(OwnStatement),
    )
