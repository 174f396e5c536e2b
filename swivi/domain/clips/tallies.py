"""Kept totals: of submissions, clips, each clipper (also per campaign) and each day.

They change in the transaction of the rows that they total, so they are as exact as those. Database
triggers add up rows that come one by one (2026_11_28_tallies.py and 2026_11_28_counted_lists.py in
alembic/versions), so no code can forget them. Code that changes many clips of a campaign, or what a
clip counts for, calls a function here with the campaign's row locked.
"""

from datetime import date

from sqlalchemy import Column, Date, Index, Table, delete, func, insert, literal, select, true
from sqlmodel import SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import ID
from swivi.core.totals import Rows, add, key_to, key_word, replace, total
from swivi.domain.clips.models import Clip, SubmissionStatus
from swivi.domain.ledger.models import AuditEntry, Transfer
from swivi.domain.platforms.models import Platform

SUBMISSIONS = Table(
    "submission_tallies",
    SQLModel.metadata,
    key_to("campaign_id", "campaigns.id"),
    key_word("platform"),
    key_word("status"),
    total("submissions"),
)
CLIPS = Table(
    "clip_tallies",
    SQLModel.metadata,
    key_to("campaign_id", "campaigns.id"),
    key_word("platform"),
    key_word("state"),
    total("clips"),
    total("views"),
    total("growth"),
)
"""`views` is the sum of the clips' peaks. `growth` is the part gained since submission."""

CLIPPERS = Table(
    "campaign_clippers",
    SQLModel.metadata,
    key_to("campaign_id", "campaigns.id"),
    key_to("user_id", "users.id"),
    total("clips"),
    total("growth"),
    total("earned"),
    Index("ix_campaign_clippers_user_id", "user_id"),
    Index("ix_campaign_clippers_campaign_id_earned", "campaign_id", "earned"),
)
"""What one clipper's clips have and gained in one campaign, in any state. `earned` is cents."""

DAYS = Table(
    "campaign_days",
    SQLModel.metadata,
    Column("day", Date, primary_key=True),
    key_to("campaign_id", "campaigns.id"),
    key_word("platform"),
    total("views"),
    total("spent"),
    Index("ix_campaign_days_campaign_id_day", "campaign_id", "day"),
)
"""By UTC day: the counted growth, and the cents credited for it minus reversals."""

SUBMITTERS = Table(
    "submitters", SQLModel.metadata, key_to("user_id", "users.id"), total("submissions")
)
"""The number of submissions of each user."""

_GROWTH = col(Clip.peak_views) - col(Clip.initial_views)


async def count_submissions(
    session: AsyncSession,
    status: SubmissionStatus | None,
    *,
    campaign_id: int | None = None,
    platform: Platform | None = None,
) -> int:
    """Return the number of submissions with this status, campaign and platform. None means any."""
    counted = {
        SUBMISSIONS.c.status: status.value if status else None,
        SUBMISSIONS.c.campaign_id: campaign_id,
        SUBMISSIONS.c.platform: platform.value if platform else None,
    }
    wanted = [column == value for column, value in counted.items() if value is not None]
    return int(
        (await session.scalars(select(func.sum(SUBMISSIONS.c.submissions)).where(*wanted))).one()
        or 0
    )


async def count_accruals(session: AsyncSession, campaign_id: int, why: AuditEntry) -> None:
    """Add up the transfers of this audit entry, all of one settlement of the campaign."""
    day, its = why.at.date(), col(Transfer.audit_id) == why.id
    spent: Rows = (
        select(
            literal(day, Date).label("day"),
            literal(campaign_id, ID).label("campaign_id"),
            col(Clip.platform).label("platform"),
            literal(0, ID).label("views"),
            func.sum(col(Transfer.amount)).label("spent"),
        )
        .join(Clip, col(Clip.id) == col(Transfer.clip_id))
        .where(its)
        .group_by(col(Clip.platform))
    )
    await add(session, DAYS, spent)


async def count_clips(session: AsyncSession, campaign_id: int) -> None:
    """Recount this campaign's clips after a change of their peaks, earnings or states."""
    before = await _growth_by_platform(session, campaign_id)
    of_campaign = col(Clip.campaign_id) == campaign_id
    await session.execute(delete(CLIPS).where(CLIPS.c.campaign_id == campaign_id))
    by_state = (col(Clip.campaign_id), col(Clip.platform), col(Clip.state))
    sums = (func.count(), func.sum(col(Clip.peak_views)), func.sum(_GROWTH))
    await session.execute(
        insert(CLIPS).from_select(
            list(CLIPS.c.keys()), select(*by_state, *sums).where(of_campaign).group_by(*by_state)
        )
    )
    clippers: Rows = (
        select(
            col(Clip.campaign_id).label("campaign_id"),
            col(Clip.user_id).label("user_id"),
            func.count().label("clips"),
            func.sum(_GROWTH).label("growth"),
            func.sum(col(Clip.earnings)).label("earned"),
        )
        .where(of_campaign)
        .group_by(col(Clip.campaign_id), col(Clip.user_id))
    )
    await replace(session, CLIPPERS, clippers)
    await _note_growth(session, campaign_id, before)


async def _growth_by_platform(session: AsyncSession, campaign_id: int) -> dict[str, int]:
    found = await session.execute(
        select(CLIPS.c.platform, func.sum(CLIPS.c.growth))
        .where(CLIPS.c.campaign_id == campaign_id)
        .group_by(CLIPS.c.platform)
    )
    return {platform: int(growth) for platform, growth in found.all()}


async def _note_growth(session: AsyncSession, campaign_id: int, before: dict[str, int]) -> None:
    today: date = clock.now().date()
    for platform, growth in (await _growth_by_platform(session, campaign_id)).items():
        views = growth - before.get(platform, 0)
        if views:
            values = (today, campaign_id, platform, views, 0)
            row = [
                literal(value, column.type).label(column.name)
                for value, column in zip(values, DAYS.c, strict=True)
            ]
            await add(session, DAYS, select(*row).where(true()))
