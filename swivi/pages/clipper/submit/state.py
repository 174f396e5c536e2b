"""Submitting a clip: choose a campaign, paste the link, and see the views arrive."""

from collections.abc import AsyncIterator, Sequence

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import InvalidInput
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role
from swivi.domain.platforms.errors import LINK_FIELD
from swivi.insights.campaigns import catalogue
from swivi.insights.submissions.clip_story import own_clip
from swivi.pages.clipper.shared.rows import OwnClipRow, own_clip_row
from swivi.pages.engine.acting import some_id
from swivi.pages.engine.dialog import Dialog, Fields
from swivi.pages.engine.gate import client_address, clippers_only, current_actor, public
from swivi.pages.engine.listing import asked
from swivi.pages.engine.session import visitor
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.feedback import toast_success
from swivi.ui.types import Handler

MOST_CHOICES = 100
"""Campaigns that the dialog offers, newest first."""


class SubmitDialog(Dialog, rx.State):
    """The dialog: first the form, then the submitted clip, whose baseline arrives live.

    `choices` are pairs of a campaign's id and title, with an empty choice first. `clip.id` is 0
    until a link was accepted.
    """

    choices: list[tuple[str, str]] = []
    chosen: str = ""
    clip: OwnClipRow = OwnClipRow()
    _user_id: int = 0

    @public
    async def enter(self) -> None:
        """Open the dialog if the address has `?submit=<campaign id>`. For `on_load`.

        A dialog of another page is closed. A dialog of this page stays open.
        """
        self._close_if_left()
        actor = await visitor(self, Role.CLIPPER)
        if actor is None:
            return
        if self.is_open:
            await self._resume(actor)
        elif campaign_id := asked(self, "submit"):
            await self._offer(actor, campaign_id)

    @clippers_only
    async def open(self, campaign_id: object) -> None:
        """Open with this campaign chosen; "" leaves the choice to the clipper."""
        await self._offer(await current_actor(self), campaign_id)

    async def _offer(self, actor: Actor, campaign_id: object) -> None:
        self._follow(actor)
        async with runtime().database.reading() as session:
            found, _ = await catalogue.open_campaigns(session, limit=MOST_CHOICES)
            asked_for = await catalogue.public_campaign(
                session, some_id(campaign_id), actor.user_id
            )
        offered = {str(campaign.id): campaign.title for campaign in found}
        if asked_for is not None and asked_for.is_open:  # hidden, but this clipper has its link
            offered.setdefault(str(asked_for.id), asked_for.title)
        self.choices = [("", "Choose a campaign"), *offered.items()]
        self.chosen = str(some_id(campaign_id) or "")
        self.clip = OwnClipRow()
        self._open()

    async def _resume(self, actor: Actor) -> None:
        """Watch again, and read what changed while the tab was disconnected."""
        self._follow(actor)
        async with runtime().database.reading() as session:
            await self._refresh_live(session)

    def _follow(self, actor: Actor) -> None:
        self._user_id = actor.user_id
        hub.watch(self, users={actor.user_id})

    @rx.event(background=True)
    @clippers_only
    async def submit(self, form_data: object) -> AsyncIterator[Handler]:
        """Submit the link, in the background: following a share link to its video takes time."""
        async for event in self._submit_in_background(form_data, self._send):
            yield event

    async def _send(self, fields: Fields) -> str:
        actor = await current_actor(self)
        campaign_id, url = _parse(fields)
        await runtime().quotas.submission(actor, client_address(self))
        submission = await runtime().intake.submit(actor, campaign_id, url)
        return f"Submitted to {await self._show_clip(submission.id)}."

    async def _show_clip(self, submission_id: int) -> str:
        """Show the submitted clip. Return the title of its campaign."""
        # The state is locked while it reads. A baseline that is stored later is pushed after that,
        # and finds the clip here.
        async with self:
            async with runtime().database.reading() as session:
                self.clip = OwnClipRow(id=submission_id)
                await self._refresh_live(session)
            return self.clip.campaign

    def _begin(self) -> bool:
        return not self.clip.id and super()._begin()

    def _finish(self, said: str, then: Sequence[Handler]) -> Sequence[Handler]:
        """Stay open and show the clip, unlike other dialogs."""
        return (toast_success(said), *then)

    async def _refresh_live(self, session: AsyncSession) -> None:
        found = await own_clip(session, self._user_id, self.clip.id) if self.clip.id else None
        if found is not None and (clip := own_clip_row(found)) != self.clip:
            self.clip = clip


def _parse(fields: Fields) -> tuple[int, str]:
    campaign_id, url = some_id(fields.get("campaign")), fields.get(LINK_FIELD)
    if not campaign_id:
        raise InvalidInput.of("campaign", "Choose a campaign.")
    return campaign_id, url if isinstance(url, str) else ""
