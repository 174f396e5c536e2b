"""The tabs connected to this process. A tab is named by its client token."""

from collections.abc import Container
from typing import Final

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate

_OPEN_PAGE: Final = f"{rx.State.get_full_name()}.hydrate_and_load"
"""The event that Reflex's front end sends to open its page.

It is not exported: `hydrate_and_load` is a handler of Reflex's root state.
"""


def connected_tabs(app: rx.App) -> Container[str]:
    """Return the client tokens of the tabs that have a socket in this process."""
    return app.event_namespace.token_to_sid if app.event_namespace else ()


async def reopen_tab(app: rx.App, token: str) -> None:
    """Make a tab load its page again, because the server lost its state.

    Reflex has no call for this, so the tab receives the event that it sends itself on a page load.
    A tab that has just disconnected does not receive it.
    """
    if app.event_namespace is not None:
        await app.event_namespace.emit_update(StateUpdate(events=[Event(name=_OPEN_PAGE)]), token)
