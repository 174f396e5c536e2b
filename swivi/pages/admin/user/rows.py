"""A user's page in rows: the user, their clips, payout requests and browsers."""

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.domain.accounts.models import SignInSession, User
from swivi.domain.payouts.methods import method_label
from swivi.insights.money.payouts import PayoutRow
from swivi.insights.submissions.review_queue import clipper_record
from swivi.insights.submissions.rows import ClipRow
from swivi.pages.admin.shared.times import iso
from swivi.pages.profile.user_agent import browser_name


@dataclass(frozen=True)
class UserNumbers:
    """A user. Cents and views; an empty `name` is nobody."""

    id: int = 0
    name: str = ""
    email: str = ""
    role: str = ""
    status: str = ""
    earned: int = 0
    reserved: int = 0
    paid: int = 0
    available: int = 0
    views: int = 0
    joined_at: str = ""
    approved: int = 0
    rejected: int = 0
    revoked: int = 0


@dataclass(frozen=True)
class UserClipRow:
    """A clip of the user. Cents and views."""

    id: int
    url: str
    platform: str
    campaign: str
    campaign_id: int
    status: str
    views: int | None
    earnings: int
    submitted_at: str


@dataclass(frozen=True)
class UserPayoutRow:
    """A payout request of the user. Cents."""

    id: int
    amount: int
    method: str
    status: str
    transaction_id: str
    requested_at: str


@dataclass(frozen=True)
class BrowserRow:
    """A browser in which the user is signed in."""

    id: int
    name: str
    signed_in_at: str
    seen_at: str


async def user_numbers(session: AsyncSession, user: User) -> UserNumbers:
    """Return the numbers of a user."""
    record = await clipper_record(session, user.id)
    return UserNumbers(
        id=user.id,
        name=user.name,
        email=user.email,
        role=user.role,
        status=user.status,
        earned=user.total_earnings,
        reserved=user.reserved,
        paid=user.paid,
        available=user.available,
        views=user.total_views,
        joined_at=iso(user.created_at),
        approved=record.approved,
        rejected=record.rejected,
        revoked=record.revoked,
    )


def clip_row(row: ClipRow) -> UserClipRow:
    """Return the row of a clip."""
    return UserClipRow(
        id=row.submission_id,
        url=row.url,
        platform=row.platform,
        campaign=row.campaign_title,
        campaign_id=row.campaign_id,
        status="AWAITING_BASELINE" if row.awaits_baseline else row.state or row.status,
        views=row.views,
        earnings=row.earnings,
        submitted_at=iso(row.submitted_at),
    )


def payout_row(row: PayoutRow) -> UserPayoutRow:
    """Return the row of a payout request."""
    return UserPayoutRow(
        id=row.request_id,
        amount=row.amount,
        method=method_label(row.method),
        status=row.status,
        transaction_id=row.transaction_id or "",
        requested_at=iso(row.requested_at),
    )


def browser_row(browser: SignInSession) -> BrowserRow:
    """Return the row of a browser."""
    return BrowserRow(
        id=browser.id,
        name=browser_name(browser.user_agent),
        signed_in_at=iso(browser.created_at),
        seen_at=iso(browser.last_seen_at),
    )
