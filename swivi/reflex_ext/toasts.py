"""Short messages in a corner of the page.

`rx.toast` makes the browser `eval` a script that the server sends, which our content security
policy forbids for good reasons. Ours are an event of their own: a level, a text and a time, which
the browser shows and never runs.
"""

import inspect
from typing import Any, Literal

from reflex.event import EventSpec
from reflex_base.event import server_side
from reflex_base.plugins import Plugin

from swivi.reflex_ext.generated import insert

STATE_MODULE = "utils/state.js"
BEFORE = '  if (event.name == "_set_focus") {\n'
"""Where Reflex 0.10.1's `applyEvent` comes to its own events (`.web/utils/state.js`)."""

SHOW = """\
  if (event.name == "_toast") {
    refs["__toast"]?.[event.payload.level](event.payload.text, event.payload.options);
    return;
  }

"""


def toast(level: Literal["success", "error"], text: str, options: dict[str, Any]) -> EventSpec:
    """For a handler to yield or return; `options` are Sonner's."""
    return server_side("_toast", inspect.signature(toast), level=level, text=text, options=options)


class Toasts(Plugin):
    """Builds a front end that knows the event."""

    def pre_compile(self, **context: Any) -> None:
        """Registers the change with the compiler; RuntimeError where Reflex's text is not what it
        was.
        """
        context["add_modify_task"](STATE_MODULE, show_toasts)


def show_toasts(state_js: str) -> str:
    """Reflex's `state.js` that shows our toasts; unchanged if it does already."""
    return insert(SHOW, state_js, before=BEFORE)
