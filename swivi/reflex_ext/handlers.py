"""The registered event handlers, and which of them are Reflex's own.

Reflex has no public registry, and exports none of its internal states. Handlers are told apart by
function, not by module: `setvar` is inherited by every state class, so each of ours has one.
"""

from collections.abc import Iterator
from typing import Final

from reflex.event import Event, EventHandler
from reflex.state import (
    FrontendEventExceptionState,
    OnLoadInternalState,
    State,
    UpdateVarsInternalState,
)
from reflex_base.registry import RegistrationContext

_SENT_BY_FRONT_END: Final = frozenset(
    handler.fn
    for handler in (
        State.event_handlers["hydrate"],
        State.event_handlers["hydrate_and_load"],
        State.event_handlers["set_is_hydrated"],
        OnLoadInternalState.event_handlers["on_load_internal"],
        OnLoadInternalState.event_handlers["set_is_hydrated"],
        FrontendEventExceptionState.event_handlers["handle_frontend_exception"],
    )
)

_SENDS_WHOLE_STATE: Final = frozenset(
    State.event_handlers[name].fn for name in ("hydrate", "hydrate_and_load")
)

_NEVER_ALLOWED: Final = frozenset(
    {
        # Calls any `set_x` method by its name, without another check.
        State.event_handlers["setvar"].fn,
        # For variables that live in the browser. Swivi has none.
        UpdateVarsInternalState.event_handlers["update_vars_internal"].fn,
    }
)


def find(name: str) -> EventHandler | None:
    """Return the handler registered under an event's full name; None if there is none."""
    registered = RegistrationContext.get().event_handlers.get(name)
    return None if registered is None else registered.handler


def handler_of(event: Event) -> EventHandler:
    """Return the handler of an event that Reflex is about to run."""
    return RegistrationContext.get().event_handlers[event.name].handler


def registered() -> Iterator[tuple[str, EventHandler]]:
    """Yield every event name with its handler."""
    for name, entry in RegistrationContext.get().event_handlers.items():
        yield name, entry.handler


def is_sent_by_front_end(handler: EventHandler) -> bool:
    """Return whether Reflex's front end sends this event, and no page of ours."""
    return handler.fn in _SENT_BY_FRONT_END


def sends_whole_state(handler: EventHandler) -> bool:
    """Return whether this event sends the tab everything in its state."""
    return handler.fn in _SENDS_WHOLE_STATE


def is_never_allowed(handler: EventHandler) -> bool:
    """Return whether this is a handler of Reflex that has to stay unreachable."""
    return handler.fn in _NEVER_ALLOWED
