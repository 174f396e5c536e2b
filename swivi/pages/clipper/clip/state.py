"""One of the viewer's own submissions, and how the earnings of its clip were calculated."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.submissions import clip_story
from swivi.insights.submissions.clip_story import EarningsStory, TimedAmount
from swivi.pages.clipper.clip.why import why
from swivi.pages.clipper.shared.live import OwnLive
from swivi.pages.clipper.shared.rows import OwnClipRow, own_clip_row
from swivi.pages.engine.listing import addressed_id


@dataclass(frozen=True)
class ChartPoint:
    """A point of a chart.

    `at` is ISO 8601 UTC, `moment` is the same in milliseconds since 1970, `amount` is views or
    cents.
    """

    at: str
    moment: int
    amount: int


class OwnClip(OwnLive, rx.State):
    """Live: the submission in the address. `clip.id` is 0 if the viewer has none with that id.

    Views are counts, money is in cents.
    """

    _content: ClassVar[str] = "The clip"
    clip: OwnClipRow = OwnClipRow()
    has_story: bool = False
    """Whether the submission became a clip, so that its earnings can be explained."""
    peak_views: int = 0
    growth: int = 0
    min_views: int = 0
    rate: int = 0
    uncapped: int = 0
    cap: int = 0
    worth: int = 0
    not_paid: int = 0
    """What the budget, the cap per clipper or a revocation withheld, and what is still to come."""
    why: list[str] = []
    views: list[ChartPoint] = []
    earnings: list[ChartPoint] = []
    _submission_id: int = 0
    _story: EarningsStory | None = None

    async def _arrive(self) -> None:
        await super()._arrive()
        self._submission_id = addressed_id(self)
        if self._submission_id != self.clip.id:
            self.clip = OwnClipRow()
            self.has_story = False
            self._story = None
            self.loading = True

    async def _refresh_live(self, session: AsyncSession) -> None:
        found = await clip_story.own_clip(session, self._user_id, self._submission_id)
        clip = own_clip_row(found) if found else OwnClipRow()
        if clip != self.clip:
            self.clip = clip
        self.has_story = found is not None and found.clip_id is not None
        if found is None or found.clip_id is None:
            return
        story = await clip_story.reckoning_of(session, found.clip_id)
        if story != self._story:  # also when only its campaign changed
            self._story = story
            self._tell(story)
            self.views = _points(await clip_story.views_over_time(session, found.clip_id))
            self.earnings = _points(await clip_story.earnings_over_time(session, found.clip_id))

    def _tell(self, story: EarningsStory) -> None:
        self.peak_views = story.peak_views
        self.growth = story.growth
        self.min_views = story.min_views
        self.rate = story.rate
        self.uncapped = story.uncapped
        self.cap = story.max_per_clip or 0
        self.worth = story.worth
        self.not_paid = story.worth - story.earned
        self.why = why(story)


def _points(amounts: list[TimedAmount]) -> list[ChartPoint]:
    return [
        ChartPoint(one.at.isoformat(), int(one.at.timestamp() * 1000), one.amount)
        for one in amounts
    ]
