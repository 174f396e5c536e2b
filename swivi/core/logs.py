"""Logging as operators read it: one line per event, in UTC, on standard error; plain, or JSON for
collectors.

Each line of a request or of a page's event carries its id, and who is signed in as a number. What
says who people are, or opens doors (emails, tokens, query strings), is never written.
"""

import logging
import sys
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from asgi_correlation_id import correlation_id
from pythonjsonlogger.json import JsonFormatter

LogFormat = Literal["plain", "json"]

CHATTY = ("httpx", "httpcore", "apify_client", "apscheduler", "alembic", "aiosqlite", "asyncio")
"""Libraries that report every step of theirs; only their warnings matter here."""

ANYBODY_CAN_CAUSE = ("asgi_correlation_id", "uvicorn")
"""Libraries that warn of what any client may send. uvicorn's INFO lines have query strings, too."""

BELOW_DEBUG = 5
"""The level of what happens dozens of times per page: scripts, styles, pictures."""

MOMENT = "%Y-%m-%dT%H:%M:%S"


@dataclass(slots=True)
class LogContext:
    """A request or an event of a page, as far as it is known yet."""

    user_id: int | None = None
    refused: str | None = None
    """The code of what refused it, where that ended in words on the page."""


_doing: ContextVar[LogContext | None] = ContextVar("doing", default=None)


def begin(request_id: str | None = None) -> LogContext:
    """A new request or event begins in this task; all its lines are marked from here on."""
    doing = LogContext()
    _doing.set(doing)
    if request_id is not None:
        correlation_id.set(request_id)
    return doing


def note_user(user_id: int) -> None:
    """Who is behind what is being done here, if anything is."""
    doing = _doing.get()
    if doing is not None:
        doing.user_id = user_id


def note_refusal(code: str) -> None:
    """What is being done here was refused."""
    doing = _doing.get()
    if doing is not None:
        doing.refused = code


def _marked(record: logging.LogRecord) -> bool:
    """Lets every line through, with the id and the user of what it belongs to."""
    doing = _doing.get()
    record.request_id = correlation_id.get()
    record.user_id = doing.user_id if doing else None
    return True


class _StandardError(logging.Handler):
    """Writes to whatever standard error is at that moment: a progress bar replaces it while it is
    drawn.
    """

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{self.format(record)}\n")
        sys.stderr.flush()


class _Plain(logging.Formatter):
    """`2026-11-22T11:00:00Z INFO swivi.tracking: Tracking 30 clips across 1 campaigns`, and ` [id]`
    in a request.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s: %(message)s", MOMENT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """The line, without what an exception adds below it."""
        request_id, user_id = getattr(record, "request_id", None), getattr(record, "user_id", None)
        marks = [mark for mark in (request_id, f"user {user_id}" if user_id else None) if mark]
        return super().formatMessage(record) + (f" [{', '.join(marks)}]" if marks else "")


class _Json(JsonFormatter):
    """`{"time": ..., "level": ..., "logger": ..., "message": ..., "request_id": ..., ...}` on one
    line.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        names = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "exception"}
        fields = ("asctime", "levelname", "name", "message", "request_id", "user_id")
        super().__init__(fields, f"{MOMENT}Z", rename_fields=names)


def set_up_logging(
    log_format: LogFormat, env: Literal["development", "production", "test"]
) -> None:
    """Log everything from INFO on, and in development what `swivi` has to say from DEBUG on."""
    handler = _StandardError()
    handler.setFormatter(_Json() if log_format == "json" else _Plain())
    handler.addFilter(_marked)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("swivi").setLevel(logging.DEBUG if env == "development" else logging.INFO)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ANYBODY_CAN_CAUSE:
        logging.getLogger(name).setLevel(logging.ERROR)
