"""Campaigns: open ones for clippers, all of them for admins."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from swivi.api.http.access import Admin, Called, SignedIn, admin
from swivi.api.http.bodies import ExactRoute
from swivi.api.http.body_limits import MAX_LONG_TEXTS_BYTES, takes_up_to
from swivi.api.http.idempotency import OnceForUser
from swivi.api.http.parameters import Paging, Search
from swivi.api.http.refusals import refuses
from swivi.api.http.schemas import AnyCase, RowId
from swivi.api.routes.campaigns_schemas import (
    AdminCampaign,
    AdminCampaignPage,
    CampaignChange,
    NewCampaign,
    OpenCampaign,
    OpenCampaignPage,
)
from swivi.core.errors import InvalidInput
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.errors import OwnGain
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import NoSuchCampaign, WrongCampaignStatus
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.campaigns.rules import parse_status
from swivi.domain.clips.review import parse_reason
from swivi.domain.ledger.errors import BudgetExceeded
from swivi.domain.platforms.models import Platform
from swivi.domain.tracking.errors import RunUnderWay, UnreadClipsLeft
from swivi.insights.campaigns import catalogue
from swivi.insights.campaigns.catalogue import CatalogueOrder
from swivi.insights.campaigns.listing import all_campaigns
from swivi.runtime.runtime import runtime

ENDED_BY_ADMIN = "An admin ended the campaign."
COMPLETE_ALONE = "Complete the campaign in a request of its own, without a change of its terms."
ONLY_COMPLETED = "Only a request for the status COMPLETED takes this."

OpenSort = Literal[
    "createdAt",
    "-createdAt",
    "payoutRate",
    "-payoutRate",
    "remaining",
    "-remaining",
    "endsAt",
    "-endsAt",
]
OPEN_ORDERS = {
    "createdAt": CatalogueOrder.NEWEST,
    "payoutRate": CatalogueOrder.RATE,
    "remaining": CatalogueOrder.LEFT,
    "endsAt": CatalogueOrder.ENDING,
}
NATURAL = {"-createdAt", "-payoutRate", "-remaining", "endsAt"}
"""The usual direction of each order in the catalogue."""
CampaignSort = Literal[
    "createdAt",
    "-createdAt",
    "budget",
    "-budget",
    "spent",
    "-spent",
    "remaining",
    "-remaining",
    "payoutRate",
    "-payoutRate",
    "lastTrackedAt",
    "-lastTrackedAt",
]

open_router = APIRouter(prefix="/clippers/campaigns", tags=["clippers"], route_class=ExactRoute)
admin_router = APIRouter(
    prefix="/admin/campaigns", tags=["admin"], route_class=ExactRoute, dependencies=[Depends(admin)]
)


@open_router.get("")
async def list_open_campaigns(
    _: SignedIn,
    paging: Annotated[Paging, Depends()],
    platform: Annotated[Platform | None, Query()] = None,
    sort: OpenSort = "-createdAt",
) -> OpenCampaignPage:
    """List the campaigns that take submissions now.

    `payoutRate` sorts by the rate on `platform`; without `platform`, by a campaign's best rate.
    """
    order, is_natural = OPEN_ORDERS[sort.removeprefix("-")], sort in NATURAL
    async with runtime().database.reading() as session:
        found, total = await catalogue.open_campaigns(
            session,
            platform=platform,
            order=order,
            backwards=not is_natural,
            limit=paging.limit,
            offset=paging.offset,
        )
    return paging.shown(
        OpenCampaignPage, [OpenCampaign.model_validate(campaign) for campaign in found], total
    )


@open_router.get("/{campaign_id}")
@refuses(NoSuchCampaign)
async def get_open_campaign(actor: SignedIn, campaign_id: RowId) -> OpenCampaign:
    """Return a campaign that is active, paused or completed.

    Only clippers who submitted to a hidden campaign can see it.
    """
    async with runtime().database.reading() as session:
        campaign = await catalogue.public_campaign(session, campaign_id, actor.user_id)
    if campaign is None:
        raise NoSuchCampaign
    return OpenCampaign.model_validate(campaign)


@admin_router.get("")
async def list_campaigns(
    paging: Annotated[Paging, Depends()],
    status: Annotated[CampaignStatus | None, AnyCase, Query()] = None,
    q: Search = "",
    sort: CampaignSort = "-createdAt",
) -> AdminCampaignPage:
    """List all campaigns. `q` searches titles and brands."""
    async with runtime().database.reading() as session:
        found, total = await all_campaigns(
            session, status=status, search=q, sort=sort, limit=paging.limit, offset=paging.offset
        )
    return paging.shown(
        AdminCampaignPage, [AdminCampaign.model_validate(campaign) for campaign in found], total
    )


@admin_router.post("", status_code=201)
@takes_up_to(MAX_LONG_TEXTS_BYTES)
async def create_campaign(actor: Admin, body: NewCampaign, once: OnceForUser) -> AdminCampaign:
    """Create a campaign and fund it with its budget."""
    async with once.writing() as session:
        campaign = AdminCampaign.model_validate(await campaigns.create(session, actor, body.sent()))
        await once.keep(session, campaign)
    return campaign


@admin_router.get("/{campaign_id}")
@refuses(NoSuchCampaign)
async def get_campaign(campaign_id: RowId) -> AdminCampaign:
    """Return one campaign."""
    async with runtime().database.reading() as session:
        return AdminCampaign.model_validate(await campaigns.get(session, campaign_id))


@admin_router.patch("/{campaign_id}")
@takes_up_to(MAX_LONG_TEXTS_BYTES)
@refuses(NoSuchCampaign, OwnGain, WrongCampaignStatus, BudgetExceeded, RunUnderWay, UnreadClipsLeft)
async def change_campaign(
    actor: Admin, campaign_id: RowId, body: CampaignChange, called: Called
) -> AdminCampaign:
    """Change a campaign's terms, its status, or both.

    The status COMPLETED reads all views and settles the campaign a last time. Send it alone: with
    terms, the request is refused and changes nothing. While some clips cannot be read, it is
    refused with `not_all_read`. With `force`, the campaign completes anyway, and the unread growth
    of those clips is lost; `force` needs a `reason`.
    """
    terms = body.sent()
    ending: dict[str, object] = {
        name: terms.pop(name) for name in ("force", "reason") if name in terms
    }
    status = parse_status(terms.pop("status")) if "status" in terms else None
    if terms or status is CampaignStatus.COMPLETED:
        await called.must_be_proven()
    if status is CampaignStatus.COMPLETED:
        if terms:
            raise InvalidInput.of("status", COMPLETE_ALONE)
        return AdminCampaign.model_validate(await _completed(actor, campaign_id, ending, called))
    for name in ending:
        raise InvalidInput.of(name, ONLY_COMPLETED)
    async with runtime().database.writing() as session:
        campaign = await campaigns.get(session, campaign_id)
        if terms:
            campaign = await campaigns.change(session, actor, campaign_id, terms)
        if status is not None:
            campaign = await campaigns.step(session, actor, campaign_id, status)
    return AdminCampaign.model_validate(campaign)


async def _completed(
    actor: Actor, campaign_id: int, ending: Mapping[str, object], called: Called
) -> Campaign:
    force = ending.get("force", False)
    if not isinstance(force, bool):
        raise InvalidInput.of("force", "Say true or false.")
    reason = parse_reason(ending.get("reason")) if force or "reason" in ending else ENDED_BY_ADMIN
    if force:
        await called.must_be_proven()
    return await runtime().tracker.complete(campaign_id, actor=actor, reason=reason, force=force)


@admin_router.delete("/{campaign_id}")
@refuses(NoSuchCampaign, WrongCampaignStatus)
async def archive_campaign(actor: Admin, campaign_id: RowId) -> AdminCampaign:
    """Archive a campaign. Nothing is deleted.

    Complete a running campaign first.
    """
    async with runtime().database.writing() as session:
        campaign = await campaigns.step(session, actor, campaign_id, CampaignStatus.ARCHIVED)
    return AdminCampaign.model_validate(campaign)
