"""A line in the log for each event of a page: which handler, for whom, how long, and how it
ended.
"""

import asyncio
import logging
import time
from functools import partial
from uuid import uuid4

from reflex.app import App
from reflex.event import EventSpec
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import sanitize_client_log_value

from swivi.core import logs
from swivi.core.errors import SwiviError
from swivi.core.logs import LogContext
from swivi.core.timings import EVENTS
from swivi.pages.engine.gate import is_reflexes_own
from swivi.runtime.live import hub
from swivi.ui.feedback import toast_error

log = logging.getLogger("swivi.events")


class EventLog(Middleware):
    """Stands before the gate, so that what the gate refuses is logged too."""

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        """Lets every event through, with an id of its own."""
        handler = RegistrationContext.get().event_handlers[event.name].handler
        level = logging.DEBUG if is_reflexes_own(handler) else logging.INFO
        doing = logs.begin(uuid4().hex)
        # Reflex 0.10.1 never calls `postprocess`; but each event is a task, and this runs within
        # it.
        task = asyncio.current_task()
        assert task is not None, "Reflex handles events in tasks"
        task.add_done_callback(
            partial(_note, handler.fn.__qualname__, level, time.perf_counter(), doing)
        )
        return None


def _note(name: str, level: int, began: float, doing: LogContext, task: asyncio.Task[None]) -> None:
    seconds, outcome = time.perf_counter() - began, _outcome(doing, task)
    EVENTS.labels(name, outcome.partition(" ")[0]).observe(seconds)
    milliseconds = round(seconds * 1_000, 1)
    facts = {"handler": name, "outcome": outcome, "ms": milliseconds}
    worst = logging.ERROR if outcome.startswith("failed") else level
    log.log(worst, "%s %s in %.1f ms", name, outcome, milliseconds, extra=facts)


def _outcome(doing: LogContext, task: asyncio.Task[None]) -> str:
    if task.cancelled():
        return "cancelled"
    problem = task.exception()
    if isinstance(problem, SwiviError):
        return f"refused ({problem.code})"
    if problem is not None:
        return f"failed ({type(problem).__name__})"
    return f"refused ({doing.refused})" if doing.refused else "done"


def on_unexpected(exception: Exception) -> EventSpec:
    """What a handler did not expect: the log gets all of it, the person a sentence, the browser
    nothing to run.
    """
    if isinstance(exception, SwiviError):  # a handler that leaves its refusals to us
        return toast_error(exception.sentence)
    if isinstance(exception, hub.STATES_AWAY):
        log.warning("An event was interrupted: %s", exception)
        hub.interrupted(EventContext.get().token)
        return toast_error(
            "We were interrupted, and open this page anew. Please look whether your last step was "
            "done."
        )
    log.error("An event failed", exc_info=exception)
    return toast_error("Something went wrong on our side, and we have noted it. Please try again.")


def on_page_failure(exception: Exception) -> None:
    """What a browser says went wrong in it.

    Anybody can say anything, so it is cut and warns of nothing of ours.
    """
    log.warning("A page failed in a browser: %s", sanitize_client_log_value(str(exception)))
