"""One clip of the viewer: how its earnings were made, and its views and earnings over time.

Live.
"""

from dataclasses import dataclass

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.insights.submissions import clip_story
from swivi.insights.submissions.clip_story import EarningsStory, TimedAmount
from swivi.pages.clipper.clip.readings import readings_panel
from swivi.pages.clipper.clip.why import why
from swivi.pages.clipper.shared.clip_table import Line as Shown
from swivi.pages.clipper.shared.clip_table import clip_status
from swivi.pages.clipper.shared.own import ClipperLive
from swivi.pages.clipper.shared.rows import ClipLine, clip_line
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import addressed_id
from swivi.pages.shared.frame import clipper_page
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.buttons import link_button
from swivi.ui.cards import Line, breakdown, hero_card, panel
from swivi.ui.charts import time_chart
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.layout import card_grid, cluster
from swivi.ui.numbers import count, count_text, live_money, money, rate, when
from swivi.ui.vars import rows_var, text_if


@dataclass
class Point:
    """A point of a chart: when (ISO 8601 UTC, and milliseconds since 1970), and how many views or
    cents.
    """

    at: str
    moment: int
    amount: int


class OwnClip(ClipperLive, rx.State):
    """Live: the submission in the address, and what became of it.

    `clip.id` is 0 where there is none.
    """

    clip: ClipLine = ClipLine()
    reckoned: bool = False
    """Whether there is a clip yet, whose earnings can be explained."""
    peak_views: int = 0
    growth: int = 0
    min_views: int = 0
    rate: int = 0
    uncapped: int = 0
    cap: int = 0
    worth: int = 0
    not_paid: int = 0
    """What the budget, the cap per clipper or a revocation kept from it, or what is still to come.

    Cents.
    """
    why: list[str] = []
    views: list[Point] = []
    earnings: list[Point] = []
    _submission_id: int = 0
    _reckoning: EarningsStory | None = None

    @public
    async def load(self) -> None:
        """The page opens."""
        if not await self._is_clippers():
            return
        self._submission_id = addressed_id(self)
        if self._submission_id != self.clip.id:
            self.clip, self.reckoned, self._reckoning, self.loading = ClipLine(), False, None, True
        await self._read("The clip")

    async def _refresh_live(self, session: AsyncSession) -> None:
        row = await clip_story.own_clip(session, self._user_id, self._submission_id)
        line = clip_line(row) if row else ClipLine()
        if line != self.clip:
            self.clip = line
        self.reckoned = row is not None and row.clip_id is not None
        if row is None or row.clip_id is None:
            return
        reckoning = await clip_story.reckoning_of(session, row.clip_id)
        if reckoning != self._reckoning:  # also when only its campaign changed
            self._reckoning = reckoning
            self._reckon(reckoning)
            self.views = _points(await clip_story.views_over_time(session, row.clip_id))
            self.earnings = _points(await clip_story.earnings_over_time(session, row.clip_id))

    def _reckon(self, reckoning: EarningsStory) -> None:
        self.peak_views, self.growth = reckoning.peak_views, reckoning.growth
        self.min_views, self.rate = reckoning.min_views, reckoning.rate
        self.uncapped, self.cap, self.worth = (
            reckoning.uncapped,
            reckoning.max_per_clip or 0,
            reckoning.worth,
        )
        self.not_paid = reckoning.worth - reckoning.earned
        self.why = why(reckoning)


def _points(moments: list[TimedAmount]) -> list[Point]:
    return [
        Point(each.at.isoformat(), int(each.at.timestamp() * 1000), each.amount) for each in moments
    ]


def clip_page() -> rx.Component:
    """The page at /clippers/clips/<submission id>."""
    state = OwnClip
    missing = empty_state(
        "search_x",
        "There is no such clip",
        "It is not among yours.",
        link_button("All clips", routes.CLIPPER_CLIPS),
    )
    shown = rx.cond(state.clip.id > 0, _clip(), rx.cond(state.loading, skeleton_rows(6), missing))
    return clipper_page(
        text_if(state.clip.id > 0, state.clip.campaign, "Clip"),
        rx.cond(state.problem != "", error_state(state.problem, state.load), shown),
        current=routes.CLIPPER_CLIPS,
        subtitle=rx.el.a("All clips", href=routes.CLIPPER_CLIPS),
        actions=rx.cond(state.clip.id > 0, _ways_on()),
    )


def _ways_on() -> rx.Component:
    clip: Shown = OwnClip.clip
    return rx.fragment(
        link_button(
            "The campaign", routes.clipper_campaign(clip.campaign_id), "quiet", icon="megaphone"
        ),
        link_button(
            "Watch it", clip.url, icon="external_link", target="_blank", rel="noopener noreferrer"
        ),
    )


def _clip() -> rx.Component:
    state = OwnClip
    clip: Shown = state.clip
    earned = hero_card(
        "Earned",
        live_money(clip.earnings),
        cluster(platform_mark(clip.platform, named=True), clip_status(clip), gap=3),
        rx.el.p(
            "Submitted ",
            when(clip.submitted_at),
            ", read ",
            when(clip.tracked_at, "never"),
            class_name="quiet",
        ),
        _why(),
    )
    return rx.fragment(
        card_grid(earned, rx.cond(state.reckoned, _how_it_was_made(), _not_yet()), min_width=360),
        rx.cond(rows_var(state.views).length() > 1, _over_time()),
        rx.cond(state.reckoned, readings_panel()),
    )


def _not_yet() -> rx.Component:
    clip: Shown = OwnClip.clip
    return panel(
        "Views at submission",
        rx.el.p(count(clip.baseline), class_name="stat-value"),
        rx.el.p(
            "What grows from here on pays, once an admin has approved the clip.", class_name="quiet"
        ),
    )


def _how_it_was_made() -> rx.Component:
    state = OwnClip
    clip: Shown = state.clip
    return panel(
        "How this was made",
        breakdown(
            Line("Most views read", count(state.peak_views)),
            Line("Views at submission", count(-clip.baseline)),
            Line("Growth, which is what pays", count(state.growth)),
            Line(
                "Pays from a growth of",
                text_if(state.min_views > 0, count_text(state.min_views), "1"),
            ),
            Line("Rate", rate(state.rate)),
            Line("Growth at this rate", money(state.uncapped)),
            Line("Most per clip", rx.cond(state.cap > 0, money(state.cap), "no limit")),
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
    return rx.cond(state.reckoned, sentences)


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
