"""Read-only: how one campaign's budget burned down, and what each day brought. Money is cents, times are UTC."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.campaigns.models import Campaign
from swivi.core.money import Cents
from swivi.insights.days import DAY
from swivi.insights.flows import Days, Flow, by_day, flows
from swivi.ledger.models import Transfer, TransferKind

MOST_STEPS = 500
"""The newest ones that a chart shows: more than two months, settled every four hours."""

_TOWARD_THE_BUDGET = [TransferKind.BUDGET_FUNDED, TransferKind.ACCRUAL_REVERSED]


@dataclass(frozen=True, slots=True)
class BudgetStep:
    """What was left of the budget after a settlement, a reversal or a change of the budget."""

    at: datetime
    left: Cents


async def burn_down(session: AsyncSession, campaign_id: int) -> list[BudgetStep]:
    """The newest steps of a campaign's budget, oldest first, by its transfers; none if there is no such campaign.

    One query: the transfers of one settlement bear one time.
    """
    toward = col(Transfer.kind).in_(_TOWARD_THE_BUDGET)
    moved = func.sum(case((toward, col(Transfer.amount)), else_=-col(Transfer.amount)))
    found = await session.exec(
        select(Transfer.created_at, moved, Campaign.budget, Campaign.spent)
        .join(Campaign, col(Campaign.id) == col(Transfer.campaign_id))
        .where(Transfer.campaign_id == campaign_id)
        .group_by(col(Transfer.created_at), col(Campaign.budget), col(Campaign.spent))
        .order_by(col(Transfer.created_at).desc())
        .limit(MOST_STEPS)
    )
    steps: list[BudgetStep] = []
    left: Cents | None = None
    for at, change, budget, spent in found.all():
        left = budget - spent if left is None else left
        steps.append(BudgetStep(at, left))
        left -= int(change)
    return steps[::-1]


async def campaign_days(session: AsyncSession, campaign_id: int, *, today: date, days: int) -> list[tuple[date, Flow]]:
    """What each of the `days` UTC days up to and with `today` brought, oldest first; none from before the campaign."""
    created_at = (await session.exec(select(Campaign.created_at).where(Campaign.id == campaign_id))).one_or_none()
    if created_at is None:
        return []
    asked = Days(max(today - (days - 1) * DAY, created_at.date()), today)
    return by_day(await flows(session, asked, campaign_id=campaign_id), asked)
