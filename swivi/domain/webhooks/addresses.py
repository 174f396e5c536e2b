"""Resolve a webhook's host when sending, and connect only to the address that was checked.

Otherwise the creator of a webhook could make Swivi connect to its own network (server-side request
forgery), with a name that resolved elsewhere when it was checked:
https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html
"""

import asyncio
import socket

import httpx

from swivi.core.addresses import is_public

HTTPS_PORT = 443


class NotPublic(httpx.TransportError):
    """The URL is not https, or its host has an address that is not public."""


class PublicOnly(httpx.AsyncBaseTransport):
    """Sends by https to public addresses only.

    The host name is still used for `Host`, SNI and the check of the certificate.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response. Raises NotPublic, httpx.ConnectError."""
        if request.url.scheme != "https":
            raise NotPublic("The address does not begin with https://.")
        host = request.url.host
        address = await public_address(host, request.url.port or HTTPS_PORT)
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the underlying transport."""
        await self._inner.aclose()


async def public_address(host: str, port: int) -> str:
    """Return one of the name's addresses, all of which must be public.

    Raises NotPublic, httpx.ConnectError.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        raise httpx.ConnectError(f"The name cannot be resolved: {problem.strerror}.") from problem
    addresses = [str(address[0]) for *_, address in found]
    if not addresses or not all(is_public(address) for address in addresses):
        raise NotPublic("The host name resolves to an address that is not on the public internet.")
    return addresses[0]
