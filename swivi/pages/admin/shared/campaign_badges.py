"""What sets a campaign apart from those that everybody sees."""

import reflex as rx

from swivi.ui.feedback import badge


def hidden_mark() -> rx.Component:
    """Clippers do not see it in their list."""
    return badge("Hidden", "neutral", "eye_off")


def test_mark() -> rx.Component:
    """It is there to try things out."""
    return badge("Test", "neutral", "flask_conical")
