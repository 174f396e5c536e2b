"""Wait for tracking's lease when its holder may be dead."""

import asyncio
from datetime import datetime, timedelta

from sqlmodel import select

from swivi.core import clock
from swivi.core.db import Database
from swivi.core.leases import Lease
from swivi.domain.tracking.service import LEASE

SECONDS_BETWEEN_LOOKS = 0.25


async def wait_for_dead_holder(database: Database, ttl: timedelta) -> None:
    """Return once the lease is free or was renewed, and after its time to live at the latest.

    A live holder renews every third of that time, so that a renewal proves that it lives.
    """
    first = await _expiry(database)
    latest = clock.now() + ttl
    while first is not None and clock.now() <= min(first, latest):
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        if await _expiry(database) != first:
            return


async def _expiry(database: Database) -> datetime | None:
    async with database.reading() as session:
        return (await session.exec(select(Lease.expires_at).where(Lease.name == LEASE))).first()
