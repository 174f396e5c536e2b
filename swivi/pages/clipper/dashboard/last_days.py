"""A clipper's earnings of the last days, beside the balance."""

from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.domain.accounts.service import by_id
from swivi.insights.clippers.earned_days import earned_by_day
from swivi.pages.clipper.shared.balance import ClipperBalance
from swivi.pages.engine.live import ClipperLive
from swivi.pages.shared import last_days
from swivi.pages.shared.last_days import DAYS, DaysEarned


class LastDays(ClipperLive, DaysEarned, rx.State):
    """The clipper's own days, as they were when the page opened."""

    _content: ClassVar[str] = "Your last days"

    async def _read_all(self, session: AsyncSession) -> None:
        found = await earned_by_day(
            session, today=clock.now().date(), days=DAYS, user_id=self._user_id
        )
        self._show(found, (await by_id(session, self._user_id)).total_earnings)


def own_last_days() -> rx.Component:
    """The bars."""
    return last_days.last_days(
        LastDays,
        ClipperBalance.earned,
        title=f"Earned, last {DAYS} days",
        nothing="Nothing yet. You will see here what your clips earn each day.",
    )
