"""Read where a share link redirects to: the only request to an address that a user chose.

The caller decides which hosts may be requested. This module resolves the host once and requires all
its addresses to be public. It then connects to the address that was checked, because a second
lookup by the HTTP client could return another one (DNS rebinding). It never reads the body.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import httpx

from swivi.core.addresses import is_public

Resolver: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
"""Returns the IP addresses of a host name, as text."""


class RedirectRefused(Exception):
    """The link does not answer with a redirect that may be followed."""


async def system_resolver(host: str) -> Sequence[str]:
    """Resolve `host` with the machine's own resolver. Raises OSError for an unknown name."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class RedirectReader:
    """Reads the `Location` header of an https URL.

    Tests pass their own resolver and transport.
    """

    def __init__(
        self,
        *,
        resolver: Resolver = system_resolver,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._resolver = resolver
        self._transport = transport

    async def location(self, url: str) -> str:
        """Return the target of the redirect, unchanged. Raises RedirectRefused."""
        requested = httpx.URL(url)
        if requested.scheme != "https":
            raise RedirectRefused("only https is followed")
        address = await self._checked_address(requested.host)
        try:
            response = await self._request(requested, address)
        except httpx.HTTPError as fault:
            raise RedirectRefused("the server did not answer") from fault
        if not response.has_redirect_location:
            raise RedirectRefused("the server did not redirect")
        return response.headers["location"]

    async def _checked_address(self, host: str) -> str:
        try:
            addresses = await self._resolver(host)
        except OSError as fault:
            raise RedirectRefused("the host is unknown") from fault
        if not addresses or not all(map(is_public, addresses)):
            raise RedirectRefused("the host has an address that is not public")
        return addresses[0]

    async def _request(self, requested: httpx.URL, address: str) -> httpx.Response:
        """Connect to `address`, with the name of the host in the Host header, SNI and TLS check."""
        pinned = requested.copy_with(host=address)
        host = requested.host
        named = {"headers": {"Host": host}, "extensions": {"sni_hostname": host}}
        async with (
            # A proxy from the environment would resolve the name again itself.
            httpx.AsyncClient(
                transport=self._transport, trust_env=False, follow_redirects=False
            ) as client,
            client.stream("GET", pinned, **named) as response,  # type: ignore[arg-type]
        ):
            return response
