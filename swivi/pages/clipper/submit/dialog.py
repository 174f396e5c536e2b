"""What the submit dialog looks like; what it does is in `submit`."""

import reflex as rx

from swivi.domain.platforms.errors import LINK_FIELD
from swivi.domain.platforms.registry import ANY_LABEL
from swivi.pages.clipper.shared.clip_table import Line as ClipLine
from swivi.pages.clipper.shared.clip_table import clip_status
from swivi.pages.clipper.submit.state import SubmitDialog
from swivi.pages.shared.frame import sends
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import Kind, button, submit_button
from swivi.ui.cards import Line, breakdown
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.feedback import notice
from swivi.ui.forms import form, form_actions, select_field, text_field
from swivi.ui.layout import stack
from swivi.ui.numbers import count
from swivi.ui.types import Handler
from swivi.ui.vars import text_if, text_var


def submit_dialog() -> rx.Component:
    """Place it once on a page; `SubmitDialog.open_for` opens it."""
    state = SubmitDialog
    return form_dialog(
        state.is_open,
        state.close,
        text_if(state.clip.id > 0, "Clip submitted", "Submit a clip"),
        rx.cond(state.clip.id > 0, _submitted(), _form()),
        on_reopen=opens_for(""),
    )


def submit_button_for(campaign_id: object, kind: Kind = "primary") -> rx.Component:
    """Opens the dialog with this campaign chosen; "" for none."""
    return button("Submit a clip", opens_for(campaign_id), kind=kind, icon="link")


def opens_for(campaign_id: object) -> Handler:
    """The event that opens the dialog."""
    return sends(SubmitDialog.open_for, campaign_id)


def _form() -> rx.Component:
    state = SubmitDialog
    return rx.fragment(
        rx.cond(state.error != "", notice("bad", state.error)),
        form(
            select_field(
                "Campaign",
                "campaign",
                state.choices,
                default_value=state.chosen,
                error=_error("campaign"),
            ),
            text_field(
                "Link to your clip",
                LINK_FIELD,
                # no type="url": what a share button copies may have words around the link
                input_mode="url",
                auto_complete="off",
                placeholder="https://www.tiktok.com/@you/video/...",
                hint=f"{ANY_LABEL}. Views from now on pay.",
                error=_error(LINK_FIELD),
            ),
            form_actions(close_button(), submit_button("Submit clip", pending=state.pending)),
            on_submit=state.send,
        ),
    )


def _submitted() -> rx.Component:
    clip: ClipLine = SubmitDialog.clip
    arrived = text_if(
        clip.status == "AWAITING_BASELINE",
        "Reading its views. You can close this: it goes on by itself.",
        "Growth from here on pays, once an admin has approved the clip.",
    )
    return stack(
        breakdown(
            Line("Campaign", clip.campaign),
            Line("Platform", platform_mark(clip.platform, named=True)),
            Line("Status", clip_status(clip)),
            Line("Views at submission", count(clip.baseline), strong=True),
        ),
        rx.el.p(arrived, class_name="quiet", role="status"),
        form_actions(button("Submit another", opens_for("")), close_button("Done")),
    )


def _error(name: str) -> rx.Var[str]:
    return text_var(SubmitDialog.errors.get(name, ""))
