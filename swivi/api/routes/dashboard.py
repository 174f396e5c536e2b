"""The clipper's dashboard, in the shape that existing programs expect."""

from fastapi import APIRouter, Depends

from swivi.api.http.access import Clipper, clipper
from swivi.api.http.schemas import Dollars, Id, View
from swivi.core.money import format_dollars
from swivi.domain.payouts.terms import PayoutTerms
from swivi.insights.clippers.clipper import ClipperDashboard, clipper_dashboard
from swivi.insights.submissions.rows import ClipRow
from swivi.runtime.runtime import runtime

router = APIRouter(prefix="/clippers/dashboard", tags=["clippers"], dependencies=[Depends(clipper)])


class Stat(View):
    """A number with its title, formatted for display."""

    title: str
    value: str


class RecentClip(View):
    """A recent submission. `status` is in lower case; `views` is 0 before the first reading."""

    id: Id
    views: int
    earnings: Dollars
    campaign: str
    status: str
    platform: str
    url: str


class Dashboard(View):
    """A clipper's numbers and recent submissions."""

    stats: list[Stat]
    recent_clips: list[RecentClip]
    available_balance: Dollars
    total_earnings: Dollars
    total_views: int
    minimum_payout: Dollars
    can_request_payout: bool


@router.get("")
async def dashboard(actor: Clipper) -> Dashboard:
    """Return the clipper's own numbers."""
    async with runtime().database.reading() as session:
        seen = await clipper_dashboard(session, actor.user_id)
    return _dashboard(seen, runtime().payout_terms)


def _dashboard(seen: ClipperDashboard, terms: PayoutTerms) -> Dashboard:
    return Dashboard(
        stats=[
            Stat(title="Total Earned", value=format_dollars(seen.total_earnings)),
            Stat(title="Total Views", value=f"{seen.total_views:,}"),
            Stat(title="Active Campaigns", value=f"{seen.active_campaigns:,}"),
            Stat(title="Clips Submitted", value=f"{seen.clips_submitted:,}"),
        ],
        recent_clips=[_recent(row) for row in seen.recent_clips],
        available_balance=seen.available,
        total_earnings=seen.total_earnings,
        total_views=seen.total_views,
        minimum_payout=terms.minimum,
        can_request_payout=seen.can_request_payout(terms),
    )


def _recent(row: ClipRow) -> RecentClip:
    return RecentClip(
        id=row.submission_id,
        views=row.views or 0,
        earnings=row.earnings,
        campaign=row.campaign_title,
        status=row.status.lower(),
        platform=row.platform,
        url=row.url,
    )
