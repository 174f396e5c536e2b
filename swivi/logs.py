"""Logging as operators read it: one plain line per event, in UTC, on standard error."""

import logging
import sys
import time
from typing import Literal

CHATTY = ("httpx", "httpcore", "apify_client", "apscheduler", "alembic", "aiosqlite", "asyncio")
"""Libraries that report every step of theirs; only their warnings matter here."""


class _StandardError(logging.Handler):
    """Writes to whatever standard error is at that moment: a progress bar replaces it while it is drawn."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{self.format(record)}\n")
        sys.stderr.flush()


def set_up_logging(env: Literal["development", "production", "test"]) -> None:
    """Log everything from INFO on, and in development what `swivi` has to say from DEBUG on.

    A line looks like `2026-11-22T11:00:00Z INFO swivi.tracking: Tracking 30 clips across 1 campaigns`.
    """
    formatter = logging.Formatter("%(asctime)sZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = _StandardError()
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("swivi").setLevel(logging.DEBUG if env == "development" else logging.INFO)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
