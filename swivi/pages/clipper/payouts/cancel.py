"""The button that cancels a pending payout request, for the list and the receipt."""

from typing import Any

import reflex as rx

from swivi.pages.clipper.payouts.state import OwnPayouts
from swivi.pages.shared.frame import sends
from swivi.ui.buttons import button
from swivi.ui.dialogs import confirm_dialog
from swivi.ui.numbers import money_text

Row = Any
"""The Var of an OwnPayoutRow; its fields are Vars too."""


def cancel_button(row: Row) -> rx.Component:
    """Cancel a pending request, after a confirmation."""
    return confirm_dialog(
        button("Cancel", kind="secondary", icon="x"),
        "Cancel this request?",
        f"{money_text(row.amount)} goes back to your available balance.",
        "Cancel request",
        sends(OwnPayouts.cancel, row.id),
        danger=True,
    )
