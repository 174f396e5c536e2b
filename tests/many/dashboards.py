"""Clippers who look at their dashboards, and stay: whoever cuts them off, they come back as a
browser does.
"""

import asyncio
from contextlib import suppress

from tests.doors.wire import HYDRATE, Closed, HandshakeRefused, Tab

PAGE = "/clippers/dashboard"
AGAIN_SECONDS = 0.2
SECONDS = 90


class Dashboard:
    """An open tab.

    `available` is the balance that it shows, in cents; `connections` counts how often it came in.
    """

    def __init__(self, url: str, cookie: str) -> None:
        self._tab = Tab(url, cookie=cookie)
        self.connections = 0
        self.available: int | None = None
        self._looking = asyncio.create_task(self._look())

    def close(self) -> None:
        """Nobody looks any more."""
        self._looking.cancel()

    async def shows(self, cents: int) -> None:
        """Returns once it shows this balance. TimeoutError with what it shows instead."""
        try:
            async with asyncio.timeout(SECONDS):
                while self.available != cents:  # noqa: ASYNC110 - it may be another tab by then
                    await asyncio.sleep(0.05)
        except TimeoutError:
            last = [heard[:200] for heard in self._tab.heard[-8:]]
            raise TimeoutError(
                f"{self.available} instead of {cents}, connected {self.connections} times, heard "
                f"last: {last}"
            ) from None

    async def _look(self) -> None:
        while True:
            with suppress(Closed, HandshakeRefused, OSError, TimeoutError, EOFError):
                async with self._tab as tab:
                    self.connections += 1
                    await self._follow(tab)
            await asyncio.sleep(AGAIN_SECONDS)
            self._tab = Tab(self._tab.url, cookie=self._tab.cookie, token=self._tab.token)

    async def _follow(self, tab: Tab) -> None:
        """Open the page, and again whenever the server says so; remember the balance until the
        connection ends.
        """
        told = 0
        await tab.visit(PAGE)
        while True:
            anew = [one for one in tab.told[told:] if one["name"] == HYDRATE]
            told = len(tab.told)
            if anew:
                await tab.visit(PAGE)
            self.available = tab.value("available", "clipper_balance")
            await tab.hear()
