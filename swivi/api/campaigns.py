"""Campaigns: the open ones for clippers, all of them for admins."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from swivi.api.access import Admin, SignedIn, admin
from swivi.api.bodies import ExactRoute
from swivi.api.once import OnceForUser
from swivi.api.refusals import refuses
from swivi.api.schemas import Listed, Paging, RowId
from swivi.api.schemas_campaigns import CampaignChange, CampaignView, NewCampaign, OpenCampaign
from swivi.campaigns import service as campaigns
from swivi.campaigns.errors import NoSuchCampaign, WrongCampaignStatus
from swivi.campaigns.models import CampaignStatus
from swivi.campaigns.rules import parse_status
from swivi.ledger.errors import BudgetExceeded
from swivi.runtime import runtime
from swivi.tracking.errors import RunUnderWay

ENDED_BY_ADMIN = "An admin ended the campaign."

open_router = APIRouter(prefix="/clippers/campaigns", tags=["clippers"], route_class=ExactRoute)
admin_router = APIRouter(
    prefix="/admin/campaigns", tags=["admin"], route_class=ExactRoute, dependencies=[Depends(admin)]
)


@open_router.get("")
async def open_campaigns(_: SignedIn, paging: Annotated[Paging, Depends()]) -> Listed[OpenCampaign]:
    """Campaigns that take clips now, newest first."""
    async with runtime().database.reading() as session:
        found, total = await campaigns.open_campaigns(session, limit=paging.limit, offset=paging.offset)
    return paging.listed([OpenCampaign.model_validate(campaign) for campaign in found], total)


@admin_router.get("")
async def list_campaigns(
    actor: Admin, paging: Annotated[Paging, Depends()], status: Annotated[str, Query()] = ""
) -> Listed[CampaignView]:
    """All campaigns, newest first."""
    wanted = parse_status(status) if status else None
    async with runtime().database.reading() as session:
        found, total = await campaigns.list_all(session, actor, status=wanted, limit=paging.limit, offset=paging.offset)
    return paging.listed([CampaignView.model_validate(campaign) for campaign in found], total)


@admin_router.post("", status_code=201)
async def create_campaign(actor: Admin, body: NewCampaign, once: OnceForUser) -> CampaignView:
    """A new campaign, funded with its budget."""
    async with once.writing() as session:
        campaign = CampaignView.model_validate(await campaigns.create(session, actor, body.sent()))
        await once.keep(session, campaign)
    return campaign


@admin_router.get("/{campaign_id}")
@refuses(NoSuchCampaign)
async def get_campaign(campaign_id: RowId) -> CampaignView:
    """One campaign."""
    async with runtime().database.reading() as session:
        return CampaignView.model_validate(await campaigns.get(session, campaign_id))


@admin_router.patch("/{campaign_id}")
@refuses(NoSuchCampaign, WrongCampaignStatus, BudgetExceeded, RunUnderWay)
async def change_campaign(actor: Admin, campaign_id: RowId, body: CampaignChange) -> CampaignView:
    """Change terms, take a step to another status, or both.

    COMPLETED settles the campaign once more on newly read views. That is a step of its own: terms sent with it are
    changed before, and stay changed if the completion is refused.
    """
    terms = body.sent()
    status = parse_status(terms.pop("status")) if "status" in terms else None
    async with runtime().database.writing() as session:
        campaign = await campaigns.get(session, campaign_id)
        if terms:
            campaign = await campaigns.change(session, actor, campaign_id, terms)
        if status not in (None, CampaignStatus.COMPLETED):
            campaign = await campaigns.step(session, actor, campaign_id, status)
    if status is CampaignStatus.COMPLETED:
        campaign = await runtime().tracker.complete(campaign_id, actor=actor, reason=ENDED_BY_ADMIN)
    return CampaignView.model_validate(campaign)


@admin_router.delete("/{campaign_id}")
@refuses(NoSuchCampaign, WrongCampaignStatus)
async def archive_campaign(actor: Admin, campaign_id: RowId) -> CampaignView:
    """Archive a campaign; one that still runs has to be completed first."""
    async with runtime().database.writing() as session:
        campaign = await campaigns.step(session, actor, campaign_id, CampaignStatus.ARCHIVED)
    return CampaignView.model_validate(campaign)
