"""Text that a client sent, made safe for the log."""

from typing import Any

from reflex_base.utils.format import sanitize_client_log_value


def printable(value: Any, most: int = 500) -> str:
    """Return the value as text without control characters, cut to `most` characters.

    Reflex's own function: a client can neither forge log lines nor send terminal codes.
    """
    return sanitize_client_log_value(value, most)
