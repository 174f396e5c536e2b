"""Entering a clip's views by hand, where the scraper could not read them and an admin has
looked.
"""

from collections.abc import AsyncIterator

import reflex as rx

from swivi.core.errors import SwiviError
from swivi.core.money import format_dollars
from swivi.domain.clips.errors import NoSuchClip
from swivi.domain.clips.models import ViewTracking
from swivi.domain.tracking import manual_readings as manual
from swivi.domain.tracking import models
from swivi.insights.submissions.rows import clip_and_clipper
from swivi.pages.engine.acting import acting, form_fields, refusal, some_id
from swivi.pages.engine.gate import admins_only
from swivi.pages.shared.frame import sends
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button, submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import toast_error, toast_success
from swivi.ui.forms import form, form_actions, text_area_field, text_field
from swivi.ui.numbers import count_text
from swivi.ui.tables import Row
from swivi.ui.types import Handler


class ManualReading(rx.State):
    """The dialog, and which clip it is about. Views as the clip has them now."""

    clip_id: int = 0
    clipper: str = ""
    url: str = ""
    views: int = 0
    peak_views: int = 0
    errors: dict[str, str] = {}
    busy: bool = False

    @admins_only
    async def ask(self, clip_id: object) -> Handler | None:
        """Open the dialog for one clip, as it is now."""
        async with runtime().database.reading() as session:
            found = await clip_and_clipper(session, some_id(clip_id))
        if found is None:
            return refusal(NoSuchClip())
        clip, self.clipper = found
        self.clip_id, self.views, self.peak_views = clip.id, clip.views, clip.peak_views
        self.url, self.errors, self.busy = clip.video.canonical_url, {}, False
        return None

    @admins_only
    async def close(self, is_open: object) -> None:
        """The dialog was dismissed."""
        if is_open is not True and not self.busy:
            self.clip_id = 0

    @admins_only
    async def enter(self, form_data: object) -> AsyncIterator[Handler]:
        """Keep the views that were typed; what is wrong is said beside the fields."""
        if self.busy or not self.clip_id:
            return
        self.busy, self.errors = True, {}
        yield None
        fields = form_fields(form_data)
        try:
            async with acting(self) as (session, actor):
                entered = await manual.read_by_hand(
                    session,
                    actor,
                    self.clip_id,
                    views=fields.get("views"),
                    reason=fields.get("reason"),
                    limit=runtime().settings.manual_reading_limit_cents,
                )
        except SwiviError as wrong:
            self.busy, self.errors = False, wrong.fields
            if not wrong.fields:
                self.clip_id = 0
                yield toast_error(wrong.sentence)
            return
        self.busy, self.clip_id = False, 0
        yield toast_success(_said(entered))


def _said(entered: ViewTracking | models.ManualReading) -> str:
    if isinstance(entered, ViewTracking):
        return f"{entered.views:,} views kept; the next settlement counts them"
    worth = format_dollars(entered.worth)
    return (
        f"{entered.views:,} views are worth {worth}. They count once another admin confirms them."
    )


def manual_reading_button(row: Row) -> rx.Component:
    """Opens the dialog for a row that has `clip_id` and `clipper`."""
    label = f"Enter views of {row.clipper}’s clip"
    return button(
        "Enter views",
        sends(ManualReading.ask, row.clip_id),
        "quiet",
        icon="pencil",
        aria_label=label,
    )


def manual_reading_dialog() -> rx.Component:
    """Asks for the views and why they are entered by hand."""
    state = ManualReading
    return form_dialog(
        state.clip_id != 0,
        state.close,
        f"Enter views of {state.clipper}’s clip",
        form(
            rx.el.p(
                rx.el.a(
                    "Look at the video", href=state.url, target="_blank", rel="noopener noreferrer"
                )
            ),
            text_field(
                "Views now",
                "views",
                input_mode="numeric",
                auto_complete="off",
                error=state.errors.get("views", ""),
                hint=(
                    f"The newest reading says {count_text(state.views)}, the highest "
                    f"{count_text(state.peak_views)}."
                ),
            ),
            text_area_field(
                "Reason",
                "reason",
                rows=3,
                max_length="500",
                error=state.errors.get("reason", ""),
                hint="Why the scraper’s number does not do. It stands in the audit log.",
            ),
            form_actions(close_button(), submit_button("Keep these views", pending=state.busy)),
            on_submit=state.enter,
        ),
        description=(
            "It moves no money by itself: the next settlement of the campaign counts it. Fewer "
            "views than the highest take nothing back. Views that are worth a lot need a second "
            "admin."
        ),
    )
