"""The settings of a simulator: what it finds, and how it fails.

Settings are plain values that are replaced whole. So a test's thread may set them while the
server's thread reads them.
"""

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from swivi.demo.simulator.items.base import State, Views

StartFault: TypeAlias = Literal["500", "429", "busy", "drop"]
"""How a start fails.

`500` and `429` create no run. `busy` says that the account's memory is in use (402). `drop` creates
the run and then breaks the connection, so the caller cannot know.
"""

Refusal: TypeAlias = Literal["token", "quota", "credit"]
"""401, 403 `platform-feature-disabled` and 402 `not-enough-usage-to-run-paid-actor`."""


class Script(BaseModel):
    """What runs find for one video.

    - `views`: each run takes the next value; the last one stays. Without values the views grow by
      the clock.
    - `seconds`: how much longer a run takes because of this video.
    - `likes`: reported whatever the views are; None reports a number that fits the views.
    - `answers`: the id of the video that the platform shows instead: two links name one video.
    """

    model_config = ConfigDict(extra="forbid")

    state: State = "ok"
    views: list[Views] = Field(default_factory=list)
    seconds: float = Field(0.0, ge=0)
    likes: int | None = Field(None, ge=0)
    answers: str | None = None


class Ending(BaseModel):
    """How a run ends, and after how many of its items (None: all)."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"] = "SUCCEEDED"
    rows: int | None = Field(None, ge=0)


class Control(BaseModel):
    """All settings. `PUT /control` replaces those in the request and keeps the others."""

    model_config = ConfigDict(extra="forbid")

    token: str | None = None
    """The only accepted bearer token; None accepts any."""
    run_seconds: float = Field(0.0, ge=0)
    link_seconds: float = Field(0.0, ge=0)
    """The duration of a run: a fixed part, and a part for each link."""
    hold: bool = False
    """While true, no run ends."""
    refuse: Refusal | None = None
    """Reject every request until it is None again."""
    fail_starts: list[StartFault] = Field(default_factory=list)
    """Faults of the next starts, one each."""
    fail_reads: int = Field(0, ge=0)
    """How many of the next GET requests return 500."""
    endings: list[Ending] = Field(default_factory=list)
    """Endings of the next runs, one each."""
    videos: dict[str, Script] = Field(default_factory=dict)
    """By "platform/external id". `PUT /control` adds to them."""
