"""Clips on hold: their count rose more than any video's can, so an admin decides."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.clips import holds
from swivi.insights.submissions.held import HeldClip, clips_on_hold
from swivi.pages.admin.shared.parts import clip_link, row_actions, two_lines
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.acting import acting, some_id
from swivi.pages.engine.dialog import Fields, SubjectDialog
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.live import AdminLive
from swivi.pages.shared.frame import sends
from swivi.runtime.live import hub
from swivi.ui.buttons import button, submit_button
from swivi.ui.cards import panel
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import error_state
from swivi.ui.forms import form, form_actions, text_area_field
from swivi.ui.numbers import count, money, when
from swivi.ui.tables import Column, Row, data_table
from swivi.ui.types import Handler, Node
from swivi.ui.vars import flag_var, rows_var, text_if

MOST_HELD = 50
"""Rows shown. More than a few are rare; further ones follow when these are decided."""

COLUMNS = (
    Column("Clip"),
    Column("Count read", "right"),
    Column("Worth", "right"),
    Column("On hold since"),
    Column("Reason"),
    Column("", "right"),
)


@dataclass(frozen=True)
class HeldRow:
    """A clip on hold. Views and cents; `is_own` if it is the viewer's clip."""

    id: int
    clipper: str
    campaign: str
    url: str
    views: int
    peak_views: int
    worth: int
    reason: str
    since: str
    is_own: bool


class HeldClips(AdminLive, SubjectDialog, rx.State):
    """The clips on hold, and the dialog that decides. `pays` is the decision it asks about."""

    _content: ClassVar[str] = "The clips on hold"
    rows: list[HeldRow] = []
    pays: bool = False
    _clip_id: int = 0

    async def _arrive(self) -> None:
        self._close_if_left()
        hub.watch(self, campaigns="all")

    async def _refresh_live(self, session: AsyncSession) -> None:
        rows = [_row(held, self._user_id) for held in await clips_on_hold(session, limit=MOST_HELD)]
        if rows != self.rows:
            self.rows = rows

    @admins_only
    async def open_pay(self, clip_id: object) -> None:
        """Ask why the count is right."""
        self._ask(clip_id, pays=True)

    @admins_only
    async def open_correct(self, clip_id: object) -> None:
        """Ask why the count is wrong."""
        self._ask(clip_id, pays=False)

    @admins_only
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Lift the hold for the reason that was typed."""
        async for event in self._submit(form_data, self._decide):
            yield event

    def _ask(self, clip_id: object, *, pays: bool) -> None:
        self._open()
        self._clip_id = some_id(clip_id)
        self.pays = pays

    async def _decide(self, fields: Fields) -> str:
        decide = holds.pay if self.pays else holds.correct
        async with acting(self) as (session, actor):
            await decide(session, actor, self._clip_id, fields.get("reason"))
        await self._read()
        return "Hold lifted. The next settlement pays." if self.pays else "Count discarded"


def _row(held: HeldClip, viewer_id: int) -> HeldRow:
    return HeldRow(
        id=held.clip_id,
        clipper=held.clipper,
        campaign=held.campaign,
        url=held.video.canonical_url,
        views=held.views,
        peak_views=held.peak_views,
        worth=held.worth,
        reason=held.reason,
        since=iso(held.since),
        is_own=held.user_id == viewer_id,
    )


def held_clips_panel() -> rx.Component:
    """Show the table and its dialog; nothing while no clip is held."""
    state = HeldClips
    table = data_table(
        COLUMNS, state.rows, _cells, caption="Clips on hold", key=lambda row: row.id, stacks=True
    )
    held = panel("Clips on hold", table, _dialog())
    return rx.cond(
        state.problem != "",
        error_state(state.problem, state.load),
        rx.cond(rows_var(state.rows).length() > 0, held),
    )


def _cells(row: Any) -> list[Node]:
    return [
        two_lines(clip_link(row.url, f"{row.clipper}’s clip"), row.campaign),
        two_lines(count(row.views), "highest so far ", count(row.peak_views)),
        money(row.worth),
        when(row.since),
        row.reason,
        _buttons(row),
    ]


def _buttons(row: Row) -> rx.Component:
    state = HeldClips
    about = f"{row.clipper}’s clip"
    pay = button(
        "Pay",
        sends(state.open_pay, row.id),
        "primary",
        "check",
        aria_label=f"Pay the views of {about}",
    )
    correct = button(
        "Correct the count",
        sends(state.open_correct, row.id),
        icon="x",
        aria_label=f"Correct the count of {about}",
    )
    return rx.cond(flag_var(row.is_own), rx.fragment(), row_actions(correct, pay))


def _dialog() -> rx.Component:
    state = HeldClips
    return form_dialog(
        state.is_open,
        state.close,
        text_if(state.pays, "Pay the growth", "Correct the count"),
        form(
            text_area_field(
                "Reason", "reason", rows=3, max_length="500", error=state.errors.get("reason", "")
            ),
            form_actions(
                close_button(),
                rx.cond(
                    state.pays,
                    submit_button("Pay", pending=state.busy),
                    submit_button("Correct", pending=state.busy),
                ),
            ),
            on_submit=state.submit,
        ),
        description=text_if(
            state.pays,
            (
                "This count becomes the clip’s highest. The next settlement pays the growth, "
                "within the budget."
            ),
            "This count never pays. The clip continues from its highest count before it.",
        ),
    )
