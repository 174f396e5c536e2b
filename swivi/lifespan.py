"""The life of a serving process: open everything, tick and push while serving, close everything."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import reflex as rx

from swivi import migrations
from swivi.live import hub
from swivi.live.hub import Hub
from swivi.logs import set_up_logging
from swivi.runtime import open_runtime
from swivi.settings import settings_or_exit


def lifespan_of(app: rx.App) -> Callable[[], AbstractAsyncContextManager[None]]:
    """The lifespan to register with `app`."""

    @asynccontextmanager
    async def swivi_lifespan() -> AsyncIterator[None]:
        settings = settings_or_exit()
        set_up_logging(settings.env)
        async with open_runtime(settings) as runtime:
            # `make serve` has migrated already; this is for `reflex run` and for servers started by hand.
            if not await migrations.is_current(runtime.database):
                await migrations.upgrade(runtime.database)
            pushing = Hub(app, runtime.database)
            runtime.database.listeners.append(pushing.notice)
            hub.start(pushing)
            runtime.schedule.start()
            task = asyncio.create_task(pushing.run())
            try:
                yield
            finally:
                runtime.schedule.stop()
                hub.stop(pushing)
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    return swivi_lifespan
