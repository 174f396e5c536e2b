"""One log line for each event of a page: its handler, user, duration and outcome."""

import asyncio
import logging
import time
from functools import partial
from uuid import uuid4

import reflex as rx
from reflex.event import Event, EventSpec

from swivi.core import logs
from swivi.core.errors import SwiviError
from swivi.core.logs import LogContext
from swivi.core.timings import EVENTS
from swivi.reflex_ext import current_event, handlers
from swivi.reflex_ext.client_text import printable
from swivi.reflex_ext.event_checks import EventCheck
from swivi.reflex_ext.state_store import STORE_ERRORS
from swivi.runtime.live import hub
from swivi.ui.feedback import toast_error

log = logging.getLogger("swivi.events")


class EventLog(EventCheck):
    """Runs before the gate, so that refused events are logged too."""

    async def check(self, state: rx.State, event: Event) -> EventSpec | None:
        """Give the event an id, and log it when it ends. Never refuse it."""
        handler = handlers.handler_of(event)
        level = logging.DEBUG if handlers.is_sent_by_front_end(handler) else logging.INFO
        context = logs.begin(uuid4().hex)
        name, began = handler.fn.__qualname__, time.perf_counter()
        current_event.on_done(partial(_note, name, level, began, context))
        return None


def _note(
    name: str, level: int, began: float, context: LogContext, task: asyncio.Task[None]
) -> None:
    seconds, outcome = time.perf_counter() - began, _outcome(context, task)
    EVENTS.labels(name, outcome.partition(" ")[0]).observe(seconds)
    milliseconds = round(seconds * 1_000, 1)
    facts = {"handler": name, "outcome": outcome, "ms": milliseconds}
    worst = logging.ERROR if outcome.startswith("failed") else level
    log.log(worst, "%s %s in %.1f ms", name, outcome, milliseconds, extra=facts)


def _outcome(context: LogContext, task: asyncio.Task[None]) -> str:
    if task.cancelled():
        return "cancelled"
    problem = task.exception()
    if isinstance(problem, SwiviError):
        return f"refused ({problem.code})"
    if problem is not None:
        return f"failed ({type(problem).__name__})"
    return f"refused ({context.refused})" if context.refused else "done"


def on_unexpected(exception: Exception) -> EventSpec:
    """Return the toast for an exception that a handler raised. Log the exception.

    The toast says nothing of the cause, except for a refusal, which has a sentence for the user.
    """
    if isinstance(exception, SwiviError):
        return toast_error(exception.sentence)
    if isinstance(exception, STORE_ERRORS):
        log.warning("An event was interrupted: %s", exception)
        hub.interrupted(current_event.current_tab())
        return toast_error(
            "Connection lost. The page is reloading. Check whether your last action went through."
        )
    log.error("An event failed", exc_info=exception)
    return toast_error("Something went wrong on our side. The error was logged. Try again.")


def on_page_failure(exception: Exception) -> None:
    """Log an error that a browser reported.

    Any client can send any text here, so the text is cut, and its level is a warning.
    """
    log.warning("A page failed in a browser: %s", printable(str(exception)))
