"""Answer only requests to Swivi's own names, and make redirects relative.

A page of another site can make a browser resolve that site's name to this machine (DNS rebinding).
The `Host` header still carries that name. An IP address cannot be rebound, and a loopback name is
this machine's own.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from swivi.core.envelope import envelope
from swivi.settings import Settings

PROBES = frozenset({"/api/health", "/api/ready"})
"""Paths that load balancers request by address or by a name of their own.

The answers hold nothing private.
"""

MISDIRECTED = 421
WRONG_HOST = (
    "Swivi does not answer at this address. Its operator sets the address in SWIVI_PUBLIC_URL."
)
NOT_A_PAGE_OF_OURS = 1008


@dataclass(frozen=True, slots=True)
class HostRule:
    """The host names that are allowed: loopback names, and the name of the public URL.

    Without a public URL any IP address is allowed too, so that another machine of the network can
    try Swivi out. The demo never allows that, because anybody may sign in there as an admin.
    """

    public_host: str | None = None
    addresses: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "HostRule":
        """Return the rule of the settings."""
        public = urlsplit(settings.public_url or "").hostname
        return cls(public, addresses=public is None and not settings.demo)

    def allows(self, hosts: list[str]) -> bool:
        """Return whether the values of the `Host` header are one allowed name, with or without a
        port.
        """
        name = _name_of(hosts[0]) if len(hosts) == 1 else None
        if name is None:
            return False
        if name in ("localhost", self.public_host):
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        return self.addresses or address.is_loopback


class Hosts:
    """Refuse other hosts with 421, and make redirects to the requested host relative."""

    def __init__(self, app: ASGIApp, rule: HostRule) -> None:
        self._app = app
        self._rule = rule

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        hosts = Headers(scope=scope).getlist("host")
        if not self._rule.allows(hosts) and scope["path"] not in PROBES:
            await _refuse(scope, receive, send)
            return

        async def send_relative(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                location = headers.get("location")
                if location is not None:
                    headers["location"] = relative(location, hosts)
            await send(message)

        await self._app(scope, receive, send_relative if scope["type"] == "http" else send)


def relative(location: str, hosts: list[str]) -> str:
    """Return a redirect's target without scheme and host, if the host is the requested one.

    The frameworks build such targets from the `Host` header, with `http` behind a proxy that ends
    TLS. A target that reads as another host's name (`//evil.example`) starts with a single slash
    instead.
    """
    target = urlsplit(location)
    if target.scheme not in ("http", "https") or target.netloc not in hosts:
        return location
    path = "/" + target.path.lstrip("/\\")
    return path + (f"?{target.query}" if target.query else "")


def _name_of(host: str) -> str | None:
    """Return the name in a `Host` header in lower case, without port, brackets and last dot."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises ValueError for an invalid port
    except ValueError:
        return None
    if parts.netloc != host or "@" in host or parts.hostname is None:
        return None
    return parts.hostname.rstrip(".")


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": NOT_A_PAGE_OF_OURS})
        return
    answer: Response
    if scope["path"].startswith("/api/"):
        answer = envelope(MISDIRECTED, "wrong_host", WRONG_HOST)
    else:
        answer = PlainTextResponse(WRONG_HOST, MISDIRECTED)
    await answer(scope, receive, send)
