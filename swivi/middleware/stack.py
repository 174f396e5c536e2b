"""The ASGI middleware of Swivi, in the order in which a request meets it.

uvicorn
  RequestLog        gives the request an id, logs and measures it
  ClientAddress     finds the client's address behind trusted proxies
  RequestLimits     answers 429 to an address with too many requests open
  HeaderLimits      drops foreign cookies and needless headers
  WebSockets        refuses websockets and messages that no page opens or sends
  HostCookies       gives cookies the `__Host-` prefix (https only)
  SecurityHeaders   sets the content security policy and its like
  Hosts             answers only requests to Swivi's own names
  BrowserCache      says how long browsers may keep an answer
Reflex, with the API and the forms mounted beside the pages
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from starlette.types import ASGIApp

from swivi.middleware.browser_cache import BrowserCache
from swivi.middleware.client_address import ClientAddress, ForwardedFor
from swivi.middleware.header_limits import HeaderLimits
from swivi.middleware.host_cookies import HostCookies
from swivi.middleware.hosts import HostRule, Hosts
from swivi.middleware.request_limits import OpenRequests
from swivi.middleware.request_log import PageOf, observed
from swivi.middleware.security_headers import SecurityHeaders
from swivi.middleware.websockets import WebSocketLimits, WebSockets
from swivi.settings import Settings

Wrapper = Callable[[ASGIApp], ASGIApp]


def wrappers(
    settings: Settings, *, built: Path, players: Sequence[str], page_of: PageOf
) -> list[Wrapper]:
    """Return the middleware, the innermost first.

    `built` is the folder of the built pages, `players` the origins of embedded videos, and
    `page_of` returns a page's template by path.
    """
    https = settings.secure_cookies
    per_address = None if settings.takes_all_for_one_address else settings.max_connections_address
    return [
        BrowserCache,
        lambda app: Hosts(app, HostRule.of(settings)),
        lambda app: SecurityHeaders(app, built, players=players, https=https),
        lambda app: HostCookies(app) if https else app,
        lambda app: WebSockets(app, WebSocketLimits.of(settings)),
        HeaderLimits,
        lambda app: OpenRequests(app, per_address),
        lambda app: ClientAddress(app, ForwardedFor.of(settings)),
        lambda app: observed(app, page_of),
    ]
