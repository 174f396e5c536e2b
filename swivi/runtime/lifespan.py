"""The life of a serving process: open everything, serve with schedule and live updates, close."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from swivi.core.logs import set_up_logging
from swivi.pages.engine import session
from swivi.reflex_ext.live_app import LiveApp
from swivi.runtime.database import migrations
from swivi.runtime.live import hub
from swivi.runtime.live.hub import Hub
from swivi.runtime.live.relay import Relay
from swivi.runtime.runtime import open_runtime
from swivi.settings import settings_or_exit

log = logging.getLogger("swivi")

ONE_ADDRESS = (
    "SWIVI_PUBLIC_URL is https, so there is a proxy in front. Set SWIVI_TRUSTED_PROXY_HOPS, or "
    "all clients share one address and its limits"
)


def lifespan_of(app: LiveApp) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Return the lifespan to register with `app`."""

    @asynccontextmanager
    async def swivi_lifespan() -> AsyncIterator[None]:
        settings = settings_or_exit()
        set_up_logging(settings.log_format, settings.env)
        if settings.takes_all_for_one_address:
            log.warning(ONE_ADDRESS)
        async with open_runtime(settings) as runtime:
            # `make serve` migrates before this; `reflex run` and servers started by hand do not.
            if not await migrations.is_current(runtime.database):
                await migrations.upgrade(runtime.database)
            pushing = Hub(app, runtime.database, session.end)
            runtime.database.listeners += [pushing.notice, runtime.sender.notice]
            hub.start(pushing)
            runtime.schedule.start()
            works = [pushing.run(), runtime.sender.run()]
            if settings.redis_url is not None:
                relay = Relay(settings.redis_url, pushing.notice)
                runtime.database.listeners.append(relay.notice)
                works.append(relay.run())
            if runtime.postman is not None:
                runtime.database.listeners.append(runtime.postman.notice)
                works.append(runtime.postman.run())
            tasks = [asyncio.create_task(work) for work in works]
            for task in tasks:
                task.add_done_callback(_say_why_it_ended)
            _spare_what_stays()
            try:
                yield
            finally:
                runtime.schedule.stop()
                hub.stop(pushing)
                await _end(tasks)

    return swivi_lifespan


def _spare_what_stays() -> None:
    """Exempt the objects of the start (pages, modules, tables) from garbage collection.

    They live as long as the process. A full collection over them stops everything for half a
    second, and for seconds with thousands of open tabs.
    """
    gc.collect()
    gc.freeze()


def _say_why_it_ended(task: asyncio.Task[None]) -> None:
    """Log a background task that ended by itself; otherwise live updates stop silently."""
    if not task.cancelled() and (problem := task.exception()) is not None:
        log.critical("A background task ended", exc_info=problem)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel the tasks and wait for them. Raise the error of a task that failed before."""
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    for problem in ended:
        if isinstance(problem, Exception):
            raise problem
