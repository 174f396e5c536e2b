"""Submitting a clip: choose a campaign, paste the link, and see its views arrive."""

from collections.abc import Mapping
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.errors import InvalidInput, SwiviError
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role
from swivi.domain.platforms.errors import LINK_FIELD
from swivi.insights.campaigns import catalogue
from swivi.insights.submissions.clip_story import own_clip
from swivi.pages.clipper.shared.rows import ClipLine, clip_line
from swivi.pages.engine.acting import form_fields, some_id
from swivi.pages.engine.gate import client_address, clippers_only, current_actor, public
from swivi.pages.engine.listing import asked
from swivi.pages.engine.session import visitor
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime
from swivi.ui.feedback import toast_success

MOST_CHOICES = 100
"""Campaigns that the dialog offers, the newest first."""


class SubmitDialog(rx.State):
    """The dialog, first with its form, then with the submitted clip, whose baseline arrives live.

    `choices` are pairs of a campaign's id and title, with none chosen first; `clip.id` is 0 until a
    link was taken.
    """

    is_open: bool = False
    choices: list[tuple[str, str]] = []
    chosen: str = ""
    errors: dict[str, str] = {}
    error: str = ""
    """A refusal that belongs to no field."""
    pending: bool = False
    clip: ClipLine = ClipLine()
    _user_id: int = 0
    _opened_at: str = ""
    """The path of the page it was opened on."""

    @public
    async def enter(self) -> None:
        """A page opens: with `?submit=<campaign id>` in its address, so does the dialog.

        One that was left open on another page is closed; one of this page goes on.
        """
        self.is_open = self.is_open and self._opened_at == self.router.url.path
        actor = await visitor(self, Role.CLIPPER)
        if actor is None:
            return
        if self.is_open:
            await self._go_on(actor)
        elif campaign_id := asked(self, "submit"):
            await self._open(actor, campaign_id)

    @clippers_only
    async def open_for(self, campaign_id: object) -> None:
        """Open with this campaign chosen; "" leaves the choice to the clipper."""
        await self._open(await current_actor(self), campaign_id)

    async def _open(self, actor: Actor, campaign_id: object) -> None:
        self._follow(actor)
        async with runtime().database.reading() as session:
            found, _ = await catalogue.open_campaigns(session, limit=MOST_CHOICES)
            asked_for = await catalogue.public_campaign(
                session, some_id(campaign_id), actor.user_id
            )
        offered = {str(campaign.id): campaign.title for campaign in found}
        if asked_for is not None and asked_for.is_open:  # not listed, but known to this clipper
            offered.setdefault(str(asked_for.id), asked_for.title)
        self.choices = [("", "Choose a campaign"), *offered.items()]
        self.chosen = str(some_id(campaign_id) or "")
        self.errors, self.error, self.clip = {}, "", ClipLine()
        self._opened_at = self.router.url.path
        self.is_open = True

    async def _go_on(self, actor: Actor) -> None:
        """The page opens once more, after an interruption, or the dialog was opened while it did:
        nobody watches now what arrived in the meantime, and what will.
        """
        self._follow(actor)
        async with runtime().database.reading() as session:
            await self._refresh_live(session)

    def _follow(self, actor: Actor) -> None:
        self._user_id = actor.user_id
        hub.watch(self, users={actor.user_id})

    @clippers_only
    async def close(self, is_open: object) -> None:
        """Escape, Cancel, Done, or a click outside; a submission under way is not interrupted."""
        self.is_open = self.is_open and (is_open is True or self.pending)

    @rx.event(background=True)
    @clippers_only
    async def send(self, form_data: dict[str, Any]) -> EventSpec | None:
        """Submit the link.

        In the background, because a share link is followed to its video first.
        """
        async with self:
            if self.pending or not self.is_open or self.clip.id:  # a second click on the way
                return None
            self.pending = True
        try:
            actor = await current_actor(self)
            campaign_id, url = _parse(form_fields(form_data))
            await runtime().quotas.submission(actor, client_address(self))
            submission = await runtime().intake.submit(actor, campaign_id, url)
        except SwiviError as refusal:
            await self._show(refusal)
            return None
        else:
            return toast_success(f"Submitted to {await self._show_clip(submission.id)}.")
        finally:
            async with self:
                self.pending = False

    async def _show(self, refusal: SwiviError) -> None:
        async with self:
            self.errors = dict(refusal.fields)
            self.error = "" if refusal.fields else refusal.sentence

    async def _show_clip(self, submission_id: int) -> str:
        """Show what was submitted; returns its campaign's title."""
        # Read while this state is held: a baseline that is stored later is pushed later, and finds
        # the clip here.
        async with self:
            async with runtime().database.reading() as session:
                self.clip = ClipLine(id=submission_id)
                await self._refresh_live(session)
            return self.clip.campaign

    async def _refresh_live(self, session: AsyncSession) -> None:
        row = await own_clip(session, self._user_id, self.clip.id) if self.clip.id else None
        if row is not None and (line := clip_line(row)) != self.clip:
            self.clip = line


def _parse(fields: Mapping[str, object]) -> tuple[int, str]:
    campaign_id, url = some_id(fields.get("campaign")), fields.get(LINK_FIELD)
    if not campaign_id:
        raise InvalidInput.of("campaign", "Choose a campaign.")
    return campaign_id, url if isinstance(url, str) else ""
