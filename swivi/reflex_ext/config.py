"""Values for `rxconfig.py`.

This module is imported while Reflex reads its configuration, so it imports constants only.
"""

from reflex.constants import StateManagerMode


def state_manager_mode(redis_url: str | None) -> StateManagerMode:
    """Return where tab states are kept: in Redis if there is one, else in this process.

    Reflex's default is the disk, which no other process and no expiry reaches.
    """
    return StateManagerMode.REDIS if redis_url else StateManagerMode.MEMORY
