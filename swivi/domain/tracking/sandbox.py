"""The bench for view tracking: an admin sends links of their own choice the whole way, and nobody
is paid.

It is the real way, not a copy of it: a hidden test campaign with a small budget, and a test clipper
whom nobody can sign in as, both made on demand. Putting the bench away takes back what its clips
earned, completes the campaign and disables the clipper; the next bench is new, because a video is
submitted once per clipper.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import Database
from swivi.core.errors import SwiviError
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role, User, UserStatus
from swivi.domain.accounts.service import NewAccount
from swivi.domain.accounts.sessions import actor_of
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import CampaignStatus
from swivi.domain.clips import review, service
from swivi.domain.clips.intake import Intake
from swivi.domain.clips.models import Clip, ClipState, ClipSubmission
from swivi.domain.platforms import links
from swivi.domain.platforms.errors import InvalidLink
from swivi.domain.platforms.models import Platform, VideoRef
from swivi.domain.tracking.service import Tracker

NAME = "View tracking test"
OVER = "The test of view tracking is over."

# The domain ends in `.invalid`, which nobody can sign up with and no mail reaches (RFC 2606).
_ADDRESS = "view-tracking-{}@swivi.invalid"
_NO_PASSWORD = "!"  # noqa: S105 -- no hash looks like this, so nothing matches it
_TERMS = {
    "title": NAME,
    "brand": "Swivi",
    "description": "Made by the page that tries view tracking. No clipper sees it.",
    "budget": "25.00",
    "payout_rate": "1.50",
    "platforms": [platform.value for platform in Platform],
    "status": CampaignStatus.ACTIVE,
    "hidden": True,
    "is_test": True,
}


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The test campaign, and the test clipper who submits to it."""

    campaign_id: int
    clipper: Actor


@dataclass(frozen=True, slots=True)
class RefusedLink:
    """A link that was not taken, as it was pasted, and why."""

    link: str
    why: str


async def bench_now(session: AsyncSession) -> Sandbox | None:
    """The bench that is set up, if one is."""
    found = await session.exec(
        select(User)
        .where(col(User.email).like(_ADDRESS.format("%")), User.status == UserStatus.ACTIVE)
        .order_by(col(User.id).desc())
        .limit(1)
    )
    user = found.first()
    if user is None:
        return None
    return Sandbox(int(user.email.partition("@")[0].rpartition("-")[2]), actor_of(user))


async def submit_links(
    database: Database, intake: Intake, actor: Actor, pasted: Sequence[str]
) -> list[RefusedLink]:
    """Submit each link as the test clipper and read the baselines, one scraper run per platform.

    Sets the bench up first if there is none and a link leads to a video. Raises AdminsOnly.
    """
    actor.must_be_admin()
    recognised = await asyncio.gather(*(_recognise(link) for link in pasted))
    if not any(isinstance(video, VideoRef) for video in recognised):
        told = zip(pasted, recognised, strict=True)
        return [
            RefusedLink(link, why.sentence) for link, why in told if isinstance(why, InvalidLink)
        ]
    async with database.writing() as session:
        bench = await bench_now(session) or await _set_up(session, actor)
    taken: list[ClipSubmission] = []
    refused: list[RefusedLink] = []
    for link, video in zip(pasted, recognised, strict=True):
        outcome = video if isinstance(video, SwiviError) else await _submit(database, bench, video)
        if isinstance(outcome, ClipSubmission):
            taken.append(outcome)
        else:
            refused.append(RefusedLink(link, outcome.sentence))
    await intake.read_baselines(taken)
    return refused


async def _set_up(session: AsyncSession, actor: Actor) -> Sandbox:
    campaign = await campaigns.create(session, actor, _TERMS)
    newcomer = NewAccount(_ADDRESS.format(campaign.id), NAME, _NO_PASSWORD)
    return Sandbox(
        campaign.id, actor_of(await accounts.sign_up(session, newcomer, is_verified=True))
    )


async def _recognise(link: str) -> VideoRef | InvalidLink:
    try:
        return await links.resolve(link)
    except InvalidLink as invalid:
        return invalid


async def _submit(
    database: Database, bench: Sandbox, video: VideoRef
) -> ClipSubmission | SwiviError:
    try:
        async with database.writing() as session:
            return await service.submit(
                session, bench.clipper, bench.campaign_id, video, in_sandbox=True
            )
    except SwiviError as refused:
        return refused


async def put_away(tracker: Tracker, actor: Actor) -> None:
    """Take back what the bench's clips earned, complete its campaign, disable its clipper.

    What was used up stays: a completed campaign's books are closed. Raises AdminsOnly, RunUnderWay.
    """
    actor.must_be_admin()
    async with tracker.database.writing() as session:
        bench = await bench_now(session)
        if bench is None:
            return
        campaign = await campaigns.locked(session, bench.campaign_id)
        is_open = campaign.completed_at is None
        for clip_id in await _clips_of(session, bench) if is_open else ():
            await review.revoke(session, actor, clip_id, OVER)
    if is_open:
        await tracker.complete(bench.campaign_id, actor=actor, reason=OVER)
    async with tracker.database.writing() as session:
        await accounts.set_role_and_status(
            session, actor, bench.clipper.user_id, role=Role.CLIPPER, status=UserStatus.DISABLED
        )


async def _clips_of(session: AsyncSession, bench: Sandbox) -> Sequence[int]:
    found = await session.exec(
        select(Clip.id).where(
            Clip.campaign_id == bench.campaign_id, Clip.state != ClipState.REVOKED
        )
    )
    return found.all()
