"""Completing a campaign: close its books once, take snapshots, notify its clippers (I12)."""

import logging

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.money import format_dollars
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import holds
from swivi.domain.clips.models import Clip, ClipSubmission, SubmissionStatus
from swivi.domain.ledger import audit_log, budgets, states
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.webhooks import outbox
from swivi.domain.webhooks.events import CampaignCompleted

log = logging.getLogger("swivi.tracking")

ENDED = "The campaign ended."


async def close_books(
    session: AsyncSession, campaign: Campaign, *, reason: str, actor_id: int | None
) -> None:
    """Set the campaign to COMPLETED, for good.

    The caller has locked the campaign's row and settled it for the last time.
    """
    assert campaign.completed_at is None, "a campaign completes once"
    before = campaign.status
    campaign.status = CampaignStatus.COMPLETED
    campaign.completed_at = clock.now()
    campaign.completion_reason = reason
    campaign.end_waits_since = campaign.end_retry_at = None
    await session.flush()
    await holds.lapse(session, campaign.id)
    unreviewed = await _reject_pending(session, campaign)
    await _take_snapshots(session, campaign.id)
    audit_log.record(
        session,
        audit_log.entry(
            "campaign.completed",
            "campaign",
            campaign.id,
            actor_id=actor_id,
            before={"status": before},
            after={"status": campaign.status, "spent": campaign.spent},
            reason=reason,
            row=campaign,
        ),
    )
    await _return_unspent(session, campaign, actor_id)
    await _tell_clippers(session, campaign, unreviewed)
    if actor_id is None:
        await _tell_admins(session, campaign, reason)
    await outbox.tell(
        session,
        CampaignCompleted(
            campaign_id=campaign.id,
            title=campaign.title,
            budget=campaign.budget,
            spent=campaign.spent,
            reason=reason,
            completed_at=campaign.completed_at,
        ),
    )
    changes.mark(session, campaigns=[campaign.id])
    log.info('Campaign "%s" completed: %s', campaign.title, reason)


async def _return_unspent(session: AsyncSession, campaign: Campaign, actor_id: int | None) -> None:
    why = audit_log.entry(
        "campaign.budget_returned",
        "campaign",
        campaign.id,
        actor_id=actor_id,
        reason="Returned what the completed campaign did not spend.",
    )
    await budgets.return_unspent(session, campaign.id, why)


async def _reject_pending(session: AsyncSession, campaign: Campaign) -> dict[int, str]:
    """Reject pending submissions. Return the text for each of their clippers."""
    because = (
        "the budget was used up before review" if campaign.remaining == 0 else "the campaign ended"
    )
    pending = (
        col(ClipSubmission.campaign_id) == campaign.id,
        col(ClipSubmission.status) == SubmissionStatus.PENDING,
    )
    owners = (await session.exec(select(ClipSubmission.user_id).where(*pending).distinct())).all()
    await session.execute(
        update(ClipSubmission)
        .where(*pending)
        .values(
            status=SubmissionStatus.REJECTED,
            holds_video=False,
            reason=because,
            reviewed_at=clock.now(),
        )
    )
    if owners:
        unreviewed = (
            "t.campaign_id = :campaign_id AND t.status = 'REJECTED' AND t.reviewer_id IS NULL"
        )
        unrecorded = f"{unreviewed} AND t.reason = :reason"
        values = {"campaign_id": campaign.id, "reason": because}
        await states.record_many(
            session, states.SUBMISSION, "submission.rejected", unrecorded, values
        )
    return dict.fromkeys(owners, f'Your clip for "{campaign.title}" was not accepted: {because}.')


async def _take_snapshots(session: AsyncSession, campaign_id: int) -> None:
    earnings = (
        select(Clip.earnings)
        .where(Clip.submission_id == ClipSubmission.id)
        .correlate(ClipSubmission)
    ).scalar_subquery()
    await session.execute(
        update(ClipSubmission)
        .where(col(ClipSubmission.campaign_id) == campaign_id)
        .values(final_earnings=func.coalesce(earnings, 0))
        .execution_options(synchronize_session=False)
    )


async def _tell_clippers(
    session: AsyncSession, campaign: Campaign, unreviewed: dict[int, str]
) -> None:
    await notifications.tell_each(
        session,
        NotificationKind.SUBMISSION_REJECTED,
        "Your clip was not accepted",
        unreviewed,
    )
    totals = await session.exec(
        select(Clip.user_id, func.sum(Clip.earnings))
        .where(Clip.campaign_id == campaign.id)
        .group_by(col(Clip.user_id))
    )
    earned = {user_id: int(total) for user_id, total in totals.all()}
    await notifications.tell_each(
        session,
        NotificationKind.CAMPAIGN_COMPLETED,
        "A campaign was completed",
        {
            user_id: f'"{campaign.title}" is completed. You earned {format_dollars(total)}.'
            for user_id, total in earned.items()
        },
        campaign.id,
    )
    changes.mark(session, users=[*earned, *unreviewed])


async def _tell_admins(session: AsyncSession, campaign: Campaign, reason: str) -> None:
    spent, budget = format_dollars(campaign.spent), format_dollars(campaign.budget)
    await notifications.tell_admins(
        session,
        NotificationKind.CAMPAIGN_COMPLETED,
        "A campaign was completed",
        f'"{campaign.title}" is completed with {spent} of {budget} spent. {reason}',
        campaign.id,
    )
