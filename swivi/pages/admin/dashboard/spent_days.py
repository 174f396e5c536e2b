"""What clippers earned in the last days, beside what is owed."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.insights.clippers.earned_days import earned_by_day
from swivi.insights.operations.overview import earned_by_all
from swivi.pages.admin.dashboard.state import OverviewState
from swivi.pages.engine.live import AdminLive
from swivi.pages.shared import last_days
from swivi.pages.shared.last_days import DAYS, DaysEarned


class SpentDays(AdminLive, DaysEarned, rx.State):
    """The days of all clippers."""

    _content: ClassVar[str] = "The last days"

    async def _refresh_live(self, session: AsyncSession) -> None:
        found = await earned_by_day(session, today=clock.now().date(), days=DAYS)
        self._show(found, await earned_by_all(session))


def spent_days() -> rx.Component:
    """Show the bars. All earnings are either paid out or owed."""
    return last_days.last_days(
        SpentDays,
        OverviewState.paid_out + OverviewState.owed,
        title=f"Earned by clippers, last {DAYS} days",
        nothing="Nothing yet. What clips earn each day shows here.",
    )
