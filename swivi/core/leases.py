"""Leases: exclusive work, whatever the number of processes, that ends by itself if its holder dies
(I16).
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import Database, moment, violated_constraint
from swivi.core.errors import Conflict, SwiviError
from swivi.core.guarded import changed_one
from swivi.core.outages import Outage


class Lease(SQLModel, table=True):
    """Who may do the named work, and until when."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str
    expires_at: datetime = moment()


class LeaseLost(Conflict):
    """Another process took the work over, because this one did not renew in time."""

    code = "lease_lost"

    def __init__(self, sentence: str = "Another process has taken over this work.") -> None:
        super().__init__(sentence)


@dataclass(frozen=True)
class LeaseHold:
    """Proof of holding a lease: `holder` is unique to this acquisition, so a lost lease is never
    mistaken.
    """

    database: Database
    name: str
    holder: str
    ttl: timedelta

    async def renew(self) -> None:
        """Extend the lease by its time to live. Raises LeaseLost."""
        async with self.database.writing() as session:
            is_ours = await changed_one(
                session,
                update(Lease)
                .where(col(Lease.name) == self.name, col(Lease.holder) == self.holder)
                .values(expires_at=clock.now() + self.ttl),
            )
        if not is_ours:
            raise LeaseLost

    async def assert_held(self, session: AsyncSession) -> None:
        """Within the transaction that does the work: still ours, and locked until that transaction
        ends.

        Closes the race in which a paused process wakes up after its lease went to another one.
        Raises LeaseLost.
        """
        held = await session.exec(
            select(Lease.holder)
            .where(
                Lease.name == self.name, Lease.holder == self.holder, Lease.expires_at > clock.now()
            )
            .with_for_update()
        )
        if held.one_or_none() is None:
            raise LeaseLost

    async def release(self) -> None:
        """Give the lease up; harmless if it was lost already."""
        async with self.database.writing() as session:
            await session.execute(
                delete(Lease).where(col(Lease.name) == self.name, col(Lease.holder) == self.holder)
            )


async def acquire(database: Database, name: str, ttl: timedelta) -> LeaseHold | None:
    """Take the lease if it is free or has expired; None if another holder has it."""
    holder = uuid4().hex
    try:
        async with database.writing() as session:
            await session.execute(
                delete(Lease).where(col(Lease.name) == name, col(Lease.expires_at) <= clock.now())
            )
            session.add(Lease(name=name, holder=holder, expires_at=clock.now() + ttl))
    except IntegrityError as refused:
        if violated_constraint(refused) != "pk_leases":
            raise
        return None
    return LeaseHold(database, name, holder, ttl)


async def is_held(session: AsyncSession, name: str) -> bool:
    """Whether somebody holds the lease now."""
    count = await session.exec(
        select(func.count())
        .select_from(Lease)
        .where(Lease.name == name, Lease.expires_at > clock.now())
    )
    return count.one() > 0


@asynccontextmanager
async def held(hold: LeaseHold) -> AsyncIterator[None]:
    """Renew the lease while the block runs, and give it up after it, or let it end by itself if the
    database is away.

    If it is lost, the block is cancelled and LeaseLost raised.
    """
    try:
        with one_failure():
            async with asyncio.TaskGroup() as group:
                renewing = group.create_task(_renew_forever(hold))
                yield
                renewing.cancel()
    finally:
        with suppress(Outage):
            await hold.release()


@contextmanager
def one_failure() -> Iterator[None]:
    """Of what fails within task groups, raise the one failure that it is."""
    try:
        yield
    except BaseExceptionGroup as several:
        raise _plain(several) from None


def _plain(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """One failure is one failure: whoever called does not need to know of the task groups it came
    through.

    So is one that several tasks met at once, such as a database that went away.
    """
    failures = list(_failures(several))
    if len(failures) == 1 or all(isinstance(failure, SwiviError) for failure in failures):
        return failures[0]
    return several


def _failures(failure: BaseException) -> Iterator[BaseException]:
    if not isinstance(failure, BaseExceptionGroup):
        yield failure
        return
    for inner in failure.exceptions:
        yield from _failures(inner)


async def _renew_forever(hold: LeaseHold) -> None:
    while True:
        await asyncio.sleep(hold.ttl.total_seconds() / 3)
        await hold.renew()
