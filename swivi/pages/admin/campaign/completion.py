"""The dialog that completes a campaign, also where some of its clips cannot be read."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

import reflex as rx

from swivi.core import logs
from swivi.core.errors import SwiviError
from swivi.core.money import format_dollars
from swivi.domain.clips.review import parse_reason
from swivi.domain.tracking.errors import UnreadClipsLeft
from swivi.pages.admin.campaign.numbers import CampaignNumbers
from swivi.pages.admin.campaign.terms import CampaignTerms
from swivi.pages.engine.dialog import Dialog, Fields, refusal_notice
from swivi.pages.engine.gate import admins_only, current_actor
from swivi.pages.engine.listing import addressed_id
from swivi.runtime.runtime import runtime
from swivi.ui.buttons import button, submit_button
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import notice
from swivi.ui.forms import form, form_actions, text_area_field
from swivi.ui.numbers import money_text
from swivi.ui.types import Handler


class Completion(Dialog, rx.State):
    """The dialog. `unread` says which clips could not be read, "" before that was tried."""

    unread: str = ""

    @admins_only
    async def open(self) -> None:
        """Open the dialog."""
        self._open()

    @rx.event(background=True)
    @admins_only
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Read and settle once more, then complete. Takes as long as reading the clips."""
        async for event in self._complete(form_data, force=False):
            yield event

    @rx.event(background=True)
    @admins_only
    async def submit_anyway(self, form_data: object) -> AsyncIterator[Handler]:
        """Complete although clips cannot be read. Their growth since then is not paid."""
        async for event in self._complete(form_data, force=True):
            yield event

    async def _complete(self, form_data: object, *, force: bool) -> AsyncIterator[Handler]:
        then = (CampaignNumbers.load, CampaignTerms.load)
        work = partial(self._settle_and_complete, force)
        async for event in self._submit_in_background(form_data, work, then=then):
            yield event

    async def _settle_and_complete(self, force: bool, fields: Fields) -> str:
        async with self:
            campaign_id = addressed_id(self)
            actor = await current_actor(self)
        reason = parse_reason(fields.get("reason"))
        campaign = await runtime().tracker.complete(
            campaign_id, actor=actor, reason=reason, force=force
        )
        return f"“{campaign.title}” is completed with {format_dollars(campaign.spent)} spent"

    def _refuse(self, refused: SwiviError) -> Sequence[Handler]:
        if isinstance(refused, UnreadClipsLeft):
            logs.note_refusal(refused.code)
            self.unread = refused.sentence
            return ()
        return super()._refuse(refused)

    def _reset(self) -> None:
        super()._reset()
        self.unread = ""


def completion_button() -> rx.Component:
    """Open the dialog."""
    return button("Complete", Completion.open, icon="circle_check")


def completion_dialog() -> rx.Component:
    """Ask for the reason, and say what a completion does."""
    state, now = Completion, CampaignNumbers
    return form_dialog(
        state.is_open,
        state.close,
        f"Complete “{CampaignTerms.title}”?",
        refusal_notice(state),
        rx.cond(state.unread == "", _form(), _anyway_form()),
        description=(
            f"{money_text(now.remaining)} of {money_text(now.budget)} is not spent. Swivi reads "
            "and settles the views once more, rejects waiting submissions and returns what is "
            "left. A completed campaign stays completed."
        ),
    )


def _form() -> rx.Component:
    state = Completion
    return form(
        text_area_field(
            "Reason",
            "reason",
            rows=2,
            default_value="Completed by an admin.",
            error=state.errors.get("reason", ""),
        ),
        form_actions(
            close_button(), submit_button("Complete campaign", pending=state.busy, kind="danger")
        ),
        on_submit=state.submit,
    )


def _anyway_form() -> rx.Component:
    state = Completion
    return rx.fragment(
        notice("bad", state.unread, "Not all views were read"),
        form(
            text_area_field(
                "Reason to complete anyway",
                "reason",
                rows=2,
                hint=(
                    "The growth of these clips since their last reading is not paid. The audit "
                    "log keeps the reason."
                ),
                control_id="field-anyway-reason",
                error=state.errors.get("reason", ""),
            ),
            form_actions(
                close_button(), submit_button("Complete anyway", pending=state.busy, kind="danger")
            ),
            on_submit=state.submit_anyway,
        ),
    )
