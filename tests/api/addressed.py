"""Clients at a given address, behind proxies or not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from swivi.middleware.client_address import ClientAddress, ForwardedFor
from swivi.runtime.runtime import runtime
from tests.api import contract
from tests.api.conftest import ORIGIN


@asynccontextmanager
async def at(address: str, app: Any = None, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A caller at this address, as the server hands requests to the app: behind proxies, if any are
    counted.
    """
    addressed = ClientAddress(app or contract.api(), ForwardedFor.of(runtime().settings))
    transport = httpx.ASGITransport(addressed, raise_app_exceptions=False, client=(address, 4711))
    hooks = {} if app else {"response": [contract.must_keep]}
    async with httpx.AsyncClient(
        transport=transport, base_url=ORIGIN, event_hooks=hooks, **options
    ) as http:
        yield http
