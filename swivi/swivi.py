"""The composition root: pages, API, middleware and lifespan, put together."""

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from swivi.api.app import mounted_api
from swivi.auth_forms.forms import build_auth
from swivi.demo.simulator.app import create_simulator
from swivi.domain.platforms.registry import PLAYER_ORIGINS
from swivi.middleware import stack
from swivi.middleware.websockets import same_origin
from swivi.pages import admin, clipper, profile, public
from swivi.pages.engine.event_log import EventLog, on_page_failure, on_unexpected
from swivi.pages.engine.gate import Gate
from swivi.pages.engine.inbox import Inbox
from swivi.pages.engine.proof import ProofGate
from swivi.reflex_ext import sockets
from swivi.reflex_ext.built_files import built_front_end
from swivi.reflex_ext.live_app import LiveApp
from swivi.runtime.lifespan import lifespan_of
from swivi.settings import SIMULATOR_PATH, settings_or_exit
from swivi.ui.theme import STYLESHEETS, head_components


def api_and_forms() -> Starlette:
    """Return what is served beside the pages. The simulator exists in demo mode only."""
    routes: list[BaseRoute] = [mounted_api(), Mount("/auth", build_auth())]
    settings = settings_or_exit()
    if settings.simulates_apify:
        routes.append(Mount(SIMULATOR_PATH, create_simulator(token=settings.scraper_token)))
    return Starlette(routes=routes)


def page_of(path: str) -> str | None:
    """Return the template of the page at a path, such as `campaigns/[campaign_key]`."""
    return app.router(path)


app = LiveApp(
    api_transformer=[
        api_and_forms(),
        *stack.wrappers(
            settings_or_exit(),
            built=built_front_end(),
            players=PLAYER_ORIGINS,
            page_of=page_of,
        ),
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

sockets.install(app, Inbox, same_origin)

# The shell says itself when the connection is lost; Reflex's own overlay would cover it.
app.app_wraps[5, "Overlay"] = lambda _stateful: None

for pages in (public, clipper, admin, profile):
    pages.register(app)
