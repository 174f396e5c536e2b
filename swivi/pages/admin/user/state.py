"""One user as admins see them: their money, clips, payouts, and where they are signed in. Live."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import SwiviError
from swivi.domain.accounts import devices, social
from swivi.domain.accounts.models import Role, SignInSession, User
from swivi.domain.payouts.methods import method_label
from swivi.insights.clippers.clipper import clipper_clips
from swivi.insights.clippers.users import person
from swivi.insights.money.payouts import PayoutRow, payout_history
from swivi.insights.submissions.review_queue import clipper_record
from swivi.insights.submissions.rows import ClipRow
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.acting import acting, refusal
from swivi.pages.engine.gate import admins_only, public
from swivi.pages.engine.listing import PAGE_SIZE, Listing, addressed_id
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.pages.profile.user_agent import browser_name
from swivi.runtime.live import hub
from swivi.ui.feedback import toast_success
from swivi.ui.types import Handler

NEWEST = 20
"""How many payout requests are shown."""


@dataclass(frozen=True)
class UserNumbers:
    """A user as their page shows them. Cents and views; `id` 0 is nobody."""

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
class UserClip:
    """One of their clips. Cents and views."""

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
class UserPayout:
    """One of their payout requests. Cents."""

    id: int
    amount: int
    method: str
    status: str
    transaction_id: str
    requested_at: str


@dataclass(frozen=True)
class UserBrowser:
    """A browser that they are signed in with."""

    id: int
    name: str
    signed_in_at: str
    seen_at: str


class UserState(Listing, rx.State):
    """The user that the address names; the list that is paged is their clips."""

    who: UserNumbers = UserNumbers()
    clips: list[UserClip] = []
    payouts: list[UserPayout] = []
    browsers: list[UserBrowser] = []
    accounts: list[tuple[str, str]] = []
    busy: bool = False

    @public
    async def load(self) -> None:
        """Read what the address asks for."""
        if await visitor(self, Role.ADMIN) is None:
            return
        self.who, self.busy = UserNumbers(id=addressed_id(self)), False
        self._read_place()
        hub.watch(self, users={self.who.id})
        async with loading(self, "The user") as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        found = await person(session, self.who.id)
        if found is None:
            self.who = UserNumbers()
            return
        user_id, offset = found.user.id, (self.page - 1) * PAGE_SIZE
        clips, total = await clipper_clips(session, user_id, limit=PAGE_SIZE, offset=offset)
        payouts, _ = await payout_history(session, user_id, limit=NEWEST)
        self.who = await _person_now(session, found.user)
        self.clips, self.payouts = [_clip(row) for row in clips], [_payout(row) for row in payouts]
        self.browsers = [_browser(browser) for browser in await devices.signed_in(session, user_id)]
        self.accounts = [
            (account.platform, account.handle) for account in await social.linked(session, user_id)
        ]
        self._found(total)

    @admins_only
    async def sign_out_everywhere(self) -> AsyncIterator[Handler]:
        """End all of this user's sessions, and revoke their API tokens."""
        if self.busy:
            return
        self.busy = True
        yield None
        try:
            async with acting(self) as (session, actor):
                await devices.sign_out_somebody(session, actor, self.who.id)
        except SwiviError as refused:
            yield refusal(refused)
        else:
            self.browsers = []
            yield toast_success(f"{self.who.name} is signed out everywhere")
        self.busy = False


async def _person_now(session: AsyncSession, user: User) -> UserNumbers:
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


def _clip(row: ClipRow) -> UserClip:
    return UserClip(
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


def _payout(row: PayoutRow) -> UserPayout:
    return UserPayout(
        id=row.request_id,
        amount=row.amount,
        method=method_label(row.method),
        status=row.status,
        transaction_id=row.transaction_id or "",
        requested_at=iso(row.requested_at),
    )


def _browser(browser: SignInSession) -> UserBrowser:
    return UserBrowser(
        id=browser.id,
        name=browser_name(browser.user_agent),
        signed_in_at=iso(browser.created_at),
        seen_at=iso(browser.last_seen_at),
    )
