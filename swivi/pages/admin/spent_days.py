"""What the last days cost, beside what is owed."""

import reflex as rx

from swivi.accounts.models import Role
from swivi.core import clock
from swivi.insights.earned_days import earned_by_day
from swivi.insights.overview import earned_by_all
from swivi.pages import last_days
from swivi.pages.admin.dashboard_now import OverviewState
from swivi.pages.gate import public
from swivi.pages.last_days import DAYS, DaysEarned
from swivi.pages.loading import loading
from swivi.pages.session import visitor


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
