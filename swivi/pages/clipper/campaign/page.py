"""A campaign's page for clippers: the public page, a way to submit, and their own clips."""

import reflex as rx

from swivi import routes
from swivi.pages.clipper.campaign.state import OwnClipsInCampaign
from swivi.pages.clipper.shared.clip_table import clip_table
from swivi.pages.clipper.submit.dialog import submit_button_for, submit_dialog
from swivi.pages.shared.campaign_story import (
    CampaignPage,
    campaign_story,
    closed_notice,
    under_the_title,
)
from swivi.pages.shared.frame import clipper_page
from swivi.ui.buttons import link_button
from swivi.ui.cards import panel
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.vars import rows_var, text_if


def campaign() -> rx.Component:
    """The page at /clippers/campaigns/<id>."""
    state = CampaignPage
    missing = empty_state(
        "search_x",
        "There is no such campaign",
        "It may have been taken down, or the link is wrong.",
        link_button("All campaigns", routes.CLIPPER_CAMPAIGNS),
    )
    return clipper_page(
        text_if(state.card.id > 0, state.card.title, "Campaign"),
        rx.cond(
            state.problem != "",
            error_state(state.problem, state.load),
            rx.cond(
                state.card.id > 0,
                rx.fragment(under_the_title(), campaign_story(_submit(), _own_clips())),
                rx.cond(state.loading, skeleton_rows(6), missing),
            ),
        ),
        submit_dialog(),
        current=routes.CLIPPER_CAMPAIGNS,
        subtitle=rx.el.a("All campaigns", href=routes.CLIPPER_CAMPAIGNS),
    )


def _submit() -> rx.Component:
    card = CampaignPage.card
    return rx.cond(card.is_open, submit_button_for(card.id), closed_notice())


def _own_clips() -> rx.Component:
    state = OwnClipsInCampaign
    table = clip_table(
        state.rows,
        caption="Your clips in this campaign",
        loading=state.loading,
        problem=state.problem,
        retry=state.load,
        empty=rx.fragment(),
        in_campaign=True,
    )
    return rx.cond(rows_var(state.rows).length() > 0, panel("Your clips in this campaign", table))
