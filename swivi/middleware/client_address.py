"""Find the client's address: one rule for the API, the forms, the pages and the websockets.

A sender can write anything into `X-Forwarded-For`, except the last entries: each trusted proxy
appends one. Without a trusted proxy the header is ignored.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from swivi.core.asgi import call_with
from swivi.settings import Network, Settings

log = logging.getLogger("swivi.requests")


@dataclass(frozen=True, slots=True)
class ForwardedFor:
    """The number of proxies in front, and the networks that the last one connects from."""

    hops: int = 0
    proxies: Sequence[Network] = ()

    @classmethod
    def of(cls, settings: Settings) -> "ForwardedFor":
        """Return the rule of the settings."""
        return cls(settings.trusted_proxy_hops, settings.trusted_proxies)

    def trusts(self, peer: str) -> bool:
        """Return whether a connection from this address may send the header."""
        address = plain_address(peer)
        if not self.hops or address is None:
            return False
        return any(ip_address(address) in network for network in self.proxies)

    def client(self, peer: str, forwarded: Sequence[str]) -> str:
        """Return the client's address: the peer, or what the outermost trusted proxy saw.

        `forwarded` are the values of `X-Forwarded-For`. An entry without an address ("unknown")
        stands for the proxy that sent it.
        """
        own = plain_address(peer) or peer
        if not self.trusts(peer):
            return own
        entries = [entry for entry in ",".join(forwarded).split(",") if entry.strip()]
        if len(entries) < self.hops:
            return own
        return plain_address(entries[-self.hops]) or own


def plain_address(written: str) -> str | None:
    """Return the IP address in an entry without port, quotes, brackets and zone, or None.

    Proxies also write `192.0.2.1:4711`, `[2001:db8::1]:443` and `"[2001:db8::1]"`.
    """
    entry = written.strip().strip('"').strip()
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        address = ip_address(entry.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


class ClientAddress:
    """Put the client's address into the scope, where everything else reads it."""

    def __init__(self, app: ASGIApp, rule: ForwardedFor) -> None:
        self._app = app
        self._rule = rule
        self._warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope.get("client"):
            peer, port = scope["client"]
            forwarded = Headers(scope=scope).getlist("x-forwarded-for")
            if self._rule.hops and forwarded and not self._rule.trusts(peer):
                self._warn_of(peer)
            client = (self._rule.client(peer, forwarded), port)
            await call_with(self._app, scope, receive, send, client=client)
        else:
            await self._app(scope, receive, send)

    def _warn_of(self, peer: str) -> None:
        """Warn once, because anybody who reaches the port can send the header."""
        if not self._warned:
            self._warned = True
            log.warning(
                "Ignored X-Forwarded-For from %s. Add your proxy to SWIVI_TRUSTED_PROXIES",
                peer,
            )
