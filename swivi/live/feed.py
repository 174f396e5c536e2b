"""What other processes changed, read from the rows that every visible change leaves behind.

On PostgreSQL a lower id may be committed after a higher one and be passed over; the tab then shows that change
with the next one, or when it is reloaded. Money itself never depends on this feed.
"""

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.changes import Changed
from swivi.core.db import Database
from swivi.ledger.models import Transfer
from swivi.notifications.models import Notification
from swivi.tracking.models import RunStatus, TrackingRun


class Feed:
    """Remembers how far it has looked. The first look only finds the present end."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last_transfer: int | None = None
        self._last_notification = 0
        self._running: set[int] = set()

    async def since_last_look(self) -> Changed:
        """The users, campaigns and runs that changed since the last call."""
        async with self._database.reading() as session:
            if self._last_transfer is None:
                await self._find_the_end(session)
            changed = await self._transfers(session)
            changed.add(await self._notifications(session))
            changed.add(await self._runs(session))
        return changed

    async def _find_the_end(self, session: AsyncSession) -> None:
        self._last_transfer = (await session.exec(select(func.max(Transfer.id)))).one() or 0
        self._last_notification = (await session.exec(select(func.max(Notification.id)))).one() or 0

    async def _transfers(self, session: AsyncSession) -> Changed:
        assert self._last_transfer is not None
        found = await session.exec(
            select(Transfer.id, Transfer.user_id, Transfer.campaign_id).where(Transfer.id > self._last_transfer)
        )
        changed = Changed()
        for transfer_id, user_id, campaign_id in found.all():
            self._last_transfer = max(self._last_transfer, transfer_id)
            changed.users |= {user_id} if user_id is not None else set()
            changed.campaigns |= {campaign_id} if campaign_id is not None else set()
        return changed

    async def _notifications(self, session: AsyncSession) -> Changed:
        found = await session.exec(
            select(Notification.id, Notification.user_id).where(Notification.id > self._last_notification)
        )
        changed = Changed()
        for notification_id, user_id in found.all():
            self._last_notification = max(self._last_notification, notification_id)
            changed.users.add(user_id)
        return changed

    async def _runs(self, session: AsyncSession) -> Changed:
        """Runs under way, and those that were at the last look and have ended since."""
        found = await session.exec(select(TrackingRun.id).where(col(TrackingRun.status) == RunStatus.RUNNING))
        running = set(found.all())
        changed = Changed(runs=running | self._running)
        self._running = running
        return changed
