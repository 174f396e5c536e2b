"""Liveness and readiness of this process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from swivi.api.http.schemas import View
from swivi.core.outages import Outage
from swivi.runtime.database import migrations
from swivi.runtime.runtime import runtime

log = logging.getLogger("swivi.api")

CHECK_SECONDS = 5.0

router = APIRouter(tags=["health"])


class Health(View):
    """The process is alive."""

    status: str = "ok"


class Readiness(View):
    """Whether the process is ready. `checks` gives the result of each check."""

    ready: bool
    checks: dict[str, bool]


@router.get("/health")
async def health() -> Health:
    """Return 200 while the process is alive, whatever the state of its dependencies."""
    return Health()


@router.get("/ready", responses={503: {"model": Readiness}})
async def ready(response: Response) -> Readiness:
    """Return 200 if the database answers, its schema is current, and the scheduler runs; else 503.

    The answer may be up to two seconds old.
    """
    checks = await runtime().readiness.get(_checks)
    response.status_code = 200 if all(checks.values()) else 503
    return Readiness(ready=all(checks.values()), checks=checks)


async def _checks() -> dict[str, bool]:
    return {name: await _holds(name, check) for name, check in CHECKS.items()}


async def _holds(name: str, check: Callable[[], Awaitable[bool]]) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except (SQLAlchemyError, Outage, TimeoutError) as fault:
        log.warning("Not ready: %s: %s", name, fault)
        return False


async def _database_answers() -> bool:
    async with runtime().database.reading() as session:
        await session.execute(text("SELECT 1"))
    return True


async def _schema_is_newest() -> bool:
    return await migrations.is_current(runtime().database)


async def _scheduler_ticks() -> bool:
    return runtime().schedule.is_running


CHECKS: Mapping[str, Callable[[], Awaitable[bool]]] = {
    "database": _database_answers,
    "migrations": _schema_is_newest,
    "scheduler": _scheduler_ticks,
}
