"""Every reading of a clip, failed ones too, with its outcome and what it earned. Live."""

from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking import manual_readings
from swivi.insights.submissions import clip_story
from swivi.insights.submissions.clip_story import ReadingRow
from swivi.pages.clipper.shared.live import OwnLive
from swivi.pages.engine.listing import PAGE_SIZE, Listing, addressed_id
from swivi.ui.cards import panel
from swivi.ui.feedback import badge, empty_state
from swivi.ui.numbers import count, flash_row, money, when
from swivi.ui.tables import Column, data_table, pager
from swivi.ui.types import Node

Row = Any
"""The Var of an OwnReadingRow; its fields are Vars too."""

_FAILURES = {
    Outcome.NOT_FOUND: "Not found",
    Outcome.PRIVATE: "Private or deleted",
    Outcome.RESTRICTED: "Restricted",
    Outcome.ERROR: "Could not be read",
    Outcome.MISSING: "No answer",
}


@dataclass(frozen=True)
class OwnReadingRow:
    """A reading. `at` is ISO 8601 UTC, `earned` is in cents, `views` is None if it failed."""

    id: int = 0
    at: str = ""
    outcome: str = ""
    is_read: bool = True
    views: int | None = None
    earned: int = 0


class ClipReadings(OwnLive, Listing, rx.State):
    """Live: one page of the readings of the clip in the address."""

    _content: ClassVar[str] = "The readings"
    rows: list[OwnReadingRow] = []
    _submission_id: int = 0

    async def _arrive(self) -> None:
        await super()._arrive()
        submission_id = addressed_id(self)
        if submission_id != self._submission_id:
            self.rows = []
            self.loading = True
            self._submission_id = submission_id
        self._read_place()

    async def _refresh_live(self, session: AsyncSession) -> None:
        clip = await clip_story.own_clip(session, self._user_id, self._submission_id)
        if clip is None or clip.clip_id is None:
            return
        offset = (self.page - 1) * PAGE_SIZE
        found, total = await clip_story.readings_of(
            session, clip.clip_id, limit=PAGE_SIZE, offset=offset
        )
        rows = [_row(reading) for reading in found]
        if rows != self.rows:
            self.rows = rows
            self._found(total)


def _row(reading: ReadingRow) -> OwnReadingRow:
    return OwnReadingRow(
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
    if reading.source == manual_readings.SOURCE:
        return "Entered by an admin"
    return "At submission" if reading.run_id is None else "Read"


_COLUMNS = (
    Column("When"),
    Column("Outcome", wide_only=True),
    Column("Views", "right"),
    Column("Earned", "right", wide_only=True),
)
"""On a phone, the outcome is shown below the time, and the earnings below the views."""


def readings_panel() -> rx.Component:
    """The table of readings."""
    state = ClipReadings
    return panel(
        "Readings",
        data_table(
            _COLUMNS,
            state.rows,
            _cells,
            caption="Readings",
            key=lambda row: row.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "activity", "No readings yet", "Swivi reads the clip once it is approved."
            ),
        ),
        rx.cond(
            state.pages > 1,
            pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
        ),
    )


def _cells(row: Row) -> list[Node]:
    return [
        rx.fragment(when(row.at), rx.el.div(_badge(row), class_name="narrow-only")),
        _badge(row),
        rx.fragment(count(row.views), rx.el.div(_earned(row), class_name="narrow-only")),
        rx.fragment(_earned(row), flash_row(row.id)),
    ]


def _badge(row: Row) -> rx.Component:
    return rx.cond(
        row.is_read,
        badge(row.outcome, "neutral", "check"),
        badge(row.outcome, "waiting", "circle_alert"),
    )


def _earned(row: Row) -> rx.Component:
    return rx.cond(row.earned > 0, money(row.earned, "in"), rx.el.span("—", class_name="quiet"))
