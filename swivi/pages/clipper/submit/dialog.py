"""The submit dialog: the form, then the submitted clip."""

import reflex as rx

from swivi.domain.platforms.errors import LINK_FIELD
from swivi.domain.platforms.registry import ANY_LABEL
from swivi.pages.clipper.shared.clip_table import Row, clip_status
from swivi.pages.clipper.submit.state import SubmitDialog
from swivi.pages.engine.dialog import refusal_notice
from swivi.pages.shared.frame import sends
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import Kind, button, submit_button
from swivi.ui.cards import Line, breakdown
from swivi.ui.dialogs import close_button, form_dialog
from swivi.ui.forms import form, form_actions, select_field, text_field
from swivi.ui.layout import stack
from swivi.ui.numbers import count
from swivi.ui.types import Handler
from swivi.ui.vars import text_if, text_var


def submit_dialog() -> rx.Component:
    """Place it once on a page. `SubmitDialog.open` opens it."""
    state = SubmitDialog
    return form_dialog(
        state.is_open,
        state.close,
        text_if(state.clip.id > 0, "Clip submitted", "Submit a clip"),
        rx.cond(state.clip.id > 0, _submitted(), _form()),
        on_reopen=opens_for(""),
    )


def submit_button_for(campaign_id: object, kind: Kind = "primary") -> rx.Component:
    """Open the dialog with this campaign chosen; "" for none."""
    return button("Submit a clip", opens_for(campaign_id), kind=kind, icon="link")


def opens_for(campaign_id: object) -> Handler:
    """Return the event that opens the dialog for this campaign; "" for none."""
    return sends(SubmitDialog.open, campaign_id)


def _form() -> rx.Component:
    state = SubmitDialog
    return rx.fragment(
        refusal_notice(state),
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
                # Not type="url": a share button may copy words around the link.
                input_mode="url",
                auto_complete="off",
                placeholder="https://www.tiktok.com/@you/video/...",
                hint=f"{ANY_LABEL}. You earn for views from now on.",
                error=_error(LINK_FIELD),
            ),
            form_actions(close_button(), submit_button("Submit clip", pending=state.busy)),
            on_submit=state.submit,
        ),
    )


def _submitted() -> rx.Component:
    clip: Row = SubmitDialog.clip
    arrived = text_if(
        clip.status == "AWAITING_BASELINE",
        "Reading its views. You can close this dialog: the reading continues.",
        "Once an admin approves the clip, you earn for every view above this number.",
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
