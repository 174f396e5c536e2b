"""The badges of hidden campaigns and of test campaigns."""

import reflex as rx

from swivi.ui.feedback import badge


def hidden_mark() -> rx.Component:
    """Mark a campaign that clippers do not find in their list."""
    return badge("Hidden", "neutral", "eye_off")


def test_mark() -> rx.Component:
    """Mark a test campaign, which pays nobody."""
    return badge("Test", "neutral", "flask_conical")
