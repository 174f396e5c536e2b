"""Settlement: one campaign's readings become earnings, in one transaction, with statements in bulk."""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import CursorResult, Row, bindparam, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts.models import User, UserStatus
from swivi.campaigns import service as campaigns
from swivi.campaigns.models import Campaign, CampaignStatus
from swivi.clips.models import Clip, ClipState, ViewTracking
from swivi.core import changes, clock
from swivi.core.money import Cents
from swivi.ledger import audit_log, budgets
from swivi.ledger.budgets import Credit
from swivi.platforms.models import Outcome
from swivi.tracking import accrual
from swivi.tracking.accrual import Earner, Sighting
from swivi.tracking.completion import close_books
from swivi.tracking.models import PlannedCampaign, PlanStatus, TrackingRun

log = logging.getLogger("swivi.tracking")

BUDGET_USED_UP = "The budget was used up."


async def settle_campaign(
    session: AsyncSession, run_id: int, campaign_id: int, *, accepts: frozenset[CampaignStatus] | None = None
) -> Cents:
    """Credit one campaign's clips for what this run read; returns the cents added.

    Locks the campaign's row first, which closes the race with another settlement, an edit of its budget, an
    approval or a completion. A campaign that is not ACTIVE (or not in `accepts`) is skipped, and one that this
    run has settled already is left alone, so that a resumed run adds nothing twice (I5).
    """
    campaign = await campaigns.locked(session, campaign_id)
    if not await _claim(session, run_id, campaign_id, PlanStatus.SETTLED):
        return 0
    if campaign.status not in (accepts or {CampaignStatus.ACTIVE}):
        await _record(session, run_id, campaign_id, PlanStatus.SKIPPED, 0)
        return 0
    await _lock_clippers(session, campaign_id)
    sightings, earners = await _look_at_clips(session, run_id, campaign_id)
    await _write_sightings(session, sightings)
    added = await _credit(session, run_id, campaign, earners)
    campaign.last_tracked_at = clock.now()
    await _record(session, run_id, campaign_id, PlanStatus.SETTLED, added)
    await session.flush()
    await session.refresh(campaign)
    if campaign.remaining == 0:
        await close_books(session, campaign, reason=BUDGET_USED_UP, actor_id=None)
        await _count_completion(session, run_id)
    users = {earner.user_id for earner in earners}
    changes.mark(session, users=users, campaigns=[campaign_id], runs=[run_id])
    return added


async def _claim(session: AsyncSession, run_id: int, campaign_id: int, status: PlanStatus) -> bool:
    claimed: CursorResult[Any] = await session.execute(  # type: ignore[assignment]
        update(PlannedCampaign)
        .where(
            col(PlannedCampaign.run_id) == run_id,
            col(PlannedCampaign.campaign_id) == campaign_id,
            col(PlannedCampaign.status) == PlanStatus.PLANNED,
        )
        .values(status=status)
    )
    return claimed.rowcount == 1


async def _lock_clippers(session: AsyncSession, campaign_id: int) -> None:
    """In the order of their ids, before any of them changes: two processes may settle two campaigns that have clippers
    in common, and would wait for each other otherwise."""
    clippers = select(Clip.user_id).where(Clip.campaign_id == campaign_id)
    await session.exec(
        select(User.id)
        .where(col(User.id).in_(clippers))
        .order_by(col(User.id))
        .with_for_update(key_share=True)  # as an update of money locks: foreign keys to them do not wait
    )


async def _record(session: AsyncSession, run_id: int, campaign_id: int, status: PlanStatus, added: Cents) -> None:
    await session.execute(
        update(PlannedCampaign)
        .where(col(PlannedCampaign.run_id) == run_id, col(PlannedCampaign.campaign_id) == campaign_id)
        .values(status=status, earnings_added=added)
    )
    settled = 1 if status is PlanStatus.SETTLED else 0
    await session.execute(
        update(TrackingRun)
        .where(col(TrackingRun.id) == run_id)
        .values(
            earnings_added=TrackingRun.earnings_added + added,
            campaigns_settled=TrackingRun.campaigns_settled + settled,
        )
    )


async def _count_completion(session: AsyncSession, run_id: int) -> None:
    await session.execute(
        update(TrackingRun)
        .where(col(TrackingRun.id) == run_id)
        .values(campaigns_completed=TrackingRun.campaigns_completed + 1)
    )


async def _look_at_clips(
    session: AsyncSession, run_id: int, campaign_id: int
) -> tuple[list[dict[str, Any]], list[Earner]]:
    """What each clip's row becomes (for the bulk update), and the clips as accrual sees them.

    Runs that read this campaign and could not settle it (it was paused, or they were stopped) are looked at too:
    the largest count ever read pays.
    """
    runs = [*await _unsettled_runs(session, run_id, campaign_id), run_id]
    readings = [await _newest_readings(session, each, campaign_id) for each in runs]
    sightings, earners = [], []
    for clip in await _clip_rows(session, campaign_id):
        after = before = Sighting(clip.views, clip.peak_views, clip.not_found_runs, clip.state, clip.flag)
        for of_run in readings:
            if clip.id in of_run:
                after = accrual.observe(after, *of_run[clip.id])
        if after is not before:
            sightings.append(_sighting_row(clip, after))
        earners.append(_earner(clip, after))
    return sightings, earners


async def _unsettled_runs(session: AsyncSession, run_id: int, campaign_id: int) -> Sequence[int]:
    """The runs before this one that took the campaign since it was last settled, oldest first."""
    earlier = (col(PlannedCampaign.campaign_id) == campaign_id, col(PlannedCampaign.run_id) < run_id)
    settled = select(func.coalesce(func.max(PlannedCampaign.run_id), 0)).where(
        *earlier, PlannedCampaign.status == PlanStatus.SETTLED
    )
    found = await session.exec(
        select(PlannedCampaign.run_id)
        .where(*earlier, col(PlannedCampaign.run_id) > settled.scalar_subquery())
        .order_by(col(PlannedCampaign.run_id))
    )
    return found.all()


async def _clip_rows(session: AsyncSession, campaign_id: int) -> Sequence[Row[Any]]:
    # Columns, not objects: a campaign may have tens of thousands of clips.
    found = await session.execute(
        select(*Clip.__table__.columns, col(User.status).label("user_status"))  # type: ignore[attr-defined,call-overload]
        .join(User, col(User.id) == col(Clip.user_id))
        .where(Clip.campaign_id == campaign_id)
        .order_by(col(Clip.id))
    )
    return found.all()


async def _newest_readings(
    session: AsyncSession, run_id: int, campaign_id: int
) -> dict[int, tuple[Outcome, int | None]]:
    # By clip ids, so that the unique index on (run, clip, attempt) answers: a join would let the database walk
    # through all of the run's readings for each of its campaigns.
    clips = select(Clip.id).where(Clip.campaign_id == campaign_id).scalar_subquery()
    found = await session.exec(
        select(ViewTracking.clip_id, ViewTracking.outcome, ViewTracking.views)
        .where(ViewTracking.run_id == run_id, col(ViewTracking.clip_id).in_(clips))
        .order_by(col(ViewTracking.attempt))
    )
    return {clip_id: (Outcome(outcome), views) for clip_id, outcome, views in found.all()}


def _earner(clip: Row[Any], after: Sighting) -> Earner:
    return Earner(
        clip_id=clip.id,
        user_id=clip.user_id,
        initial_views=clip.initial_views,
        peak_views=after.peak_views,
        rate=clip.rate,
        min_views=clip.min_views,
        max_per_clip=clip.max_per_clip,
        max_per_clipper=clip.max_per_clipper,
        gross_credited=clip.gross_credited,
        may_earn=clip.state is not ClipState.REVOKED and clip.user_status is UserStatus.ACTIVE,
    )


def _sighting_row(clip: Row[Any], after: Sighting) -> dict[str, Any]:
    # A revoked clip is never tracked again, whatever was read of it while it was being revoked.
    state = clip.state if clip.state is ClipState.REVOKED else after.state
    return {
        "row_id": clip.id,
        "owner": clip.user_id,
        "new_peak": after.peak_views,
        "gained": after.peak_views - clip.peak_views if state is not ClipState.REVOKED else 0,
        "new_views": after.views,
        "new_state": state,
        "new_not_found_runs": after.not_found_runs,
        "new_flag": after.flag,
    }


async def _write_sightings(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    connection = await session.connection()
    clips = Clip.__table__  # type: ignore[attr-defined]
    await connection.execute(
        update(clips)
        .where(clips.c.id == bindparam("row_id"))
        .values(
            views=bindparam("new_views"),
            peak_views=bindparam("new_peak"),
            state=bindparam("new_state"),
            not_found_runs=bindparam("new_not_found_runs"),
            flag=bindparam("new_flag"),
            last_tracked_at=clock.now(),
        ),
        rows,
    )
    gained: dict[int, int] = {}
    for row in rows:
        gained[row["owner"]] = gained.get(row["owner"], 0) + row["gained"]
    totals = [{"row_id": user_id, "gained": views} for user_id, views in sorted(gained.items()) if views]
    if totals:
        users = User.__table__  # type: ignore[attr-defined]
        await connection.execute(
            update(users)
            .where(users.c.id == bindparam("row_id"))
            .values(total_views=users.c.total_views + bindparam("gained")),
            totals,
        )


async def _credit(session: AsyncSession, run_id: int, campaign: Campaign, earners: Sequence[Earner]) -> Cents:
    owners = {earner.clip_id: earner.user_id for earner in earners}
    demands = accrual.capped_demands(list(earners))
    shares = accrual.share_out(demands, campaign.remaining)
    why = audit_log.entry(
        "campaign.settled",
        "campaign",
        campaign.id,
        actor_id=None,
        before={"spent": campaign.spent},
        after={
            "spent": campaign.spent + sum(shares.values()),
            "clips": len(shares),
            "wanted": sum(demands.values()),
        },
        reason=f"tracking run {run_id}",
    )
    due = [Credit(clip_id, owners[clip_id], amount) for clip_id, amount in shares.items()]
    return await budgets.credit_clips(session, campaign.id, run_id, due, why)
