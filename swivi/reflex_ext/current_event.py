"""The event that this task is handling.

Reflex passes a handler its state and nothing else. The rest is in `EventContext`, a context
variable that Reflex sets in the task of each event and does not export.
"""

import asyncio
from collections.abc import Callable, Mapping

import reflex as rx
from reflex.constants.state import FIELD_MARKER
from reflex_base.event.context import EventContext


def current_tab() -> str:
    """Return the client token of the tab that sent this event."""
    return EventContext.get().token


async def send_values(state: rx.State, values: Mapping[str, object]) -> None:
    """Send values of a state's variables to its tab without setting them in the state.

    The front end knows a variable by its name with a marker behind it.
    """
    changed = {f"{name}{FIELD_MARKER}": value for name, value in values.items()}
    await EventContext.get().emit_delta({state.get_full_name(): changed})


def on_done(callback: Callable[[asyncio.Task[None]], None]) -> None:
    """Call back when the current event ends.

    Reflex 0.10.1 never calls `Middleware.postprocess`. But it runs the middleware and the handler
    in the same task, one for each event, so the end of that task is the end of the event.
    """
    task = asyncio.current_task()
    assert task is not None, "Reflex handles events in tasks"
    task.add_done_callback(callback)
