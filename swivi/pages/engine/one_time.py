"""Secrets that are shown once: the tab receives them, its state never holds them.

States are kept in Redis.
"""

import reflex as rx

from swivi.reflex_ext.current_event import send_values


async def show_once(state: rx.State, **values: object) -> None:
    """Send values of a state's variables to its tab, without setting them in the state.

    The tab loses them when it reloads or reconnects. To remove them earlier, send empty values.
    """
    await send_values(state, values)
