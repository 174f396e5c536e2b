"""Short messages in a corner of the page.

`rx.toast` makes the browser `eval` a script that the server sends, and our content security policy
forbids that. A toast of ours is an event of its own. It carries a level, a text and a duration,
which the browser shows and never runs.
"""

import inspect
from typing import Any, Literal

from reflex.event import EventSpec
from reflex_base.event import server_side
from reflex_base.plugins import Plugin

from swivi.reflex_ext.generated import insert

STATE_MODULE = "utils/state.js"
BEFORE = '  if (event.name == "_set_focus") {\n'
"""The first of Reflex's own events in `applyEvent` of `.web/utils/state.js` (0.10.1)."""

SHOW = """\
  if (event.name == "_toast") {
    refs["__toast"]?.[event.payload.level](event.payload.text, event.payload.options);
    return;
  }

"""


def toast(level: Literal["success", "error"], text: str, options: dict[str, Any]) -> EventSpec:
    """Return the event that a handler yields or returns. `options` are Sonner's.

    `server_side` is how Reflex builds its own events, such as `_set_focus`.
    """
    return server_side("_toast", inspect.signature(toast), level=level, text=text, options=options)


class Toasts(Plugin):
    """Builds a front end that knows the event."""

    def pre_compile(self, **context: Any) -> None:
        """Register the edit with the compiler. Raise RuntimeError as `insert` does."""
        context["add_modify_task"](STATE_MODULE, show_toasts)


def show_toasts(state_js: str) -> str:
    """Return Reflex's `state.js` with our event in it; unchanged if it is there already."""
    return insert(SHOW, state_js, before=BEFORE)
