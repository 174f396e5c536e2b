"""Clips on hold: a count rose more than any video's can, so an admin decides whether it counts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import SwiviError
from swivi.domain.accounts.models import Role
from swivi.domain.clips import holds
from swivi.insights.submissions.held import HeldClip, clips_on_hold
from swivi.pages.admin.shared.parts import clip_link, row_actions, two_lines
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.acting import acting, form_fields, some_id
from swivi.pages.engine.gate import admins_only, public
from swivi.pages.engine.session import visitor
from swivi.pages.shared.frame import sends
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button, submit_button
from swivi.ui.cards import panel
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import toast_error, toast_success
from swivi.ui.forms import form, form_actions, text_area_field
from swivi.ui.numbers import count, money, when
from swivi.ui.tables import Column, Row, data_table
from swivi.ui.types import Handler, Node
from swivi.ui.vars import flag_var, rows_var, text_if

MOST_HELD = 50
"""Few are ever held; the rest shows once these are decided on."""

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
    """A clip on hold as its row shows it. Views and cents; `is_own` if it is the viewer's clip."""

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


class HeldClips(rx.State):
    """The clips on hold, and the dialog that decides. Live."""

    rows: list[HeldRow] = []
    clip_id: int = 0
    """The clip that the dialog is about; 0 while it is closed."""
    pays: bool = False
    errors: dict[str, str] = {}
    _user_id: int = 0

    @public
    async def load(self) -> None:
        """The page opens."""
        actor = await visitor(self, Role.ADMIN)
        if actor is None:
            return
        self._user_id = actor.user_id
        hub.watch(self, campaigns="all")
        await self._read()

    async def _read(self) -> None:
        async with runtime().database.reading() as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        rows = [_row(held, self._user_id) for held in await clips_on_hold(session, limit=MOST_HELD)]
        if rows != self.rows:
            self.rows = rows

    @admins_only
    async def ask_pay(self, clip_id: object) -> None:
        """Ask why the count is right."""
        self.clip_id, self.pays, self.errors = some_id(clip_id), True, {}

    @admins_only
    async def ask_correct(self, clip_id: object) -> None:
        """Ask why the count is wrong."""
        self.clip_id, self.pays, self.errors = some_id(clip_id), False, {}

    @admins_only
    async def close(self, is_open: object) -> None:
        """The dialog was dismissed."""
        if is_open is not True:
            self.clip_id = 0

    @admins_only
    async def decide(self, form_data: object) -> AsyncIterator[Handler]:
        """Lift the hold, with the reason that was typed."""
        if not self.clip_id:
            return
        act = holds.pay if self.pays else holds.correct
        try:
            async with acting(self) as (session, actor):
                await act(session, actor, self.clip_id, form_fields(form_data).get("reason"))
        except SwiviError as wrong:
            self.errors = wrong.fields
            if not wrong.fields:
                self.clip_id = 0
                yield toast_error(wrong.sentence)
            return
        self.clip_id = 0
        await self._read()
        yield toast_success(
            "Hold lifted; the next settlement pays the growth" if self.pays else "Count discarded"
        )


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
    """The table and its dialog, or nothing while no clip is held."""
    state = HeldClips
    table = data_table(
        COLUMNS, state.rows, _cells, caption="Clips on hold", key=lambda row: row.id, stacks=True
    )
    return rx.cond(rows_var(state.rows).length() > 0, panel("Clips on hold", table, _dialog()))


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
        sends(state.ask_pay, row.id),
        "primary",
        "check",
        aria_label=f"Pay the views of {about}",
    )
    label = f"Correct the count of {about}"
    correct = button(
        "Correct the count", sends(state.ask_correct, row.id), icon="x", aria_label=label
    )
    return rx.cond(flag_var(row.is_own), rx.fragment(), row_actions(correct, pay))


def _dialog() -> rx.Component:
    state = HeldClips
    return form_dialog(
        state.clip_id != 0,
        state.close,
        text_if(state.pays, "Pay the growth", "Correct the count"),
        form(
            text_area_field(
                "Reason", "reason", rows=3, max_length="500", error=state.errors.get("reason", "")
            ),
            form_actions(
                close_button(), rx.cond(state.pays, submit_button("Pay"), submit_button("Correct"))
            ),
            on_submit=state.decide,
        ),
        description=text_if(
            state.pays,
            (
                "The count becomes the clip’s highest. The next settlement credits the growth, "
                "within the budget."
            ),
            "The count never pays. The clip goes on from its highest count before it.",
        ),
    )
