"""The life of a serving process: open everything, tick and push while serving, close everything."""

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
    "SWIVI_PUBLIC_URL is https, so a proxy stands in front; unless SWIVI_TRUSTED_PROXY_HOPS "
    "counts it, the limits take everybody for one address"
)


def lifespan_of(app: LiveApp) -> Callable[[], AbstractAsyncContextManager[None]]:
    """The lifespan to register with `app`."""

    @asynccontextmanager
    async def swivi_lifespan() -> AsyncIterator[None]:
        settings = settings_or_exit()
        set_up_logging(settings.log_format, settings.env)
        if settings.takes_all_for_one_address:
            log.warning(ONE_ADDRESS)
        async with open_runtime(settings) as runtime:
            # `make serve` has migrated already; this is for `reflex run` and for servers started by
            # hand.
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
    """Keep the garbage collector from what is there by now: pages, modules, tables, none of which
    is ever garbage.

    It halts everything for half a second, with thousands of tabs for seconds, each time it looks
    through all that is old; and nearly everything ends without it, as soon as nothing refers to it
    any more.
    """
    gc.collect()
    gc.freeze()


def _say_why_it_ended(task: asyncio.Task[None]) -> None:
    """What works beside the pages works until it is cancelled; whoever looks why nothing is live
    has to find this.
    """
    if not task.cancelled() and (problem := task.exception()) is not None:
        log.critical("What works beside the pages has ended", exc_info=problem)


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel these and wait for them; what ended one of them before that is raised."""
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    for problem in ended:
        if isinstance(problem, Exception):
            raise problem
