"""The dialog in which an admin enters views that the scraper could not read."""

from collections.abc import AsyncIterator

import reflex as rx

from swivi.core.money import format_dollars
from swivi.domain.clips.errors import NoSuchClip
from swivi.domain.clips.models import ViewTracking
from swivi.domain.tracking import manual_readings, models
from swivi.insights.submissions.rows import clip_and_clipper
from swivi.pages.engine.acting import acting, refusal, some_id
from swivi.pages.engine.dialog import Fields, SubjectDialog
from swivi.pages.engine.gate import admins_only
from swivi.pages.shared.frame import sends
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button, submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.forms import form, form_actions, text_area_field, text_field
from swivi.ui.numbers import count_text
from swivi.ui.tables import Row
from swivi.ui.types import Handler


class ManualReading(SubjectDialog, rx.State):
    """The dialog, with the clip's present views."""

    clipper: str = ""
    url: str = ""
    views: int = 0
    peak_views: int = 0
    _clip_id: int = 0

    @admins_only
    async def open(self, clip_id: object) -> Handler | None:
        """Open the dialog for one clip."""
        async with runtime().database.reading() as session:
            found = await clip_and_clipper(session, some_id(clip_id))
        if found is None:
            return refusal(NoSuchClip())
        self._open()
        clip, self.clipper = found
        self._clip_id = clip.id
        self.url = clip.video.canonical_url
        self.views = clip.views
        self.peak_views = clip.peak_views
        return None

    @admins_only
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Store the views that were typed."""
        async for event in self._submit(form_data, self._enter):
            yield event

    async def _enter(self, fields: Fields) -> str:
        async with acting(self) as (session, actor):
            entered = await manual_readings.read_by_hand(
                session,
                actor,
                self._clip_id,
                views=fields.get("views"),
                reason=fields.get("reason"),
                limit=runtime().settings.manual_reading_limit_cents,
            )
        return _said(entered)


def _said(entered: ViewTracking | models.ManualReading) -> str:
    if isinstance(entered, ViewTracking):
        return f"{entered.views:,} views saved. The next settlement counts them."
    worth = format_dollars(entered.worth)
    return (
        f"{entered.views:,} views are worth {worth}. They count once another admin confirms them."
    )


def manual_reading_button(row: Row) -> rx.Component:
    """Open the dialog for a row that has `clip_id` and `clipper`."""
    label = f"Enter views of {row.clipper}’s clip"
    return button(
        "Enter views",
        sends(ManualReading.open, row.clip_id),
        "quiet",
        icon="pencil",
        aria_label=label,
    )


def manual_reading_dialog() -> rx.Component:
    """Ask for the views, and for the reason to enter them by hand."""
    state = ManualReading
    return form_dialog(
        state.is_open,
        state.close,
        f"Enter views of {state.clipper}’s clip",
        form(
            rx.el.p(
                rx.el.a(
                    "Open the video", href=state.url, target="_blank", rel="noopener noreferrer"
                )
            ),
            text_field(
                "Views now",
                "views",
                input_mode="numeric",
                auto_complete="off",
                error=state.errors.get("views", ""),
                hint=(
                    f"Newest reading: {count_text(state.views)}. "
                    f"Highest: {count_text(state.peak_views)}."
                ),
            ),
            text_area_field(
                "Reason",
                "reason",
                rows=3,
                max_length="500",
                error=state.errors.get("reason", ""),
                hint="Why the scraper’s number is wrong. The audit log keeps the reason.",
            ),
            form_actions(close_button(), submit_button("Save views", pending=state.busy)),
            on_submit=state.submit,
        ),
        description=(
            "The next settlement of the campaign counts these views. A number below the "
            "highest takes nothing back. Views that are worth a lot need a second admin."
        ),
    )
