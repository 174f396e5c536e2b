"""Checks that run before an event's handler.

`rx.Middleware` is public, but the types that its `preprocess` takes and returns are not.
"""

from abc import abstractmethod
from typing import cast

import reflex as rx
from reflex.app import App
from reflex.event import Event, EventSpec
from reflex.state import BaseState, StateUpdate


class EventCheck(rx.Middleware):
    """A middleware that lets an event through, or answers it in the handler's place.

    Add it with `app.add_middleware`.
    """

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        """Run the check. Reflex runs the handler if this returns None."""
        answer = await self.check(cast(rx.State, state), event)
        return None if answer is None else StateUpdate(events=Event.from_event_type(answer))

    @abstractmethod
    async def check(self, state: rx.State, event: Event) -> EventSpec | None:
        """Return None to run the handler, or the event to send to the tab instead."""
