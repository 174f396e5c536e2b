"""Showing a secret once: the tab gets it, and the tab's state never has it, because states are kept
in Redis.
"""

from reflex.constants.state import FIELD_MARKER
from reflex.state import BaseState
from reflex_base.event.context import EventContext


async def show_once(state: BaseState, **values: object) -> None:
    """Send values of a state's variables to its tab, without setting them in the state.

    They vanish from the tab when it reloads or connects again. To take them away before, send empty
    ones.
    """
    changed = {f"{name}{FIELD_MARKER}": value for name, value in values.items()}
    await EventContext.get().emit_delta({state.get_full_name(): changed})
