"""A clip of the viewer: how its earnings were calculated, and its views and earnings over time."""

import reflex as rx

from swivi import routes
from swivi.pages.clipper.clip.readings import readings_panel
from swivi.pages.clipper.clip.state import OwnClip
from swivi.pages.clipper.shared.clip_table import Row, clip_status
from swivi.pages.shared.frame import clipper_page
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import link_button
from swivi.ui.cards import Line, breakdown, hero_card, panel
from swivi.ui.charts import time_chart
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.layout import card_grid, cluster
from swivi.ui.numbers import count, count_text, live_money, money, rate, when
from swivi.ui.vars import rows_var, text_if


def clip_page() -> rx.Component:
    """The page at /clippers/clips/<submission id>."""
    state = OwnClip
    missing = empty_state(
        "search_x",
        "There is no such clip",
        "You have no clip with this number.",
        link_button("All clips", routes.CLIPPER_CLIPS),
    )
    shown = rx.cond(state.clip.id > 0, _clip(), rx.cond(state.loading, skeleton_rows(6), missing))
    return clipper_page(
        text_if(state.clip.id > 0, state.clip.campaign, "Clip"),
        rx.cond(state.problem != "", error_state(state.problem, state.load), shown),
        current=routes.CLIPPER_CLIPS,
        subtitle=rx.el.a("All clips", href=routes.CLIPPER_CLIPS),
        actions=rx.cond(state.clip.id > 0, _links()),
    )


def _links() -> rx.Component:
    clip: Row = OwnClip.clip
    return rx.fragment(
        link_button(
            "View campaign", routes.clipper_campaign(clip.campaign_id), "quiet", icon="megaphone"
        ),
        link_button(
            "Open video", clip.url, icon="external_link", target="_blank", rel="noopener noreferrer"
        ),
    )


def _clip() -> rx.Component:
    state = OwnClip
    clip: Row = state.clip
    earned = hero_card(
        "Earned",
        live_money(clip.earnings),
        cluster(platform_mark(clip.platform, named=True), clip_status(clip), gap=3),
        rx.el.p(
            "Submitted ",
            when(clip.submitted_at),
            ", last read ",
            when(clip.tracked_at, "never"),
            class_name="quiet",
        ),
        _why(),
    )
    return rx.fragment(
        card_grid(earned, rx.cond(state.has_story, _calculation(), _not_approved()), min_width=360),
        rx.cond(rows_var(state.views).length() > 1, _over_time()),
        rx.cond(state.has_story, readings_panel()),
    )


def _not_approved() -> rx.Component:
    clip: Row = OwnClip.clip
    return panel(
        "Views at submission",
        rx.el.p(count(clip.baseline), class_name="stat-value"),
        rx.el.p(
            "Once an admin approves the clip, you earn for every view above this number.",
            class_name="quiet",
        ),
    )


def _calculation() -> rx.Component:
    state = OwnClip
    clip: Row = state.clip
    return panel(
        "How this is calculated",
        breakdown(
            Line("Most views read", count(state.peak_views)),
            Line("Views at submission", count(-clip.baseline)),
            Line("Views gained", count(state.growth)),
            Line(
                "Views gained before it earns",
                text_if(state.min_views > 0, count_text(state.min_views), "1"),
            ),
            Line("Rate", rate(state.rate)),
            Line("Views gained at this rate", money(state.uncapped)),
            Line("Limit per clip", rx.cond(state.cap > 0, money(state.cap), "no limit")),
            Line("Not paid, or not yet", money(-state.not_paid)),
            Line("Earned", money(clip.earnings, "in"), strong=True),
        ),
    )


def _why() -> rx.Component:
    state = OwnClip
    sentences = rx.el.ul(
        rx.foreach(state.why, lambda sentence: rx.el.li(sentence)),
        style={"padding_left": "20px", "list_style": "disc", "display": "grid", "gap": "4px"},
        aria_label="Why",
    )
    return rx.cond(state.has_story, sentences)


def _over_time() -> rx.Component:
    state = OwnClip
    return card_grid(
        panel(
            "Views",
            time_chart(state.views, caption="Views over time", amount="Views", unit="count"),
        ),
        panel(
            "Earnings",
            time_chart(state.earnings, caption="Earnings over time", amount="Earned", unit="money"),
        ),
        min_width=360,
    )
