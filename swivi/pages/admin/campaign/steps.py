"""What the page of a campaign offers: the steps of its life, the edit, and its terms to read."""

from typing import Any

import reflex as rx

from swivi.domain.campaigns.models import CampaignStatus
from swivi.pages.admin.campaign.live import CampaignNow
from swivi.pages.admin.campaign.schedule import schedule_button, schedule_dialog
from swivi.pages.admin.campaign.terms import CampaignTerms
from swivi.pages.admin.campaign.top_up import top_up_button, top_up_dialog
from swivi.pages.admin.campaign.tracking import track_campaign_button
from swivi.pages.admin.campaign_form.draft import LIST
from swivi.pages.admin.campaign_form.new_page import COPY_OF
from swivi.pages.shared.frame import sends
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import button, link_button, submit_button
from swivi.ui.cards import Line, breakdown, panel
from swivi.ui.dialogs import close_button, confirm_dialog, form_dialog
from swivi.ui.feedback import notice
from swivi.ui.forms import form, form_actions, text_area_field
from swivi.ui.layout import cluster
from swivi.ui.numbers import money_text, when
from swivi.ui.types import Text


def campaign_actions() -> rx.Component:
    """The steps that the campaign's state allows, what changes it, and its copy."""
    draft = (
        _edit(),
        _copy(),
        _archive(),
        schedule_button(),
        _step("Start", CampaignStatus.ACTIVE, "play"),
    )
    scheduled = (
        _edit(),
        _copy(),
        _archive(),
        _step("Back to draft", CampaignStatus.DRAFT, "undo_2"),
        _step("Start now", CampaignStatus.ACTIVE, "play"),
    )
    active = (
        _edit(),
        _copy(),
        top_up_button(),
        _complete(),
        _step("Pause", CampaignStatus.PAUSED, "pause"),
        _statement(),
        track_campaign_button(),
    )
    paused = (
        _edit(),
        _copy(),
        top_up_button(),
        _complete(),
        _statement(),
        _step("Resume", CampaignStatus.ACTIVE, "play"),
    )
    return rx.fragment(
        rx.match(
            CampaignNow.status,
            (CampaignStatus.DRAFT.value, cluster(*draft)),
            (CampaignStatus.SCHEDULED.value, cluster(*scheduled)),
            (CampaignStatus.ACTIVE.value, cluster(*active)),
            (CampaignStatus.PAUSED.value, cluster(*paused)),
            (CampaignStatus.COMPLETED.value, cluster(_copy(), _statement(), _archive())),
            (CampaignStatus.ARCHIVED.value, cluster(_copy(), _statement())),
            rx.fragment(),
        ),
        top_up_dialog(),
        schedule_dialog(),
        _completion_dialog(),
    )


def _step(label: str, target: CampaignStatus, icon: str) -> rx.Component:
    on_click = sends(CampaignTerms.step, target.value)
    return button(
        label, on_click, "primary" if target is CampaignStatus.ACTIVE else "secondary", icon
    )


def _edit() -> rx.Component:
    return link_button("Edit", f"{LIST}/{CampaignNow.id}/edit", icon="pencil")


def _copy() -> rx.Component:
    return link_button("Duplicate", f"{LIST}/new?{COPY_OF}={CampaignNow.id}", icon="copy")


def _statement() -> rx.Component:
    return link_button("Statement", f"{LIST}/{CampaignNow.id}/statement", icon="scroll_text")


def _complete() -> rx.Component:
    return button("Complete", sends(CampaignTerms.ask_completion, True), icon="circle_check")


def _archive() -> rx.Component:
    return confirm_dialog(
        button("Archive", icon="archive"),
        "Archive this campaign?",
        (
            f"“{CampaignTerms.title}” leaves the lists for good. Its clips and its money stay on "
            "the books."
        ),
        "Archive",
        sends(CampaignTerms.step, CampaignStatus.ARCHIVED.value),
        danger=True,
    )


def _completion_dialog() -> rx.Component:
    state, now = CampaignTerms, CampaignNow
    return form_dialog(
        state.asking_completion,
        state.ask_completion,
        f"Complete “{state.title}”?",
        rx.cond(state.unread == "", _completion_form(), _anyway_form()),
        description=(
            f"{money_text(now.remaining)} of {money_text(now.budget)} is not spent. Its views are "
            "read and settled once more, submissions that wait are rejected, what is left is "
            "returned, and the books are closed for good."
        ),
    )


def _completion_form() -> rx.Component:
    state = CampaignTerms
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
        on_submit=state.complete,
    )


def _anyway_form() -> rx.Component:
    """Completes without the views that could not be read."""
    state = CampaignTerms
    return rx.fragment(
        notice("bad", state.unread, "Not all views were read"),
        form(
            text_area_field(
                "Reason to complete anyway",
                "reason",
                rows=2,
                hint=(
                    "What these clips grew since their last reading is not paid. The reason is "
                    "logged."
                ),
                control_id="field-anyway-reason",
                error=state.errors.get("reason", ""),
            ),
            form_actions(
                close_button(), submit_button("Complete anyway", pending=state.busy, kind="danger")
            ),
            on_submit=state.complete_anyway,
        ),
    )


def terms_panel() -> rx.Component:
    """The terms as they are now."""
    values = CampaignTerms.values
    return panel(
        "Terms",
        rx.el.p(values.get("description", ""), class_name="prose"),
        rx.el.p(values.get("requirements", ""), class_name="prose quiet"),
        breakdown(
            Line("Pays per 1,000 views", f"${values.get('payout_rate', '')}"),
            Line("Platforms", _platforms()),
            Line("Most per clip", _dollars_or(values.get("max_per_clip", ""), "No limit")),
            Line("Most per clipper", _dollars_or(values.get("max_per_clipper", ""), "No limit")),
            Line("Views before a clip earns", values.get("min_views", "0")),
            Line("Starts", when(values.get("starts_at", ""), never="when started")),
            Line("Ends", when(values.get("ends_at", ""), never="when the budget is used up")),
            Line("Content", _link_or_none(values.get("content_url", ""))),
            Line("Cover image", _link_or_none(values.get("cover_url", ""))),
        ),
    )


def _platforms() -> rx.Component:
    each = rx.foreach(CampaignTerms.platforms, _platform)
    return rx.el.div(each, class_name="cluster", style={"justify_content": "flex-end"})


def _platform(name: Any) -> rx.Component:
    """A platform, with the rate where it has one of its own."""
    own = CampaignTerms.values.get(f"rate_{name}", "")
    return rx.el.span(
        platform_mark(name, named=True),
        rx.cond(own != "", rx.el.span(f" ${own}", class_name="num")),
    )


def _link_or_none(address: Text) -> rx.Component:
    link = rx.el.a(
        address,
        href=address,
        target="_blank",
        rel="noopener noreferrer",
        style={"overflow_wrap": "anywhere"},
    )
    return rx.cond(address != "", link, rx.el.span("None", class_name="quiet"))


def _dollars_or(amount: str, otherwise: str) -> rx.Component:
    return rx.cond(
        amount != "", rx.el.span(f"${amount}"), rx.el.span(otherwise, class_name="quiet")
    )
