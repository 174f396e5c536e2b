"""What the simulator remembers, and every string it can be pulled by.

Tests in the same process call `SimulatorState` directly; others send the same `Control` over HTTP.
Settings are plain values that are replaced whole, so a test's thread may set them while the
server's thread reads them.
"""

import json
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Literal, TypeAlias
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from swivi.core.clock import now
from swivi.demo.simulator_growth import views_at
from swivi.demo.simulator_items import Answer, Json, State, Views, asked_refs
from swivi.domain.platforms.links import canonical
from swivi.domain.platforms.models import VideoRef

MAX_RUNS_KEPT = 500
MAX_INPUT_KEPT = 16 * 1024 * 1024
"""Runs beyond this, and beyond so many bytes of inputs, are forgotten, oldest first, with their
items: the service does so too, only later.
"""

COST_PER_ITEM_USD = 0.002

StartFault: TypeAlias = Literal["500", "429", "busy", "drop"]
"""`500` and `429` create nothing, `busy` says that the account's memory is in use (402), and `drop`
creates the run and then breaks the connection: the caller cannot know.
"""

Refusal: TypeAlias = Literal["token", "quota", "credit"]
"""401, 403 `platform-feature-disabled` and 402 `not-enough-usage-to-run-paid-actor`."""


class Script(BaseModel):
    """What is said about one video.

    Each run that asks takes the next of `views`; the last one stays.

    Without `views` the video grows by the clock. `seconds` is how much longer a run takes that asks
    for it. `likes` are told whatever the views are; without, as many as the views allow. `answers`
    is the id of the video that the platform shows instead: the two links name one video.
    """

    model_config = ConfigDict(extra="forbid")

    state: State = "ok"
    views: list[Views] = Field(default_factory=list)
    seconds: float = Field(0.0, ge=0)
    likes: int | None = Field(None, ge=0)
    answers: str | None = None


class Ending(BaseModel):
    """How a run ends, and after how many of its rows (None: all)."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"] = "SUCCEEDED"
    rows: int | None = Field(None, ge=0)


class Control(BaseModel):
    """All settings. `PUT /control` replaces those that are sent and leaves the others."""

    model_config = ConfigDict(extra="forbid")

    token: str | None = None
    """The only bearer token that is let in; None lets in any."""
    run_seconds: float = Field(0.0, ge=0)
    link_seconds: float = Field(0.0, ge=0)
    """How long a run takes: so much, and so much more per link."""
    hold: bool = False
    """While true no run ends."""
    refuse: Refusal | None = None
    """Refuses everything until it is None again."""
    fail_starts: list[StartFault] = Field(default_factory=list)
    """For the next starts, one each."""
    fail_reads: int = Field(0, ge=0)
    """How many of the next GET requests answer 500."""
    endings: list[Ending] = Field(default_factory=list)
    """For the next runs, one each."""
    videos: dict[str, Script] = Field(default_factory=dict)
    """By "platform/external id". Videos that are sent join those that were."""


@dataclass(slots=True)
class SimulatedRun:
    """One run of an actor. `ends_at` is on the monotonic clock, in seconds."""

    id: str
    actor_id: str
    run_input: Json
    started_at: datetime
    ends_at: float
    ending: Ending
    answers: list[Answer]
    input_size: int
    """Bytes of the input as JSON."""

    @property
    def rows_written(self) -> list[Answer]:
        """The answers that became rows, once the run has ended."""
        return [answer for answer in self.answers[: self.ending.rows] if answer.state != "omitted"]


class SimulatorState:
    """The memory of one simulator."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget all runs and settings."""
        self.control = Control()
        self.runs: OrderedDict[str, SimulatedRun] = OrderedDict()
        self.runs_started: Counter[str] = Counter()
        self._input_kept = 0

    # --- settings -------------------------------------------------------------------------------

    def apply(self, change: Control) -> None:
        """Take over the settings that `change` names explicitly."""
        for name in change.model_fields_set - {"videos"}:
            setattr(self.control, name, getattr(change, name))
        self.control.videos |= change.videos

    def set(self, **settings: object) -> None:
        """`set(run_seconds=0.2, fail_starts=["drop"])`: any fields of Control."""
        self.apply(Control.model_validate(settings))

    def script(
        self,
        ref: VideoRef,
        *views: Views,
        state: State = "ok",
        seconds: float = 0.0,
        likes: int | None = None,
        answers: VideoRef | None = None,
    ) -> None:
        """Say what the next runs find: `script(ref, 100)`, `script(ref, 100, 250)`, `script(ref,
        state="private")`.
        """
        other = answers.external_id if answers else None
        self.control.videos[_key(ref)] = Script(
            state=state, views=list(views), seconds=seconds, likes=likes, answers=other
        )

    # --- runs -----------------------------------------------------------------------------------

    def start(self, actor_id: str, run_input: Json, *, timeout_seconds: float) -> SimulatedRun:
        """Begin a run.

        Raises KeyError for an unknown actor and BadInput for an input it would not take.
        """
        refs = asked_refs(actor_id, run_input)
        started_at, took = now(), self._duration(refs)
        ending = self.control.endings.pop(0) if self.control.endings else Ending()
        if 0 < timeout_seconds < took:
            took, ending = timeout_seconds, Ending(status="TIMED-OUT", rows=0)
        answers = [self._answer(ref, started_at) for ref in refs]
        run_id, ends_at, size = uuid4().hex[:17], monotonic() + took, len(json.dumps(run_input))
        run = SimulatedRun(run_id, actor_id, run_input, started_at, ends_at, ending, answers, size)
        self.runs[run.id] = run
        self.runs_started[actor_id] += 1
        self._input_kept += size
        while len(self.runs) > MAX_RUNS_KEPT or self._input_kept > MAX_INPUT_KEPT:
            _, forgotten = self.runs.popitem(last=False)
            self._input_kept -= forgotten.input_size
        return run

    def ended(self, run: SimulatedRun) -> bool:
        """Whether a run has come to its end."""
        return monotonic() >= run.ends_at and not self.control.hold

    def status(self, run: SimulatedRun) -> str:
        """The service's word for where a run stands."""
        return run.ending.status if self.ended(run) else "RUNNING"

    def rows(self, run: SimulatedRun) -> list[Answer]:
        """What a run has written so far."""
        return run.rows_written if self.ended(run) else []

    def inputs(self, actor_id: str | None = None) -> list[Json]:
        """The inputs of the runs that are remembered, oldest first."""
        return [run.run_input for run in self.runs.values() if actor_id in (None, run.actor_id)]

    def _duration(self, refs: Iterable[VideoRef]) -> float:
        refs = list(refs)
        scripts = [script for ref in refs if (script := self.control.videos.get(_key(ref)))]
        slowest = sum(script.seconds for script in scripts)
        return self.control.run_seconds + self.control.link_seconds * len(refs) + slowest

    def _answer(self, ref: VideoRef, when: datetime) -> Answer:
        script = self.control.videos.get(_key(ref)) or Script()
        shown = VideoRef(ref.platform, script.answers) if script.answers else ref
        if not script.views:
            return Answer(shown, script.state, views_at(shown.external_id, when), script.likes, ref)
        views = script.views.pop(0) if len(script.views) > 1 else script.views[0]
        return Answer(shown, script.state, views, script.likes, ref)


def _key(ref: VideoRef) -> str:
    video = canonical(ref)
    return f"{video.platform}/{video.external_id}"
