"""Settlement: credit one campaign's readings in one transaction, with bulk statements."""

import logging
from dataclasses import dataclass, replace

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.guarded import changed_one
from swivi.core.money import Cents
from swivi.domain.accounts.models import User
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import holds, tallies
from swivi.domain.clips.models import Clip
from swivi.domain.ledger import audit_log, budgets
from swivi.domain.ledger.budgets import Credit
from swivi.domain.tracking import accrual, observations
from swivi.domain.tracking.completion import close_books
from swivi.domain.tracking.models import PlannedCampaign, PlanStatus, TrackingRun
from swivi.domain.tracking.observations import Observations
from swivi.domain.tracking.unread_clips import unread_clips

log = logging.getLogger("swivi.tracking")

BUDGET_USED_UP = "The budget was used up."


@dataclass(frozen=True, slots=True)
class SettlementPlan:
    """All changes to write for a campaign, which may have a hundred thousand clips.

    `wanted` is the cents that its clips demand. `clippers` holds the ids of all users with a clip
    there.
    """

    observed: Observations
    due: list[Credit]
    wanted: Cents
    clippers: set[int]


async def settle_campaign(
    session: AsyncSession,
    run_id: int,
    campaign_id: int,
    *,
    accepts: frozenset[CampaignStatus] | None = None,
) -> Cents:
    """Credit one campaign's clips for the readings of a run. Return the cents added.

    It locks the campaign's row first. That closes the race with another settlement, an edit of the
    budget, an approval and a completion. A campaign that is not ACTIVE (or in `accepts`) is
    skipped. One that this run has settled already is left alone, so that a resumed run adds nothing
    twice (I5).
    """
    campaign = await campaigns.locked(session, campaign_id)
    if not await _claim(session, run_id, campaign_id, PlanStatus.SETTLED):
        return 0
    if campaign.status not in (accepts or {CampaignStatus.ACTIVE}):
        await _record(session, run_id, campaign_id, PlanStatus.SKIPPED, 0)
        return 0
    await _lock_clippers(session, campaign_id)
    judged = await _judge(session, run_id, campaign)
    waits = await _must_wait(session, run_id, campaign, judged.wanted)
    if waits:
        judged = replace(judged, due=[])
    added = await _write(session, run_id, campaign, judged)
    campaign.last_tracked_at = clock.now()
    await _record(
        session, run_id, campaign_id, PlanStatus.WAITED if waits else PlanStatus.SETTLED, added
    )
    await session.flush()
    await session.refresh(campaign)
    if campaign.remaining == 0:
        await close_books(session, campaign, reason=BUDGET_USED_UP, actor_id=None)
        await _count_completion(session, run_id)
    changes.mark(session, users=judged.clippers, campaigns=[campaign_id], runs=[run_id])
    return added


async def _must_wait(session: AsyncSession, run_id: int, campaign: Campaign, wanted: Cents) -> bool:
    """Return whether the last of the budget is kept for the next run.

    It is, but not twice in a row, if this run could not read some clips for transient reasons:
    other clips would get their part of the last dollars.
    """
    if (
        wanted == 0
        or wanted < campaign.remaining
        or await _waited_before(session, run_id, campaign.id)
    ):
        return False
    unread = await unread_clips(session, run_id, campaign.id)
    if unread.failed == 0:
        return False
    log.info(
        'Campaign "%s" keeps its last dollars for the next run: %s', campaign.title, unread.sentence
    )
    return True


async def _waited_before(session: AsyncSession, run_id: int, campaign_id: int) -> bool:
    """Return whether the previous run that judged the campaign waited."""
    last = await session.exec(
        select(PlannedCampaign.status)
        .where(
            PlannedCampaign.campaign_id == campaign_id,
            PlannedCampaign.run_id < run_id,
            col(PlannedCampaign.status).in_([PlanStatus.SETTLED, PlanStatus.WAITED]),
        )
        .order_by(col(PlannedCampaign.run_id).desc())
        .limit(1)
    )
    return last.first() is PlanStatus.WAITED


async def _claim(session: AsyncSession, run_id: int, campaign_id: int, status: PlanStatus) -> bool:
    return await changed_one(
        session,
        update(PlannedCampaign)
        .where(
            col(PlannedCampaign.run_id) == run_id,
            col(PlannedCampaign.campaign_id) == campaign_id,
            col(PlannedCampaign.status) == PlanStatus.PLANNED,
        )
        .values(status=status),
    )


async def _lock_clippers(session: AsyncSession, campaign_id: int) -> None:
    """Lock clippers in the order of their ids, before any of them changes.

    Otherwise two processes that settle two campaigns with common clippers could deadlock.
    """
    clippers = select(Clip.user_id).where(Clip.campaign_id == campaign_id)
    await session.exec(
        select(User.id)
        .where(col(User.id).in_(clippers))
        .order_by(col(User.id))
        .with_for_update(key_share=True)  # as a money update locks; foreign keys do not wait
    )


async def _record(
    session: AsyncSession, run_id: int, campaign_id: int, status: PlanStatus, added: Cents
) -> None:
    await session.execute(
        update(PlannedCampaign)
        .where(
            col(PlannedCampaign.run_id) == run_id, col(PlannedCampaign.campaign_id) == campaign_id
        )
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


async def _judge(session: AsyncSession, run_id: int, campaign: Campaign) -> SettlementPlan:
    """Return what was observed of a campaign's clips and what it earns within the budget."""
    earners, observed = await observations.observe_clips(session, run_id, campaign.id)
    demands = accrual.capped_demands(earners)
    shares = accrual.share_out(demands, campaign.remaining)
    due = [
        Credit(one.clip_id, one.user_id, shares[one.clip_id])
        for one in earners
        if one.clip_id in shares
    ]
    return SettlementPlan(
        observed, due, sum(demands.values()), {earner.user_id for earner in earners}
    )


async def _write(
    session: AsyncSession, run_id: int, campaign: Campaign, judged: SettlementPlan
) -> Cents:
    """Write the observations and credit what is due. Return the cents added."""
    due, credited = judged.due, [credit.clip_id for credit in judged.due]
    await observations.write(session, judged.observed, frozenset(credited))
    await holds.place(session, campaign, judged.observed.holds)
    why = audit_log.entry(
        "campaign.settled",
        "campaign",
        campaign.id,
        actor_id=None,
        before={"spent": campaign.spent},
        after={
            "spent": campaign.spent + sum(credit.amount for credit in due),
            "clips": len(due),
            "wanted": judged.wanted,
        },
        reason=f"tracking run {run_id}",
    )
    added = await budgets.credit_clips(
        session, campaign.id, run_id, due, why, beside=judged.observed.beside(credited)
    )
    if added:
        await tallies.count_accruals(session, campaign.id, why)
    await tallies.count_clips(session, campaign.id)
    return added
