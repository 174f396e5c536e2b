"""Holds: a clip that awaits an admin's decision is credited nothing, and its peak does not rise.

Readings of a held clip stay in its history. Counts above `views_before` have no effect unless the
decision is to pay: then the held count becomes the peak. Growth is cumulative, so plausible views
read during a hold count with the first reading after it.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.text import parse_text
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips import tallies
from swivi.domain.clips.errors import ClipsOnHold, NoSuchClip, NotOnHold, OnHold
from swivi.domain.clips.models import Clip, ClipHold, HoldDecision
from swivi.domain.ledger import audit_log
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind

LONGEST_REASON = 500

IS_OPEN = col(ClipHold.lifted_at).is_(None)


async def place(session: AsyncSession, campaign: Campaign, holds: Collection[ClipHold]) -> None:
    """Place holds on clips of a campaign whose row the caller has locked.

    Notifies the clippers and admins once.
    """
    session.add_all(holds)
    await session.flush()
    for hold in holds:
        clip = await session.get_one(Clip, hold.clip_id)
        _record(session, hold, "placed", hold.placed_by)
        audit_log.record(
            session,
            audit_log.entry(
                "clip.held",
                "clip",
                clip.id,
                actor_id=hold.placed_by,
                before={"peak_views": hold.views_before},
                after={"peak_views": hold.views_before, "views_waiting": hold.views},
                reason=hold.reason,
            ),
        )
        await _tell_of(session, campaign, clip, hold)
        changes.mark(session, users=[clip.user_id], campaigns=[campaign.id])


async def pay(session: AsyncSession, actor: Actor, clip_id: int, reason: object) -> Clip:
    """Accept the held count as the clip's peak.

    The next settlement credits the growth within the budget. Raises AdminsOnly, OwnGain,
    InvalidInput, NoSuchClip, NotOnHold.
    """
    clip, campaign, hold, why = await _decidable(session, actor, clip_id, reason)
    risen = max(0, hold.views - clip.peak_views)
    clip.peak_views += risen
    clip.views = max(clip.views, hold.views)
    clip.flag = None
    await session.flush()
    await accounts.add_views(session, {clip.user_id: risen})
    await tallies.count_clips(session, campaign.id)
    _lift(session, hold, clip, HoldDecision.PAID, actor.user_id, why)
    said = f"{hold.views:,} views of your clip count. The next settlement credits them. {why}"
    await _tell_decision(session, campaign, clip, said)
    return clip


async def correct(session: AsyncSession, actor: Actor, clip_id: int, reason: object) -> Clip:
    """Decide that the held count was wrong.

    The peak stays at the highest count before it. Raises AdminsOnly, OwnGain, InvalidInput,
    NoSuchClip, NotOnHold.
    """
    clip, campaign, hold, why = await _decidable(session, actor, clip_id, reason)
    clip.flag = None
    _lift(session, hold, clip, HoldDecision.CORRECTED, actor.user_id, why)
    said = (
        f"The count of {hold.views:,} views was wrong. Your clip earns again from "
        f"{clip.peak_views:,}. {why}"
    )
    await _tell_decision(session, campaign, clip, said)
    return clip


async def lift_of_revoked(session: AsyncSession, actor: Actor, clip: Clip, why: str) -> None:
    """End the open hold of a clip that is being revoked, if there is one."""
    hold = await open_of(session, clip.id)
    if hold is not None:
        _lift(session, hold, clip, HoldDecision.REVOKED, actor.user_id, why)


async def lapse(session: AsyncSession, campaign_id: int) -> None:
    """End the open holds of a campaign that completes. The held growth is not paid."""
    found = await session.exec(
        select(ClipHold, Clip)
        .join(Clip, col(Clip.id) == col(ClipHold.clip_id))
        .where(IS_OPEN, Clip.campaign_id == campaign_id)
        .order_by(col(ClipHold.id))
    )
    for hold, clip in found.all():
        _lift(
            session,
            hold,
            clip,
            HoldDecision.LAPSED,
            None,
            "The campaign ended before an admin had decided.",
        )


async def open_of(session: AsyncSession, clip_id: int) -> ClipHold | None:
    """Return the clip's open hold, or None."""
    return (
        await session.exec(select(ClipHold).where(ClipHold.clip_id == clip_id, IS_OPEN))
    ).one_or_none()


async def held_clips(session: AsyncSession, campaign_id: int) -> frozenset[int]:
    """Return the ids of a campaign's clips that are on hold."""
    found = await session.exec(
        select(ClipHold.clip_id)
        .join(Clip, col(Clip.id) == col(ClipHold.clip_id))
        .where(IS_OPEN, Clip.campaign_id == campaign_id)
    )
    return frozenset(found.all())


async def must_not_be_held(session: AsyncSession, clip_id: int) -> None:
    """Raise OnHold if the clip is on hold."""
    if await open_of(session, clip_id) is not None:
        raise OnHold


async def must_hold_none(session: AsyncSession, campaign_id: int) -> None:
    """Raise ClipsOnHold if clips of the campaign are on hold."""
    if held := await held_clips(session, campaign_id):
        raise ClipsOnHold(len(held))


async def count_open(session: AsyncSession) -> int:
    """Return how many clips are on hold."""
    return (await session.exec(select(func.count()).select_from(ClipHold).where(IS_OPEN))).one()


def counts(clip_id: Any, views: Any, date: Any) -> ColumnElement[bool]:
    """Return the condition that no hold excludes a reading, given by its columns."""
    highest = case(
        (col(ClipHold.decision) == HoldDecision.PAID, ClipHold.views), else_=ClipHold.views_before
    )
    held_back = core_select(col(ClipHold.id)).where(
        and_(
            col(ClipHold.clip_id) == clip_id,
            col(ClipHold.read_at) <= date,
            or_(IS_OPEN, col(ClipHold.lifted_at) >= date),
            views > highest,
        )
    )
    return ~exists(held_back)


async def _decidable(
    session: AsyncSession, actor: Actor, clip_id: int, reason: object
) -> tuple[Clip, Campaign, ClipHold, str]:
    """Return the clip with its open hold.

    Locks the campaign's row, so that the second of two decisions sees the first.
    """
    actor.must_be_admin()
    otherwise = f"Enter a reason of 1 to {LONGEST_REASON} characters. The clipper sees it."
    why = parse_text(reason, "reason", longest=LONGEST_REASON, otherwise=otherwise)
    clip = await session.get(Clip, clip_id)
    if clip is None:
        raise NoSuchClip
    actor.must_not_gain(clip.user_id)
    campaign = await campaigns.locked(session, clip.campaign_id)
    await session.refresh(clip)
    hold = await open_of(session, clip_id)
    if hold is None:
        raise NotOnHold
    return clip, campaign, hold, why


def _lift(
    session: AsyncSession,
    hold: ClipHold,
    clip: Clip,
    decision: HoldDecision,
    actor_id: int | None,
    why: str,
) -> None:
    hold.decision = decision
    hold.lifted_by = actor_id
    hold.lifted_at = clock.now()
    _record(session, hold, decision.lower(), actor_id)
    audit_log.record(
        session,
        audit_log.entry(
            f"clip.hold_{decision.lower()}",
            "clip",
            clip.id,
            actor_id=actor_id,
            before={"peak_views": hold.views_before, "views_waiting": hold.views},
            after={"peak_views": clip.peak_views},
            reason=why,
        ),
    )
    changes.mark(session, users=[clip.user_id], campaigns=[clip.campaign_id])


def _record(session: AsyncSession, hold: ClipHold, step: str, actor_id: int | None) -> None:
    """Record the hold itself; what it does to its clip has an entry of its own."""
    audit_log.record(
        session,
        audit_log.entry(f"clip_hold.{step}", "clip_hold", hold.id, actor_id=actor_id, row=hold),
    )


async def _tell_of(session: AsyncSession, campaign: Campaign, clip: Clip, hold: ClipHold) -> None:
    await notifications.tell(
        session,
        clip.user_id,
        NotificationKind.CLIP_HELD,
        "A clip is on hold",
        (
            f'Your clip for "{campaign.title}" earns nothing until an admin has checked it. '
            f"{hold.reason}"
        ),
        clip.submission_id,
    )
    await notifications.tell_admins(
        session,
        NotificationKind.CLIP_HELD,
        "A clip is on hold",
        f'A clip for "{campaign.title}" waits for your decision. {hold.reason}',
        clip.submission_id,
    )


async def _tell_decision(session: AsyncSession, campaign: Campaign, clip: Clip, said: str) -> None:
    await notifications.tell(
        session,
        clip.user_id,
        NotificationKind.CLIP_HELD,
        "A hold was lifted",
        f'"{campaign.title}": {said}',
        clip.submission_id,
    )
