"""Manually entered views that wait for a second admin to confirm or decline them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import SwiviError
from swivi.domain.accounts.actor import Actor
from swivi.domain.tracking import manual_readings
from swivi.insights.operations.manual_readings import WaitingReading, waiting_readings
from swivi.pages.admin.shared.parts import clip_link, row_actions, two_lines
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.acting import acting, refusal, some_id
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.live import AdminLive
from swivi.pages.shared.frame import sends
from swivi.runtime.live import hub
from swivi.ui.buttons import button
from swivi.ui.cards import panel
from swivi.ui.feedback import error_state, toast_success
from swivi.ui.numbers import count, money, when
from swivi.ui.tables import Column, Row, data_table
from swivi.ui.types import Handler, Node
from swivi.ui.vars import flag_var, rows_var

MOST_WAITING = 50
"""Rows shown. More than a few are rare; further ones follow when these are decided."""

COLUMNS = (
    Column("Clip"),
    Column("Views entered", "right"),
    Column("Worth", "right"),
    Column("Entered by"),
    Column("Reason"),
    Column("", "right"),
)


@dataclass(frozen=True)
class WaitingRow:
    """A waiting reading. Views and cents; `is_own` if the viewer entered it."""

    id: int
    clipper: str
    campaign: str
    url: str
    views: int
    peak_views: int
    worth: int
    reason: str
    asked_by: str
    asked_at: str
    is_own: bool


class WaitingReadings(AdminLive, rx.State):
    """The readings that wait, live."""

    _content: ClassVar[str] = "The views to confirm"
    rows: list[WaitingRow] = []

    async def _arrive(self) -> None:
        hub.watch(self, campaigns="all")

    async def _refresh_live(self, session: AsyncSession) -> None:
        rows = [
            _row(waiting, self._user_id)
            for waiting in await waiting_readings(session, limit=MOST_WAITING)
        ]
        if rows != self.rows:
            self.rows = rows

    @admins_only
    async def confirm(self, reading_id: object) -> Handler:
        """Let the views count."""
        return await self._decide(
            reading_id, manual_readings.confirm, "Views confirmed. The next settlement counts them."
        )

    @admins_only
    async def decline(self, reading_id: object) -> Handler:
        """Discard the views."""
        return await self._decide(
            reading_id, manual_readings.decline, "Views declined. Nothing changed."
        )

    async def _decide(
        self,
        reading_id: object,
        decide: Callable[[AsyncSession, Actor, int], Awaitable[object]],
        done: str,
    ) -> Handler:
        try:
            async with acting(self) as (session, actor):
                await decide(session, actor, some_id(reading_id))
        except SwiviError as refused:
            return refusal(refused)
        await self._read()
        return toast_success(done)


def _row(waiting: WaitingReading, viewer_id: int) -> WaitingRow:
    return WaitingRow(
        id=waiting.id,
        clipper=waiting.clipper,
        campaign=waiting.campaign,
        url=waiting.video.canonical_url,
        views=waiting.views,
        peak_views=waiting.peak_views,
        worth=waiting.worth,
        reason=waiting.reason,
        asked_by=waiting.asked_by_name,
        asked_at=iso(waiting.asked_at),
        is_own=waiting.asked_by == viewer_id,
    )


def waiting_readings_panel() -> rx.Component:
    """Show the table; nothing while no reading waits."""
    state = WaitingReadings
    table = data_table(
        COLUMNS,
        state.rows,
        _cells,
        caption="Manually entered views that wait for a second admin",
        key=lambda row: row.id,
        stacks=True,
    )
    return rx.cond(
        state.problem != "",
        error_state(state.problem, state.load),
        rx.cond(rows_var(state.rows).length() > 0, panel("Views to confirm", table)),
    )


def _cells(row: Any) -> list[Node]:
    return [
        two_lines(clip_link(row.url, f"{row.clipper}’s clip"), row.campaign),
        two_lines(count(row.views), "highest so far ", count(row.peak_views)),
        money(row.worth),
        two_lines(row.asked_by, when(row.asked_at)),
        row.reason,
        _buttons(row),
    ]


def _buttons(row: Row) -> rx.Component:
    state = WaitingReadings
    about = f"{row.clipper}’s clip"
    confirm = button(
        "Confirm",
        sends(state.confirm, row.id),
        "primary",
        "check",
        aria_label=f"Confirm the views of {about}",
    )
    decline = button(
        "Decline",
        sends(state.decline, row.id),
        icon="x",
        aria_label=f"Decline the views of {about}",
    )
    return row_actions(decline, rx.cond(flag_var(row.is_own), rx.fragment(), confirm))
