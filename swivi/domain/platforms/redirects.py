"""One careful look at where a share link leads: the only request Swivi makes to an address a person
chose.

The caller decides which hosts may be asked. Here the host's addresses are looked up once, all of
them must be public, and the connection goes to the very address that was checked: a second look-up
by the HTTP client could be answered differently (DNS rebinding). The body is never read.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

import httpx

from swivi.core.addresses import is_public

Resolver: TypeAlias = Callable[[str], Awaitable[Sequence[str]]]
"""From a host name to its addresses, as text."""


class RedirectRefused(Exception):
    """The link does not answer with a redirect that may be followed."""


async def system_resolver(host: str) -> Sequence[str]:
    """Ask the machine's own resolver. Raises OSError where the name is unknown."""
    found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class RedirectReader:
    """Reads the `Location` of an https URL. Tests give it their own resolver and transport."""

    def __init__(
        self,
        *,
        resolver: Resolver = system_resolver,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._resolver = resolver
        self._transport = transport

    async def location(self, url: str) -> str:
        """Where `url` redirects to, as its server wrote it. Raises Unfollowable."""
        asked = httpx.URL(url)
        if asked.scheme != "https":
            raise RedirectRefused("only https is followed")
        address = await self._checked_address(asked.host)
        try:
            response = await self._ask(asked, address)
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

    async def _ask(self, asked: httpx.URL, address: str) -> httpx.Response:
        """Connect to `address`, but speak to `asked.host`: in the Host header, SNI and the
        certificate.
        """
        pinned = asked.copy_with(host=address)
        spoken_to = {"headers": {"Host": asked.host}, "extensions": {"sni_hostname": asked.host}}
        async with (
            # Proxies from the environment would look the name up again themselves.
            httpx.AsyncClient(
                transport=self._transport, trust_env=False, follow_redirects=False
            ) as client,
            client.stream("GET", pinned, **spoken_to) as response,  # type: ignore[arg-type]
        ):
            return response
