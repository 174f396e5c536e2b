"""What the last days cost, beside what is owed."""

import reflex as rx

from swivi.core import clock
from swivi.domain.accounts.models import Role
from swivi.insights.clippers.earned_days import earned_by_day
from swivi.insights.operations.overview import earned_by_all
from swivi.pages.admin.dashboard.state import OverviewState
from swivi.pages.engine.gate import public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.shared import last_days
from swivi.pages.shared.last_days import DAYS, DaysEarned


class SpentDays(DaysEarned, rx.State):
    """All clippers' days."""

    @public
    async def load(self) -> None:
        """The dashboard opens."""
        if await visitor(self, Role.ADMIN) is None:
            return
        async with loading(self, "The last days") as session:
            found = await earned_by_day(session, today=clock.now().date(), days=DAYS)
            self._show(found, await earned_by_all(session))


def spent_days() -> rx.Component:
    """The bars. What clippers ever earned is what was paid out and what is owed."""
    return last_days.last_days(
        SpentDays,
        OverviewState.paid_out + OverviewState.owed,
        title=f"Earned by clippers, last {DAYS} days",
        nothing="Nothing yet. What clips earn each day will stand here.",
    )
