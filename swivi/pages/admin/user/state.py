"""The state of a user's page: money, clips, payouts and sessions. Live."""

from collections.abc import AsyncIterator
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import SwiviError
from swivi.domain.accounts import devices, social
from swivi.insights.clippers.clipper import clipper_clips
from swivi.insights.clippers.users import find_user
from swivi.insights.money.payouts import payout_history
from swivi.pages.admin.user.rows import (
    BrowserRow,
    UserClipRow,
    UserNumbers,
    UserPayoutRow,
    browser_row,
    clip_row,
    payout_row,
    user_numbers,
)
from swivi.pages.engine.acting import acting, refusal
from swivi.pages.engine.gate import admins_only
from swivi.pages.engine.listing import PAGE_SIZE, Listing, addressed_id
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub
from swivi.ui.feedback import toast_success
from swivi.ui.types import Handler

NEWEST = 20
"""Payout requests shown."""


class UserState(AdminLive, Listing, rx.State):
    """The user in the address, with one page of their clips."""

    _content: ClassVar[str] = "The user"
    user: UserNumbers = UserNumbers()
    clips: list[UserClipRow] = []
    payouts: list[UserPayoutRow] = []
    browsers: list[BrowserRow] = []
    accounts: list[tuple[str, str]] = []
    busy: bool = False

    async def _arrive(self) -> None:
        self.user = UserNumbers(id=addressed_id(self))
        self.busy = False
        self._read_place()
        hub.watch(self, users={self.user.id})

    async def _refresh_live(self, session: AsyncSession) -> None:
        found = await find_user(session, self.user.id)
        if found is None:
            self.user = UserNumbers()
            return
        user_id = found.user.id
        offset = (self.page - 1) * PAGE_SIZE
        clips, total = await clipper_clips(session, user_id, limit=PAGE_SIZE, offset=offset)
        payouts, _ = await payout_history(session, user_id, limit=NEWEST)
        self.user = await user_numbers(session, found.user)
        self.clips = [clip_row(row) for row in clips]
        self.payouts = [payout_row(row) for row in payouts]
        self.browsers = [
            browser_row(browser) for browser in await devices.signed_in(session, user_id)
        ]
        self.accounts = [
            (account.platform, account.handle) for account in await social.linked(session, user_id)
        ]
        self._found(total)

    @admins_only
    async def sign_out_everywhere(self) -> AsyncIterator[Handler]:
        """End all sessions of this user, and revoke their API tokens."""
        if self.busy:
            return
        self.busy = True
        yield None
        try:
            async with acting(self) as (session, actor):
                await devices.sign_out_somebody(session, actor, self.user.id)
        except SwiviError as refused:
            answer = refusal(refused)
        else:
            self.browsers = []
            answer = toast_success(f"{self.user.name} is signed out everywhere")
        finally:
            self.busy = False
        yield answer
