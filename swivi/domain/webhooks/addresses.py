"""Where a name leads, looked up at the moment of sending and held to: no other address is connected
to.

Whoever may create webhooks could otherwise make Swivi talk to its own network (server-side request
forgery), with a name that led elsewhere when it was checked:
https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import asyncio
import socket

import httpx

from swivi.core.addresses import is_public

HTTPS_PORT = 443


class NotPublic(httpx.TransportError):
    """The name leads to an address that is not on the public internet, or it is not https."""


class PublicOnly(httpx.AsyncBaseTransport):
    """Sends by https to public addresses only; the name still goes into `Host`, SNI and the
    certificate's check.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer. Raises NotPublic, httpx.ConnectError."""
        if request.url.scheme != "https":
            raise NotPublic("The address does not begin with https://.")
        host = request.url.host
        address = await public_address(host, request.url.port or HTTPS_PORT)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what it sends with."""
        await self._inner.aclose()


async def public_address(host: str, port: int) -> str:
    """One of the name's addresses, all of which must be public.

    Raises NotPublic, httpx.ConnectError.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise httpx.ConnectError(f"The name cannot be resolved: {problem.strerror}.") from problem
    addresses = [str(address[0]) for *_, address in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotPublic("The name leads to an address that is not on the public internet.")
    return addresses[0]
