"""Leases: exclusive work across processes, which expire if their holder dies (I16)."""

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
    """Who holds the named lease, and until when."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str
    expires_at: datetime = moment()


class LeaseLost(Conflict):
    """Another process took over the lease, because this one did not renew it in time."""

    code = "lease_lost"

    def __init__(self, sentence: str = "Another process has taken over this work.") -> None:
        super().__init__(sentence)


@dataclass(frozen=True)
class LeaseHold:
    """A lease that this process holds. `holder` is unique to this acquisition."""

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
        """Check that the lease is still ours, and lock its row until the transaction ends.

        Call it in the transaction that does the work. Closes the race in which a paused process
        resumes after its lease went to another one. Raises LeaseLost.
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
        """Release the lease. Do nothing if it was lost."""
        async with self.database.writing() as session:
            await session.execute(
                delete(Lease).where(col(Lease.name) == self.name, col(Lease.holder) == self.holder)
            )


async def acquire(database: Database, name: str, ttl: timedelta) -> LeaseHold | None:
    """Take the lease if it is free or has expired. Return None if another holder has it."""
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
    """Return whether anybody holds the lease now."""
    count = await session.exec(
        select(func.count())
        .select_from(Lease)
        .where(Lease.name == name, Lease.expires_at > clock.now())
    )
    return count.one() > 0


@asynccontextmanager
async def held(hold: LeaseHold) -> AsyncIterator[None]:
    """Renew the lease while the block runs, and release it at the end.

    If the lease is lost, the block is cancelled and LeaseLost is raised. If the database cannot be
    reached at the end, the lease expires by itself.
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
    """Raise the single failure of nested task groups instead of an exception group."""
    try:
        yield
    except BaseExceptionGroup as several:
        raise _plain(several) from None


def _plain(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return one failure if there is only one, or if all of them are errors of Swivi.

    Several tasks may meet the same problem at once, such as a lost database.
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
