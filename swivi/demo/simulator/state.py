"""The runs and settings that one simulator keeps in memory."""

import json
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from uuid import uuid4

from swivi.core.clock import now
from swivi.demo.simulator.growth import views_at
from swivi.demo.simulator.items.base import Answer, Json, State, Views
from swivi.demo.simulator.scrapers import requested_videos
from swivi.demo.simulator.settings import Control, Ending, Script
from swivi.domain.platforms.links import canonical
from swivi.domain.platforms.models import VideoRef

MAX_RUNS_KEPT = 500
MAX_INPUT_KEPT = 16 * 1024 * 1024
"""Runs, and bytes of their inputs, that are kept. The oldest are forgotten with their items.

The service forgets runs too, only later.
"""


@dataclass(slots=True)
class SimulatedRun:
    """One run of a scraper. `ends_at` is on the monotonic clock, in seconds.

    `input_size` is in bytes of JSON.
    """

    id: str
    scraper_id: str
    run_input: Json
    started_at: datetime
    ends_at: float
    ending: Ending
    answers: list[Answer]
    input_size: int

    @property
    def answers_written(self) -> list[Answer]:
        """The answers that are in the dataset once the run has ended."""
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
        """Take over the settings that `change` sets explicitly."""
        for name in change.model_fields_set - {"videos"}:
            setattr(self.control, name, getattr(change, name))
        self.control.videos |= change.videos

    def set(self, **settings: object) -> None:
        """Set any fields of Control: `set(run_seconds=0.2, fail_starts=["drop"])`."""
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
        """Set what the next runs find: `script(ref, 100, 250)`, `script(ref, state="private")`."""
        other = answers.external_id if answers else None
        self.control.videos[_key(ref)] = Script(
            state=state, views=list(views), seconds=seconds, likes=likes, answers=other
        )

    # --- runs -----------------------------------------------------------------------------------

    def start(self, scraper_id: str, run_input: Json, *, timeout_seconds: float) -> SimulatedRun:
        """Start a run.

        Raises KeyError for an unknown scraper and BadInput for an input that it would not accept.
        """
        refs = requested_videos(scraper_id, run_input)
        started_at = now()
        duration = self._duration(refs)
        ending = self.control.endings.pop(0) if self.control.endings else Ending()
        if 0 < timeout_seconds < duration:
            duration = timeout_seconds
            ending = Ending(status="TIMED-OUT", rows=0)
        run = SimulatedRun(
            id=uuid4().hex[:17],
            scraper_id=scraper_id,
            run_input=run_input,
            started_at=started_at,
            ends_at=monotonic() + duration,
            ending=ending,
            answers=[self._answer(ref, started_at) for ref in refs],
            input_size=len(json.dumps(run_input)),
        )
        self._keep(run)
        return run

    def ended(self, run: SimulatedRun) -> bool:
        """Whether a run has ended."""
        return monotonic() >= run.ends_at and not self.control.hold

    def status(self, run: SimulatedRun) -> str:
        """Return the service's word for the status of a run."""
        return run.ending.status if self.ended(run) else "RUNNING"

    def answers(self, run: SimulatedRun) -> list[Answer]:
        """Return what a run has written to its dataset so far."""
        return run.answers_written if self.ended(run) else []

    def inputs(self, scraper_id: str | None = None) -> list[Json]:
        """Return the inputs of the runs that are kept, oldest first."""
        return [run.run_input for run in self.runs.values() if scraper_id in (None, run.scraper_id)]

    def _keep(self, run: SimulatedRun) -> None:
        self.runs[run.id] = run
        self.runs_started[run.scraper_id] += 1
        self._input_kept += run.input_size
        while len(self.runs) > MAX_RUNS_KEPT or self._input_kept > MAX_INPUT_KEPT:
            _, forgotten = self.runs.popitem(last=False)
            self._input_kept -= forgotten.input_size

    def _duration(self, refs: Iterable[VideoRef]) -> float:
        refs = list(refs)
        scripts = [script for ref in refs if (script := self.control.videos.get(_key(ref)))]
        extra = sum(script.seconds for script in scripts)
        return self.control.run_seconds + self.control.link_seconds * len(refs) + extra

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
