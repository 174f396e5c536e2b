"""What the last days brought a clipper, beside the balance."""

import reflex as rx

from swivi.core import clock
from swivi.domain.accounts.models import Role
from swivi.domain.accounts.service import by_id
from swivi.insights.clippers.earned_days import earned_by_day
from swivi.pages.clipper.shared.balance import ClipperBalance
from swivi.pages.engine.gate import public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.shared import last_days
from swivi.pages.shared.last_days import DAYS, DaysEarned


class LastDays(DaysEarned, rx.State):
    """The clipper's own days."""

    @public
    async def load(self) -> None:
        """The dashboard opens."""
        actor = await visitor(self, Role.CLIPPER)
        if actor is None:
            return
        async with loading(self, "Your last days") as session:
            found = await earned_by_day(
                session, today=clock.now().date(), days=DAYS, user_id=actor.user_id
            )
            self._show(found, (await by_id(session, actor.user_id)).total_earnings)


def own_last_days() -> rx.Component:
    """The bars."""
    return last_days.last_days(
        LastDays,
        ClipperBalance.earned,
        title=f"Earned, last {DAYS} days",
        nothing="Nothing yet. What your clips earn each day will stand here.",
    )
