"""The actions of a campaign's page, and its terms to read."""

from typing import Any

import reflex as rx

from swivi import routes
from swivi.domain.campaigns.models import CampaignStatus
from swivi.pages.admin.campaign.completion import completion_button, completion_dialog
from swivi.pages.admin.campaign.numbers import CampaignNumbers
from swivi.pages.admin.campaign.schedule import schedule_button, schedule_dialog
from swivi.pages.admin.campaign.terms import CampaignTerms
from swivi.pages.admin.campaign.top_up import top_up_button, top_up_dialog
from swivi.pages.admin.campaign.tracking import track_campaign_button
from swivi.pages.admin.campaign_form.new_page import COPY_OF
from swivi.pages.shared.frame import sends
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import button, link_button
from swivi.ui.cards import Line, breakdown, panel
from swivi.ui.dialogs import confirm_dialog
from swivi.ui.layout import cluster
from swivi.ui.numbers import when
from swivi.ui.types import Text


def campaign_actions() -> rx.Component:
    """Offer what the campaign's status allows."""
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
        completion_button(),
        _step("Pause", CampaignStatus.PAUSED, "pause"),
        _statement(),
        track_campaign_button(),
    )
    paused = (
        _edit(),
        _copy(),
        top_up_button(),
        completion_button(),
        _statement(),
        _step("Resume", CampaignStatus.ACTIVE, "play"),
    )
    return rx.fragment(
        rx.match(
            CampaignNumbers.status,
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
        completion_dialog(),
    )


def _step(label: str, target: CampaignStatus, icon: str) -> rx.Component:
    on_click = sends(CampaignTerms.step, target.value)
    return button(
        label, on_click, "primary" if target is CampaignStatus.ACTIVE else "secondary", icon
    )


def _edit() -> rx.Component:
    return link_button("Edit", routes.admin_campaign_edit(CampaignNumbers.id), icon="pencil")


def _copy() -> rx.Component:
    return link_button(
        "Duplicate", f"{routes.ADMIN_NEW_CAMPAIGN}?{COPY_OF}={CampaignNumbers.id}", icon="copy"
    )


def _statement() -> rx.Component:
    return link_button(
        "Statement", routes.admin_campaign_statement(CampaignNumbers.id), icon="scroll_text"
    )


def _archive() -> rx.Component:
    return confirm_dialog(
        button("Archive", icon="archive"),
        "Archive this campaign?",
        (
            f"“{CampaignTerms.title}” leaves the lists for good. Its clips and its payments are "
            "kept."
        ),
        "Archive",
        sends(CampaignTerms.step, CampaignStatus.ARCHIVED.value),
        danger=True,
    )


def terms_panel() -> rx.Component:
    """Show the present terms."""
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
    """Show a platform, and its own rate if it has one."""
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
