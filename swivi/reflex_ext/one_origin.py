"""Pages, API and websocket share one origin, whatever the port, the host name or the proxy in
front.

Reflex bakes the backend's address, with its port, into the front end. `OneOrigin` makes the browser
derive it from the address it was opened under instead, so one build serves any port and host.
`middleware.websockets.same_origin` is the other half: the websocket is open to pages of that same
origin and to no others.
"""

from typing import Any

from reflex_base.config import get_config
from reflex_base.plugins import Plugin

from swivi.reflex_ext.generated import insert

ENDPOINT_LINE = "  const endpoint = new URL(url_str);\n"
"""Where Reflex 0.10.1 reads a baked-in address (`getBackendURL` in `.web/utils/state.js`)."""

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
"""Where the development server's settings begin (`.web/vite.config.js`)."""

BACKEND_PATHS = "^/(api|auth|demo|ping|_event|_health|_upload)(/|$|\\\\?)"
"""What the development server passes on, as a JavaScript regular expression: all that is not a
page.
"""


class OneOrigin(Plugin):
    """Builds a front end that talks to the origin it was opened under."""

    def pre_compile(self, **context: Any) -> None:
        """Registers two changes with the compiler; RuntimeError where Reflex's text is not what it
        was.
        """
        context["add_modify_task"]("utils/state.js", use_own_origin)
        context["add_modify_task"]("vite.config.js", proxy_backend)


def use_own_origin(state_js: str) -> str:
    """Reflex's `state.js` with every backend address taken from the browser's; unchanged if it
    already is.
    """
    return insert(OWN_ORIGIN, state_js, after=ENDPOINT_LINE)


def proxy_backend(vite_config: str) -> str:
    """Reflex's `vite.config.js` whose development server passes API and websocket on to the
    backend.
    """
    target = f"http://127.0.0.1:{get_config().backend_port}"
    proxy = f'    proxy: {{ "{BACKEND_PATHS}": {{ target: "{target}", ws: true }} }},\n'
    return insert(proxy, vite_config, after=SERVER_LINE)
