"""Use cases of campaigns: create, change, change the status, list.

Completion is in `tracking/`.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import column, table
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.errors import InvalidInput
from swivi.core.money import MAX_CENTS, format_dollars, parse_dollars
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.service import clipper_ids
from swivi.domain.campaigns.errors import NoSuchCampaign, WrongCampaignStatus
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.campaigns.rules import (
    EDITABLE,
    MONEY_TERMS,
    STEPS,
    check_dates,
    check_start,
    parse_status,
    parse_terms,
)
from swivi.domain.ledger import audit_log, budgets
from swivi.domain.notifications import service as notifications
from swivi.domain.notifications.models import NotificationKind
from swivi.domain.platforms.models import Platform


async def create(session: AsyncSession, actor: Actor, raw: Mapping[str, object]) -> Campaign:
    """Create a campaign from raw terms (see `rules.parse_terms`) and a `status` (default DRAFT).

    Posts its budget to the ledger. Raises InvalidInput, AdminsOnly.
    """
    actor.must_be_admin()
    status = parse_status(raw.get("status") or CampaignStatus.DRAFT)
    if status not in EDITABLE:
        raise InvalidInput.of("status", "A new campaign is DRAFT, SCHEDULED, ACTIVE or PAUSED.")
    terms = parse_terms(raw, all_required=True)
    check_start(status, terms.get("starts_at"))
    check_dates(terms.get("starts_at"), terms.get("ends_at"))
    budget = terms.pop("budget")
    campaign = Campaign(**terms, status=status, created_at=clock.now())
    session.add(campaign)
    await session.flush()
    why = audit_log.entry(
        "campaign.created",
        "campaign",
        campaign.id,
        actor_id=actor.user_id,
        after={"title": campaign.title, "budget": budget, "status": status},
        row=campaign,
    )
    await budgets.change_budget(session, campaign.id, before=0, after=budget, why=why)
    await session.refresh(campaign)
    return campaign


async def change(
    session: AsyncSession, actor: Actor, campaign_id: int, raw: Mapping[str, object]
) -> Campaign:
    """Change the terms named in `raw`. Approved clips keep the terms that they have.

    Raises NoSuchCampaign, InvalidInput, WrongCampaignStatus if completed, BudgetExceeded below the
    amount spent, and OwnGain if an admin with clips there changes money terms or the end.
    """
    actor.must_be_admin()
    campaign = await locked(session, campaign_id)
    if campaign.status not in EDITABLE:
        raise WrongCampaignStatus(
            f"This campaign is {campaign.status} and can no longer be changed."
        )
    terms = parse_terms(raw, all_required=False)
    if any(terms[name] != getattr(campaign, name) for name in MONEY_TERMS & terms.keys()):
        await must_not_own_clips(session, actor, campaign_id)
    if terms.get("is_test", campaign.is_test) != campaign.is_test:
        await _check_test_flag(session, campaign)
    starts_at = terms.get("starts_at", campaign.starts_at)
    check_start(campaign.status, starts_at)
    check_dates(starts_at, terms.get("ends_at", campaign.ends_at))
    budget = terms.pop("budget", campaign.budget)
    before = {name: _written(getattr(campaign, name)) for name in terms}
    if terms.get("ends_at", campaign.ends_at) != campaign.ends_at:
        campaign.end_waits_since = campaign.end_retry_at = None
    for name, value in terms.items():
        setattr(campaign, name, value)
    after = {name: _written(value) for name, value in terms.items()}
    why = audit_log.entry(
        "campaign.changed",
        "campaign",
        campaign_id,
        actor_id=actor.user_id,
        before=before | {"budget": campaign.budget},
        after=after | {"budget": budget},
        row=campaign,
    )
    await session.flush()
    changes.mark(session, campaigns=[campaign_id])
    if budget == campaign.budget:
        audit_log.record(session, why)
        return campaign
    await budgets.change_budget(session, campaign_id, before=campaign.budget, after=budget, why=why)
    await session.refresh(campaign)
    return campaign


async def top_up(session: AsyncSession, actor: Actor, campaign_id: int, amount: object) -> Campaign:
    """Raise the budget by an amount typed in dollars.

    Raises InvalidInput for `amount`, and as `change`.
    """
    actor.must_be_admin()
    added = parse_dollars(amount, field="amount")
    campaign = await locked(session, campaign_id)
    budget = campaign.budget + added
    if budget > MAX_CENTS:
        raise InvalidInput.of("amount", f"The largest budget is {format_dollars(MAX_CENTS)}.")
    return await change(session, actor, campaign_id, {"budget": format_dollars(budget)})


async def schedule(
    session: AsyncSession, actor: Actor, campaign_id: int, raw: Mapping[str, object]
) -> Campaign:
    """Set `starts_at` and `ends_at`, and schedule the campaign.

    Raises as `change` and `step`.
    """
    await change(
        session, actor, campaign_id, {name: raw.get(name) for name in ("starts_at", "ends_at")}
    )
    return await step(session, actor, campaign_id, CampaignStatus.SCHEDULED)


_SUBMISSIONS = table("clip_submissions", column("campaign_id"), column("user_id"), column("status"))
"""Bare columns: the package that owns the table is in a layer above this one."""


async def must_not_own_clips(session: AsyncSession, actor: Actor, campaign_id: int) -> None:
    """Raise OwnGain if the actor has a submission in the campaign that was not rejected.

    Every action that leaves more of the budget to other clips calls this: one clip's loss is the
    others' gain.
    """
    own = (_SUBMISSIONS.c.user_id == actor.user_id, _SUBMISSIONS.c.status != "REJECTED")
    wanted = (
        select(_SUBMISSIONS.c.user_id)
        .where(_SUBMISSIONS.c.campaign_id == campaign_id, *own)
        .limit(1)
    )
    if (await session.scalars(wanted)).first() is not None:
        actor.must_not_gain(actor.user_id)


async def _check_test_flag(session: AsyncSession, campaign: Campaign) -> None:
    """Raise InvalidInput unless `is_test` is being set on a campaign without submissions.

    A trigger enforces the same.
    """
    if campaign.is_test:
        raise InvalidInput.of(
            "is_test", "A test campaign cannot become a normal one. Create a new campaign."
        )
    sent = select(_SUBMISSIONS.c.user_id).where(_SUBMISSIONS.c.campaign_id == campaign.id).limit(1)
    if (await session.scalars(sent)).first() is not None:
        raise InvalidInput.of(
            "is_test", "A campaign that has clips cannot become a test. Create a new campaign."
        )


def _written(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


async def step(
    session: AsyncSession, actor: Actor, campaign_id: int, target: CampaignStatus
) -> Campaign:
    """Change the status by hand, by a step of `rules.STEPS`.

    Raises NoSuchCampaign, WrongCampaignStatus, InvalidInput, and OwnGain if an admin with clips
    there starts it.
    """
    actor.must_be_admin()
    campaign = await locked(session, campaign_id)
    if target is campaign.status:
        return campaign
    if target not in STEPS[campaign.status]:
        raise WrongCampaignStatus(_no_step(campaign.status, target))
    check_start(target, campaign.starts_at)
    if target is CampaignStatus.ACTIVE:  # another admin may have paused it because of these clips
        await must_not_own_clips(session, actor, campaign_id)
    before, campaign.status = campaign.status, target
    audit_log.record(
        session,
        audit_log.entry(
            "campaign.status",
            "campaign",
            campaign_id,
            actor_id=actor.user_id,
            before={"status": before},
            after={"status": target},
            row=campaign,
        ),
    )
    changes.mark(session, campaigns=[campaign_id])
    return campaign


async def start_due(session: AsyncSession) -> list[int]:
    """Start SCHEDULED campaigns whose start has come.

    Notify admins and clippers. Return the ids.
    """
    found = await session.exec(
        select(Campaign)
        .where(Campaign.status == CampaignStatus.SCHEDULED, col(Campaign.starts_at) <= clock.now())
        .with_for_update(skip_locked=True)
    )
    due = found.all()
    for campaign in due:
        campaign.status = CampaignStatus.ACTIVE
        audit_log.record(
            session,
            audit_log.entry(
                "campaign.status",
                "campaign",
                campaign.id,
                actor_id=None,
                before={"status": CampaignStatus.SCHEDULED},
                after={"status": CampaignStatus.ACTIVE},
                reason="its start has come",
                row=campaign,
            ),
        )
        await _tell_of_start(session, campaign)
    started = [campaign.id for campaign in due]
    changes.mark(session, campaigns=started)
    return started


async def _tell_of_start(session: AsyncSession, campaign: Campaign) -> None:
    await notifications.tell_admins(
        session,
        NotificationKind.CAMPAIGN_STARTED,
        "A campaign has started",
        (
            f'"{campaign.title}" is open to clippers, as scheduled, with a budget of '
            f"{format_dollars(campaign.budget)}."
        ),
        campaign.id,
    )
    if campaign.hidden or campaign.is_test:
        return
    best = max(campaign.rate_on(Platform(name)) for name in campaign.platforms)
    brand = f" by {campaign.brand}" if campaign.brand else ""
    words = f'"{campaign.title}"{brand} pays up to {format_dollars(best)} per 1,000 views.'
    await notifications.tell_each(
        session,
        NotificationKind.CAMPAIGN_STARTED,
        "A new campaign is open",
        dict.fromkeys(await clipper_ids(session), words),
        campaign.id,
    )


def _no_step(status: CampaignStatus, target: CampaignStatus) -> str:
    if target is CampaignStatus.ARCHIVED:
        return f"This campaign is {status}. Complete it before you archive it."
    return f"This campaign is {status} and cannot become {target}."


async def get(session: AsyncSession, campaign_id: int) -> Campaign:
    """Return the campaign. Raises NoSuchCampaign."""
    campaign = await session.get(Campaign, campaign_id)
    if campaign is None:
        raise NoSuchCampaign
    return campaign


async def locked(session: AsyncSession, campaign_id: int) -> Campaign:
    """Return the campaign with its row locked until the transaction ends. Raises NoSuchCampaign.

    On PostgreSQL this is FOR NO KEY UPDATE. On SQLite the whole transaction is exclusive anyway. It
    closes the races between settlement, edit, submission and completion of one campaign, which all
    call it. Rows that only refer to the campaign do not wait: a rejection holds its submission,
    which a completion waits for.
    """
    found = await session.exec(
        select(Campaign)
        .where(Campaign.id == campaign_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    campaign = found.one_or_none()
    if campaign is None:
        raise NoSuchCampaign
    return campaign
