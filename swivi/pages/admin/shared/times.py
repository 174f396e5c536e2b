"""Times as the pages' states hold them."""

from datetime import datetime


def iso(moment: datetime | None) -> str:
    """ISO 8601 in UTC, as `swivi.ui.numbers.when` takes it; "" for none."""
    return moment.isoformat() if moment else ""
