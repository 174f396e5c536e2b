"""The history of one campaign: its remaining budget over time, and the totals of each day.

Money is in cents, times are in UTC.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.campaigns.models import Campaign
from swivi.domain.ledger.models import SELDOM, AuditEntry, Transfer, TransferKind
from swivi.insights.money.flows import Days, Flow, by_day_and_platform, of_each_day
from swivi.insights.shared.days import DAY

MOST_STEPS = 500
"""The most steps in a chart, the newest ones: over two months with a settlement every four hours.
"""

_TOWARD_THE_BUDGET = [TransferKind.BUDGET_FUNDED, TransferKind.ACCRUAL_REVERSED]


@dataclass(frozen=True, slots=True)
class BudgetStep:
    """The remaining budget after a settlement, a reversal or a change of the budget."""

    at: datetime
    left: Cents


async def burn_down(session: AsyncSession, campaign_id: int) -> list[BudgetStep]:
    """Return the newest steps of a campaign's budget, oldest first; none if it does not exist."""
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        return []
    moved = await _settlements(session, campaign_id)
    for at, cents in await _others(session, campaign_id):
        moved[at] += cents
    steps, left = (
        [],
        campaign.remaining if campaign.completed_at is None else 0,
    )  # the remaining budget was returned
    for at in sorted(moved, reverse=True)[:MOST_STEPS]:
        steps.append(BudgetStep(at, left))
        left -= moved[at]
    return steps[::-1]


async def _settlements(session: AsyncSession, campaign_id: int) -> defaultdict[datetime, Cents]:
    """Return the steps from the audit log, which has one sum per settlement (I14).

    The ledger has a transfer for each clip.
    """
    found = await session.exec(
        select(AuditEntry.at, AuditEntry.amount)
        .where(
            AuditEntry.subject == "campaign",
            AuditEntry.subject_id == campaign_id,
            AuditEntry.action == "campaign.settled",
            col(AuditEntry.amount).is_not(None),
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(MOST_STEPS)
    )
    moved: defaultdict[datetime, Cents] = defaultdict(int)
    for at, amount in found.all():
        moved[at] -= amount or 0
    return moved


async def _others(session: AsyncSession, campaign_id: int) -> list[tuple[datetime, Cents]]:
    toward = col(Transfer.kind).in_(_TOWARD_THE_BUDGET)
    moved = func.sum(case((toward, col(Transfer.amount)), else_=-col(Transfer.amount)))
    found = await session.exec(
        select(Transfer.created_at, moved)
        .where(Transfer.campaign_id == campaign_id, SELDOM)
        .group_by(col(Transfer.created_at))
        .order_by(col(Transfer.created_at).desc())
        .limit(MOST_STEPS)
    )
    return [(at, int(cents)) for at, cents in found.all()]


async def campaign_days(
    session: AsyncSession, campaign_id: int, *, today: date, days: int
) -> list[tuple[date, Flow]]:
    """Return the totals of each of the `days` UTC days that end with `today`, oldest first.

    Days before the campaign are left out.
    """
    created_at = (
        await session.exec(select(Campaign.created_at).where(Campaign.id == campaign_id))
    ).one_or_none()
    if created_at is None:
        return []
    asked = Days(max(today - (days - 1) * DAY, created_at.date()), today, campaign_id)
    cells = await by_day_and_platform(session, asked)
    return of_each_day(cells, asked)
