"""Every reading of one clip, with its outcome and what it brought; failed ones too. Live."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking import manual_readings as manual
from swivi.insights.submissions import clip_story
from swivi.insights.submissions.clip_story import ReadingRow
from swivi.pages.clipper.shared.own import ClipperLive
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import PAGE_SIZE, Listing, addressed_id
from swivi.ui.cards import panel
from swivi.ui.feedback import badge, empty_state
from swivi.ui.numbers import count, flash_row, money, when
from swivi.ui.tables import Column, data_table, pager
from swivi.ui.types import Node

Line = Any
"""The Var of a ReadingLine; its fields are Vars too."""

_FAILURES = {
    Outcome.NOT_FOUND: "Not found",
    Outcome.PRIVATE: "Private or deleted",
    Outcome.RESTRICTED: "Restricted",
    Outcome.ERROR: "Could not be read",
    Outcome.MISSING: "No answer",
}


@dataclass
class ReadingLine:
    """One reading.

    `views` is None where it failed; `earned` is in cents; the time is ISO 8601 UTC.
    """

    id: int = 0
    at: str = ""
    outcome: str = ""
    is_read: bool = True
    views: int | None = None
    earned: int = 0


class ClipReadings(ClipperLive, Listing, rx.State):
    """Live: one page of the readings of the clip in the address."""

    rows: list[ReadingLine] = []
    _submission_id: int = 0

    @public
    async def load(self) -> None:
        """The page opens, or its page of readings changes."""
        if not await self._is_clippers():
            return
        submission_id = addressed_id(self)
        if submission_id != self._submission_id:
            self.rows, self.loading, self._submission_id = [], True, submission_id
        self._read_place()
        await self._read("The readings")

    async def _refresh_live(self, session: AsyncSession) -> None:
        row = await clip_story.own_clip(session, self._user_id, self._submission_id)
        if row is None or row.clip_id is None:
            return
        offset = (self.page - 1) * PAGE_SIZE
        found, total = await clip_story.readings_of(
            session, row.clip_id, limit=PAGE_SIZE, offset=offset
        )
        rows = [_line(reading) for reading in found]
        if rows != self.rows:
            self.rows = rows
            self._found(total)


def _line(reading: ReadingRow) -> ReadingLine:
    return ReadingLine(
        id=reading.reading_id,
        at=reading.at.isoformat(),
        outcome=_outcome(reading),
        is_read=reading.outcome is Outcome.OK,
        views=reading.views,
        earned=reading.earned,
    )


def _outcome(reading: ReadingRow) -> str:
    if reading.outcome is not Outcome.OK:
        return _FAILURES[reading.outcome]
    if reading.source == manual.SOURCE:
        return "Entered by an admin"
    return "At submission" if reading.run_id is None else "Read"


_COLUMNS = (
    Column("When"),
    Column("Outcome", wide_only=True),
    Column("Views", "right"),
    Column("Brought", "right", wide_only=True),
)
"""On a phone the outcome stands below the time, and what was brought below the views."""


def readings_panel() -> rx.Component:
    """The table of readings."""
    state = ClipReadings
    return panel(
        "Every reading",
        data_table(
            _COLUMNS,
            state.rows,
            _cells,
            caption="Every reading",
            key=lambda line: line.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "activity", "No reading yet", "The first one is taken when the clip is approved."
            ),
        ),
        rx.cond(
            state.pages > 1,
            pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
        ),
    )


def _cells(line: Line) -> list[Node]:
    return [
        rx.fragment(when(line.at), rx.el.div(_badge(line), class_name="narrow-only")),
        _badge(line),
        rx.fragment(count(line.views), rx.el.div(_brought(line), class_name="narrow-only")),
        rx.fragment(_brought(line), flash_row(line.id)),
    ]


def _badge(line: Line) -> rx.Component:
    return rx.cond(
        line.is_read,
        badge(line.outcome, "neutral", "check"),
        badge(line.outcome, "waiting", "circle_alert"),
    )


def _brought(line: Line) -> rx.Component:
    return rx.cond(line.earned > 0, money(line.earned, "in"), rx.el.span("—", class_name="quiet"))
