"""The state of the sandbox: the submitted links, live, and the steps that they go through."""

from collections.abc import AsyncIterator
from typing import ClassVar

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import InvalidInput, SwiviError
from swivi.domain.campaigns import service as campaigns
from swivi.domain.clips import review
from swivi.domain.tracking import sandbox
from swivi.domain.tracking.errors import NoReader
from swivi.insights.submissions.review_queue import review_queue
from swivi.pages.admin.shared.start_run import run_by_hand
from swivi.pages.admin.submissions.rows import SubmissionRow, submission_row
from swivi.pages.engine.acting import acting, form_fields, refusal, some_id
from swivi.pages.engine.gate import admins_only, current_actor
from swivi.pages.engine.live import AdminLive
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.feedback import toast_error, toast_success
from swivi.ui.types import Handler

MOST_LINKS = 30


class SandboxState(AdminLive, rx.State):
    """The test campaign's submissions, live. Cents; `campaign_id` is 0 while there is none.

    `refused` are the links that were not accepted, with the reasons. `busy` names the step that is
    under way, "" if none is.
    """

    _content: ClassVar[str] = "The sandbox"
    campaign_id: int = 0
    status: str = ""
    rate: int = 0
    budget: int = 0
    spent: int = 0
    rows: list[SubmissionRow] = []
    approvable: int = 0
    refused: list[tuple[str, str]] = []
    errors: dict[str, str] = {}
    busy: str = ""

    async def _arrive(self) -> None:
        self.busy = ""
        self.errors = {}
        # All campaigns: the one to watch may only be created while this page is open.
        hub.watch(self, campaigns="all")

    async def _refresh_live(self, session: AsyncSession) -> None:
        setup = await sandbox.current(session)
        if setup is None:
            self.campaign_id = 0
            self.rows = []
            self.approvable = 0
            return
        campaign = await campaigns.get(session, setup.campaign_id)
        self.campaign_id = campaign.id
        self.status = campaign.status
        self.rate = campaign.payout_rate
        self.budget = campaign.budget
        self.spent = campaign.spent
        rows, _ = await review_queue(session, campaign_id=campaign.id, limit=10 * MOST_LINKS)
        self.rows = [submission_row(row) for row in reversed(rows)]
        self.approvable = sum(row.approvable for row in self.rows)

    @rx.event(background=True)
    @admins_only
    async def capture(self, form_data: object) -> AsyncIterator[Handler]:
        """Submit the pasted links as the test clipper, and read their initial views."""
        async with self:
            try:
                pasted = _parse(form_fields(form_data).get("links"))
            except InvalidInput as wrong:
                self.errors = wrong.fields
                return
            if self.busy:
                return
            self.busy = "capture"
            self.errors = {}
            actor = await current_actor(self)
        try:
            if runtime().readers is None:
                raise NoReader
            refused = await sandbox.submit_links(
                runtime().database, runtime().intake, actor, pasted
            )
        except SwiviError as wrong:
            yield refusal(wrong)
        else:
            async with self:
                self.refused = [(one.link, one.why) for one in refused]
            if len(refused) < len(pasted):
                yield toast_success(
                    f"{len(pasted) - len(refused)} of {len(pasted)} links submitted"
                )
        finally:
            await self._done()

    @admins_only
    async def approve(self, submission_id: object) -> AsyncIterator[Handler]:
        """Approve one submission."""
        async for event in self._approve([some_id(submission_id)]):
            yield event

    @admins_only
    async def approve_all(self) -> AsyncIterator[Handler]:
        """Approve every submission whose initial views are read."""
        async for event in self._approve([row.id for row in self.rows if row.approvable]):
            yield event

    async def _approve(self, submissions: list[int]) -> AsyncIterator[Handler]:
        known = {row.id for row in self.rows if row.approvable}
        done = 0
        for submission_id in submissions:
            if submission_id in known:
                try:
                    async with acting(self) as (session, actor):
                        await review.approve(session, actor, submission_id)
                    done += 1
                except SwiviError as wrong:
                    yield refusal(wrong)
        if done:
            yield toast_success("1 clip approved" if done == 1 else f"{done} clips approved")
        await self._read()

    @rx.event(background=True)
    @admins_only
    async def track_all(self) -> AsyncIterator[Handler]:
        """Track the test campaign. Its progress shows live."""
        async with self:
            if self.busy or not self.campaign_id:
                return
            self.busy = "track"
            campaign_id = self.campaign_id
        try:
            yield await run_by_hand(campaign_id)
        finally:
            await self._done()

    @rx.event(background=True)
    @admins_only
    async def start_over(self) -> AsyncIterator[Handler]:
        """Complete the test campaign. The next links start a new one."""
        async with self:
            if self.busy:
                return
            self.busy = "start over"
            actor = await current_actor(self)
        try:
            await sandbox.remove(runtime().tracker, actor)
        except SwiviError as wrong:
            yield toast_error(wrong.sentence)
        else:
            async with self:
                self.refused = []
            yield toast_success("Test campaign completed. What its clips earned went back.")
        finally:
            await self._done()

    async def _done(self) -> None:
        async with self, runtime().database.reading() as session:
            self.busy = ""
            await self._refresh_live(session)


def _parse(pasted: object) -> list[str]:
    """Return the links, one per line. Raise InvalidInput."""
    lines = [line.strip() for line in str(pasted or "").splitlines() if line.strip()]
    if not 1 <= len(lines) <= MOST_LINKS:
        raise InvalidInput.of("links", f"Paste 1 to {MOST_LINKS} links, one per line.")
    return lines
