"""Pages, API and websocket share one origin, on any port and host name and behind any proxy.

Reflex builds the backend's address, with its port, into the front end. `OneOrigin` makes the
browser derive it from the page's address instead, so one build serves any port and host.
`middleware.websockets.same_origin` is the other half: it opens the websocket to pages of that
origin and to no others.
"""

from typing import Any

from reflex_base.config import get_config
from reflex_base.plugins import Plugin

from swivi.reflex_ext.generated import insert

ENDPOINT_LINE = "  const endpoint = new URL(url_str);\n"
"""The line of `getBackendURL` in `.web/utils/state.js` that reads a built-in address (0.10.1)."""

OWN_ORIGIN = """\
  if (typeof window !== "undefined") {
    const s = window.location.protocol === "https:" ? "s" : "";
    endpoint.protocol = (endpoint.protocol.startsWith("ws") ? "ws" : "http") + s + ":";
    endpoint.hostname = window.location.hostname;
    endpoint.port = window.location.port;
    return endpoint;
  }
"""

SERVER_LINE = "  server: {\n"
"""The start of the development server's settings in `.web/vite.config.js` (0.10.1)."""

BACKEND_PATHS = "^/(api|auth|demo|ping|_event|_health|_upload)(/|$|\\\\?)"
"""The paths that the development server forwards to the backend: everything that is not a page.

A JavaScript regular expression.
"""


class OneOrigin(Plugin):
    """Builds a front end that talks to the origin it was opened under."""

    def pre_compile(self, **context: Any) -> None:
        """Register two edits with the compiler. Raise RuntimeError as `insert` does."""
        context["add_modify_task"]("utils/state.js", use_own_origin)
        context["add_modify_task"]("vite.config.js", proxy_backend)


def use_own_origin(state_js: str) -> str:
    """Return Reflex's `state.js` with every backend address taken from the page's address.

    Unchanged if it is that already.
    """
    return insert(OWN_ORIGIN, state_js, after=ENDPOINT_LINE)


def proxy_backend(vite_config: str) -> str:
    """Return Reflex's `vite.config.js` with API and websocket forwarded to the backend."""
    target = f"http://127.0.0.1:{get_config().backend_port}"
    proxy = f'    proxy: {{ "{BACKEND_PATHS}": {{ target: "{target}", ws: true }} }},\n'
    return insert(proxy, vite_config, after=SERVER_LINE)
