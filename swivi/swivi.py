"""Puts the app together: pages, API, lifespan. Nothing else."""

from reflex.constants import Dirs
from reflex.utils.prerequisites import get_web_dir
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp

from swivi.api.app import mounted_api
from swivi.auth_forms.forms import build_auth
from swivi.demo.simulator.app import create_simulator
from swivi.domain.platforms.registry import PLAYER_ORIGINS
from swivi.middleware.browser_cache import BrowserCache
from swivi.middleware.client_address import ClientAddress, ForwardedFor
from swivi.middleware.header_limits import HeaderLimits
from swivi.middleware.host_cookies import HostCookies
from swivi.middleware.hosts import HostRule, Hosts
from swivi.middleware.request_limits import OpenRequests
from swivi.middleware.request_log import observed
from swivi.middleware.security_headers import SecurityHeaders
from swivi.middleware.websockets import WebSocketLimits, WebSockets, same_origin
from swivi.pages import admin, clipper, profile, public
from swivi.pages.engine import inbox
from swivi.pages.engine.event_log import EventLog, on_page_failure, on_unexpected
from swivi.pages.engine.gate import Gate
from swivi.pages.engine.proof import ProofGate
from swivi.reflex_ext.live_app import LiveApp
from swivi.runtime.lifespan import lifespan_of
from swivi.settings import SIMULATOR_PATH, settings_or_exit
from swivi.ui.theme import STYLESHEETS, head_components


def doors() -> Starlette:
    """What is served beside the pages. The simulator exists in demo mode only."""
    routes: list[BaseRoute] = [mounted_api(), Mount("/auth", build_auth())]
    settings = settings_or_exit()
    if settings.simulates_apify:
        routes.append(Mount(SIMULATOR_PATH, create_simulator(token=settings.scraper_token)))
    return Starlette(routes=routes)


def page_of(path: str) -> str | None:
    """The template of the page at a path, such as `campaigns/[campaign_key]`."""
    return app.router(path)


def guarded(asgi: ASGIApp) -> ASGIApp:
    """The app, whose answers tell browsers what they may do with them."""
    built, https = get_web_dir() / Dirs.STATIC, settings_or_exit().secure_cookies
    return SecurityHeaders(asgi, built, players=PLAYER_ORIGINS, https=https)


def kept_to_this_host(asgi: ASGIApp) -> ASGIApp:
    """The app, whose cookies no other host can plant, where https makes that possible."""
    return HostCookies(asgi) if settings_or_exit().secure_cookies else asgi


def limited(asgi: ASGIApp) -> ASGIApp:
    """The app, whose websocket is open to our pages alone, and to each within limits."""
    return WebSockets(asgi, WebSocketLimits.of(settings_or_exit()))


def at_its_own_hosts(asgi: ASGIApp) -> ASGIApp:
    """The app, which answers under its own names only."""
    return Hosts(asgi, HostRule.of(settings_or_exit()))


def bounded(asgi: ASGIApp) -> ASGIApp:
    """The app, in which one client address has a bounded number of requests under way."""
    settings = settings_or_exit()
    return OpenRequests(
        asgi, None if settings.takes_all_for_one_address else settings.max_connections_address
    )


def addressed(asgi: ASGIApp) -> ASGIApp:
    """The app, whose scopes carry the client's address, whatever proxies stand in front."""
    return ClientAddress(asgi, ForwardedFor.of(settings_or_exit()))


app = LiveApp(
    # Each one is around those before it.
    api_transformer=[
        doors(),
        BrowserCache,
        at_its_own_hosts,
        guarded,
        kept_to_this_host,
        limited,
        HeaderLimits,
        bounded,
        addressed,
        lambda asgi: observed(asgi, page_of),
    ],
    backend_exception_handler=on_unexpected,
    frontend_exception_handler=on_page_failure,
    stylesheets=STYLESHEETS,
    head_components=head_components(),
    html_lang="en",
)
app.add_middleware(ProofGate(), index=0)
app.add_middleware(Gate(), index=0)
app.add_middleware(EventLog(), index=0)
app.register_lifespan_task(lifespan_of(app))

assert app.sio is not None, "a Reflex app with state has a websocket"
app.sio.eio.cors_allowed_origins = same_origin
inbox.install(app)

# The shell says itself when the connection is lost; Reflex's own overlay would cover it.
app.app_wraps[5, "Overlay"] = lambda _stateful: None

for pages in (public, clipper, admin, profile):
    pages.register(app)
