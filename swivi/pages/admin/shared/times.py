"""Times in the states of pages."""

from datetime import datetime


def iso(moment: datetime | None) -> str:
    """Return ISO 8601 UTC, which `swivi.ui.numbers.when` takes; "" for None."""
    return moment.isoformat() if moment else ""
