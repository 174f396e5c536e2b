"""Campaigns that end by the clock. An end waits, up to a limit, while clips cannot be read."""

import logging
from datetime import timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.db import Database
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign
from swivi.domain.ledger import audit_log
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.tracking.completion import ENDED
from swivi.domain.tracking.errors import UnreadClipsLeft
from swivi.domain.tracking.plan import UNDER_WAY
from swivi.domain.tracking.service import Tracker
from swivi.domain.tracking.unread_clips import UnreadClips

log = logging.getLogger("swivi.tracking")

FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=1)
"""The longest pause between attempts. Each attempt pays for scraper runs."""


async def due_ends(database: Database) -> list[int]:
    """Return the ids of campaigns to end: at their end time, or with their budget used up."""
    async with database.reading() as session:
        over = await session.exec(select(Campaign.id).where(*_is_due()).order_by(col(Campaign.id)))
        return list(over.all())


def _is_due() -> tuple[ColumnElement[bool], ...]:
    now = clock.now()
    has_ended = (col(Campaign.ends_at) <= now) & (
        col(Campaign.end_retry_at).is_(None) | (col(Campaign.end_retry_at) <= now)
    )
    is_used_up = col(Campaign.spent) >= col(Campaign.budget)
    return col(Campaign.status).in_(UNDER_WAY), has_ended | is_used_up


async def end(tracker: Tracker, campaign_id: int, patience: timedelta) -> None:
    """Complete a campaign or postpone its end. After `patience` it ends even with unread clips.

    Raises RunUnderWay, RunInterrupted.
    """
    async with tracker.database.reading() as session:
        since = (await campaigns.get(session, campaign_id)).end_waits_since
    is_late = since is not None and clock.now() - since >= patience
    reason = f"{ENDED} Swivi tried to read its clips for {_hours(patience)}." if is_late else ENDED
    try:
        await tracker.complete(campaign_id, actor=None, reason=reason, force=is_late)
    except UnreadClipsLeft as refused:
        async with tracker.database.writing() as session:
            await _put_off(session, campaign_id, refused.unread, patience)


async def _put_off(
    session: AsyncSession, campaign_id: int, unread: UnreadClips, patience: timedelta
) -> None:
    campaign = await campaigns.locked(session, campaign_id)
    if campaign.status not in UNDER_WAY:  # an admin completed it meanwhile
        return
    now = clock.now()
    since = campaign.end_waits_since or now
    pause = min(max(now - since, FIRST_RETRY), LONGEST_RETRY)
    campaign.end_retry_at = min(now + pause, max(since + patience, now + FIRST_RETRY))
    if campaign.end_waits_since is None:
        campaign.end_waits_since = now
        await _tell_of_wait(session, campaign, unread, patience)
    changes.mark(session, campaigns=[campaign_id])
    log.warning('Postponed the end of campaign "%s": %s', campaign.title, unread.sentence)


async def _tell_of_wait(
    session: AsyncSession, campaign: Campaign, unread: UnreadClips, patience: timedelta
) -> None:
    audit_log.record(
        session,
        audit_log.entry(
            "campaign.end_waits",
            "campaign",
            campaign.id,
            actor_id=None,
            before={"end_waits_since": None},
            after={"end_waits_since": clock.now().isoformat()},
            reason=unread.sentence,
            row=campaign,
        ),
    )
    await notifications.tell_admins(
        session,
        NotificationKind.TRACKING_STOPPED,
        "A campaign's end waits",
        f'"{campaign.title}" has ended, but {unread.sentence} Swivi tries again for '
        f"{_hours(patience)}, then completes it without them. You can also complete it yourself.",
        campaign.id,
    )


def _hours(patience: timedelta) -> str:
    return f"{patience / timedelta(hours=1):g} hours"
