"""Logging for operators: one line per event, in UTC, on standard error, as text or JSON.

Each line of a request or page event carries its id and the signed-in user's number. Emails, tokens
and query strings are never logged.
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
"""Libraries that log each of their steps. Only their warnings are kept."""

ANYBODY_CAN_CAUSE = ("asgi_correlation_id", "uvicorn")
"""Libraries that warn about anything a client sends. uvicorn's INFO lines hold query strings, too.
"""

BELOW_DEBUG = 5
"""The level of events that occur dozens of times per page: scripts, styles, pictures."""

MOMENT = "%Y-%m-%dT%H:%M:%S"


@dataclass(slots=True)
class LogContext:
    """What is known so far of the present request or page event."""

    user_id: int | None = None
    refused: str | None = None
    """The code of the error that refused it, if the page showed an error."""


_doing: ContextVar[LogContext | None] = ContextVar("doing", default=None)


def begin(request_id: str | None = None) -> LogContext:
    """Begin a request or event in this task. Its log lines carry the id from here on."""
    doing = LogContext()
    _doing.set(doing)
    if request_id is not None:
        correlation_id.set(request_id)
    return doing


def note_user(user_id: int) -> None:
    """Note the user of the present request or event, if there is one."""
    doing = _doing.get()
    if doing is not None:
        doing.user_id = user_id


def note_refusal(code: str) -> None:
    """Note that the present request or event was refused."""
    doing = _doing.get()
    if doing is not None:
        doing.refused = code


def _marked(record: logging.LogRecord) -> bool:
    """Add the id and user of the present request to the log record.

    Return True: nothing is dropped.
    """
    doing = _doing.get()
    record.request_id = correlation_id.get()
    record.user_id = doing.user_id if doing else None
    return True


class _StandardError(logging.Handler):
    """Writes to the present `sys.stderr`, which a progress bar replaces while it is drawn."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{self.format(record)}\n")
        sys.stderr.flush()


class _Plain(logging.Formatter):
    """Formats lines such as `2026-11-22T11:00:00Z INFO swivi.tracking: Tracking 30 clips`.

    Within a request, ` [id]` follows.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)s %(name)s: %(message)s", MOMENT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Return the line without the traceback, which the base class appends."""
        request_id, user_id = getattr(record, "request_id", None), getattr(record, "user_id", None)
        marks = [mark for mark in (request_id, f"user {user_id}" if user_id else None) if mark]
        return super().formatMessage(record) + (f" [{', '.join(marks)}]" if marks else "")


class _Json(JsonFormatter):
    """Formats one JSON object per line:

    `{"time", "level", "logger", "message", "request_id", ...}`.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        names = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "exception"}
        fields = ("asctime", "levelname", "name", "message", "request_id", "user_id")
        super().__init__(fields, f"{MOMENT}Z", rename_fields=names)


def set_up_logging(
    log_format: LogFormat, env: Literal["development", "production", "test"]
) -> None:
    """Log everything from INFO on, and in development Swivi's own DEBUG lines."""
    handler = _StandardError()
    handler.setFormatter(_Json() if log_format == "json" else _Plain())
    handler.addFilter(_marked)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("swivi").setLevel(logging.DEBUG if env == "development" else logging.INFO)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ANYBODY_CAN_CAUSE:
        logging.getLogger(name).setLevel(logging.ERROR)
