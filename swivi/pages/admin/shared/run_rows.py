"""The rows of tracking runs, of their campaigns, and of their clips."""

from dataclasses import dataclass

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi import routes
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking.failures import unknown_words
from swivi.domain.tracking.models import TrackingRun
from swivi.insights.operations.runs import CampaignInRun, ClipInRun, why_not_read
from swivi.pages.admin.shared.manual_reading import manual_reading_button
from swivi.pages.admin.shared.parts import (
    clip_link,
    known_count,
    row_actions,
    side_by_side,
    two_lines,
)
from swivi.pages.admin.shared.times import iso
from swivi.pages.admin.tracking.newest_run import cost_text, seconds_of
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.feedback import badge, status_badge
from swivi.ui.numbers import count, money, when
from swivi.ui.tables import Column
from swivi.ui.types import Node

OUTCOMES = {
    Outcome.OK: "Read",
    Outcome.NOT_FOUND: "Not found",
    Outcome.PRIVATE: "Private or deleted",
    Outcome.RESTRICTED: "Restricted",
    Outcome.ERROR: "Could not be read",
    Outcome.MISSING: "No answer",
}
"""The outcome of a reading, on screen."""

_PLANS = {"PLANNED": "Under way", "SETTLED": "Settled", "SKIPPED": "Not settled"}


@dataclass(frozen=True)
class RunRow:
    """A run. Clips, campaigns, cents, seconds."""

    id: int
    started_at: str
    trigger: str
    status: str
    read: int
    planned: int
    failed: int
    settled: int
    earned: int
    seconds: int
    cost: str
    problem: str


@dataclass(frozen=True)
class CampaignRow:
    """A campaign in a run. Clips and cents."""

    id: int
    title: str
    clips: int
    settled: bool
    plan: str
    earned: int


@dataclass(frozen=True)
class ReadingRow:
    """A clip in a run, by its last reading. Cents; views are None if it was not read."""

    clip_id: int
    clipper: str
    campaign: str
    platform: str
    url: str
    was_read: bool
    outcome: str
    detail: str
    views: int | None
    metric: str
    attempts: int
    read_at: str
    earned: int


def run_row(run: TrackingRun) -> RunRow:
    """Return the row of a run."""
    return RunRow(
        id=run.id,
        started_at=iso(run.started_at),
        trigger=run.trigger.capitalize(),
        status=run.status,
        read=run.clips_read,
        planned=run.clips_planned,
        failed=run.clips_failed,
        settled=run.campaigns_settled,
        earned=run.earnings_added,
        seconds=seconds_of(run),
        cost=cost_text(run.cost_micro_usd),
        problem=run.problem or "",
    )


def campaign_row(campaign: CampaignInRun) -> CampaignRow:
    """Return the row of a campaign in a run."""
    settled = campaign.status == "SETTLED"
    return CampaignRow(
        campaign.campaign_id,
        campaign.title,
        campaign.clips,
        settled,
        _PLANS[campaign.status],
        campaign.earned,
    )


def reading_row(clip: ClipInRun) -> ReadingRow:
    """Return the row of a clip in a run."""
    return ReadingRow(
        clip_id=clip.clip_id,
        clipper=clip.clipper,
        campaign=clip.campaign,
        platform=clip.platform,
        url=clip.url,
        was_read=clip.outcome is Outcome.OK,
        outcome=OUTCOMES[clip.outcome],
        detail=clip.detail,
        views=clip.views,
        metric=clip.metric,
        attempts=clip.attempt,
        read_at=iso(clip.read_at),
        earned=clip.earned,
    )


async def reason_rows(session: AsyncSession, run: TrackingRun) -> list[tuple[str, int]]:
    """Return why clips of a run were not read, each reason with its number of clips.

    Outcomes come first, then words of the scraper that Swivi does not know.
    """
    outcomes = await why_not_read(session, run)
    words = await unknown_words(session, run.id)
    return [
        *((OUTCOMES[outcome], number) for outcome, number in outcomes.items()),
        *((f"Unknown word {word}", number) for word, number in words.items()),
    ]


RUN_COLUMNS = (
    Column("Run"),
    Column("By", wide_only=True),
    Column("Outcome"),
    Column("Clips", "right"),
    Column("Not read", "right", wide_only=True),
    Column("Campaigns", "right", wide_only=True),
    Column("Earned", "right"),
    Column("Seconds", "right", wide_only=True),
    Column("Cost", "right", wide_only=True),
)


def run_cells(run: RunRow) -> list[Node]:
    """Return the cells for `RUN_COLUMNS`."""
    outcome = rx.cond(
        run.problem != "",
        two_lines(status_badge(run.status), run.problem),
        status_badge(run.status),
    )
    return [
        rx.el.span("#", run.id, " · ", when(run.started_at), style={"white_space": "nowrap"}),
        run.trigger,
        outcome,
        rx.el.span(count(run.read), " of ", count(run.planned), style={"white_space": "nowrap"}),
        count(run.failed),
        count(run.settled),
        money(run.earned),
        count(run.seconds),
        rx.el.span(run.cost, class_name="num"),
    ]


CAMPAIGN_COLUMNS = (
    Column("Campaign"),
    Column("Clips", "right"),
    Column("Outcome"),
    Column("Earned", "right"),
)


def campaign_cells(row: CampaignRow) -> list[Node]:
    """Return the cells for `CAMPAIGN_COLUMNS`."""
    done = badge(row.plan, "good", "circle_check")
    return [
        rx.el.a(row.title, href=routes.admin_campaign(row.id)),
        count(row.clips),
        rx.cond(row.settled, done, badge(row.plan)),
        money(row.earned),
    ]


READING_COLUMNS = (
    Column("Clip"),
    Column("Campaign", wide_only=True),
    Column("Outcome"),
    Column("Views", "right"),
    Column("Attempts", "right", wide_only=True),
    Column("Earned", "right"),
    Column("", "right"),
)


def reading_cells(row: ReadingRow) -> list[Node]:
    """Return the cells for `READING_COLUMNS`. The page needs a `manual_reading_dialog`."""
    failed = two_lines(badge(row.outcome, "bad", "triangle_alert"), row.detail)
    return [
        side_by_side(platform_mark(row.platform), clip_link(row.url, row.clipper)),
        row.campaign,
        rx.cond(row.was_read, badge(row.outcome, "good", "circle_check"), failed),
        rx.el.div(known_count(row.views), rx.el.div(row.metric, class_name="hint")),
        count(row.attempts),
        money(row.earned),
        row_actions(manual_reading_button(row)),
    ]
