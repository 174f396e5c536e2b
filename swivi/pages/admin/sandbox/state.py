"""The bench's state: the links that were sent the whole way, live, and each step of that way."""

from collections.abc import AsyncIterator

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import InvalidInput, SwiviError
from swivi.domain.accounts.models import Role
from swivi.domain.campaigns import service as campaigns
from swivi.domain.clips import review
from swivi.domain.tracking import sandbox
from swivi.domain.tracking.errors import NoReader
from swivi.insights.submissions.review_queue import review_queue
from swivi.pages.admin.shared.start_run import run_by_hand
from swivi.pages.admin.submissions.rows import SubmissionRow, submission_row
from swivi.pages.engine.acting import acting, form_fields, refusal, some_id
from swivi.pages.engine.gate import admins_only, current_actor, public
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.feedback import toast_error, toast_success
from swivi.ui.types import Handler

MOST_LINKS = 30


class SandboxState(rx.State):
    """The test campaign's submissions, live. Cents; `campaign_id` is 0 while no bench is set up.

    `refused` are links that were not taken, with why; `working` names the step that is under way,
    or "".
    """

    campaign_id: int = 0
    status: str = ""
    rate: int = 0
    budget: int = 0
    spent: int = 0
    rows: list[SubmissionRow] = []
    approvable: int = 0
    refused: list[tuple[str, str]] = []
    errors: dict[str, str] = {}
    working: str = ""
    loading: bool = True
    problem: str = ""

    @public
    async def load(self) -> None:
        """Show the bench as it stands."""
        if await visitor(self, Role.ADMIN) is None:
            return
        self.working, self.errors = "", {}
        # All campaigns: the one to watch may only be made while this page is open.
        hub.watch(self, campaigns="all")
        async with loading(self, "The bench") as session:
            await self._refresh_live(session)

    async def _refresh_live(self, session: AsyncSession) -> None:
        bench = await sandbox.current(session)
        if bench is None:
            self.campaign_id, self.rows, self.approvable = 0, [], 0
            return
        campaign = await campaigns.get(session, bench.campaign_id)
        self.campaign_id, self.status = campaign.id, campaign.status
        self.rate, self.budget, self.spent = campaign.payout_rate, campaign.budget, campaign.spent
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
            if self.working:
                return
            self.working, self.errors = "capture", {}
            actor = await current_actor(self)
        try:
            if runtime().readers is None:
                raise NoReader
            refused = await sandbox.submit_links(runtime().database, runtime().intake, actor, pasted)
        except SwiviError as wrong:
            yield refusal(wrong)
        else:
            async with self:
                self.refused = [(one.link, one.why) for one in refused]
            if len(refused) < len(pasted):
                yield toast_success(
                    f"{len(pasted) - len(refused)} of {len(pasted)} links are submitted"
                )
        finally:
            await self._done()

    @admins_only
    async def approve(self, submission_id: object) -> AsyncIterator[Handler]:
        """Approve one."""
        async for event in self._approve([some_id(submission_id)]):
            yield event

    @admins_only
    async def approve_all(self) -> AsyncIterator[Handler]:
        """Approve every one whose initial views are read."""
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
        async with runtime().database.reading() as session:
            await self._refresh_live(session)

    @rx.event(background=True)
    @admins_only
    async def track_all(self) -> AsyncIterator[Handler]:
        """One tracking run over the test campaign: what it reads and adds shows as it happens."""
        async with self:
            if self.working or not self.campaign_id:
                return
            self.working = "track"
            campaign_id = self.campaign_id
        try:
            yield await run_by_hand(campaign_id)
        finally:
            await self._done()

    @rx.event(background=True)
    @admins_only
    async def start_over(self) -> AsyncIterator[Handler]:
        """Put the bench away; the next links get a new one."""
        async with self:
            if self.working:
                return
            self.working = "start over"
            actor = await current_actor(self)
        try:
            await sandbox.remove(runtime().tracker, actor)
        except SwiviError as wrong:
            yield toast_error(wrong.sentence)
        else:
            async with self:
                self.refused = []
            yield toast_success("The bench is put away; what its clips earned went back")
        finally:
            await self._done()

    async def _done(self) -> None:
        async with self, runtime().database.reading() as session:
            self.working = ""
            await self._refresh_live(session)


def _parse(pasted: object) -> list[str]:
    """The links, one a line. Raises InvalidInput."""
    lines = [line.strip() for line in str(pasted or "").splitlines() if line.strip()]
    if not 1 <= len(lines) <= MOST_LINKS:
        raise InvalidInput.of("links", f"Paste 1 to {MOST_LINKS} links, one a line.")
    return lines
