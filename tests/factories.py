"""Making what tests start from, through the services themselves, so that nothing starts from an
impossible state.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts import totp
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import PendingAuthenticator, Role
from swivi.domain.accounts.sessions import actor_of
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips import review
from swivi.domain.clips import service as clips
from swivi.domain.clips.models import Clip, ClipSubmission
from swivi.domain.ledger import states
from swivi.domain.platforms.models import Outcome, Platform, Reading, VideoRef

PASSWORD = "correct horse battery"
_numbers = count(1)


def tiktok(number: int) -> VideoRef:
    """A TikTok video by a small number."""
    return VideoRef(Platform.TIKTOK, f"75926414370{number:08d}")


def youtube(number: int) -> VideoRef:
    """A YouTube video by a small number."""
    return VideoRef(Platform.YOUTUBE, f"yt_{number:07d}A")


def instagram(number: int) -> VideoRef:
    """An Instagram reel by a small number."""
    return VideoRef(Platform.INSTAGRAM, f"DTA{number:08d}")


async def a_clipper(database: Database, name: str = "Casey Clipper") -> Actor:
    """A new clipper."""
    return await _person(database, name, Role.CLIPPER)


async def an_admin(database: Database, name: str = "Ada Admin") -> Actor:
    """A new admin."""
    return await _person(database, name, Role.ADMIN)


def promoted(clipper: Actor) -> Actor:
    """The same user as an admin."""
    return replace(clipper, role=Role.ADMIN)


async def _person(database: Database, name: str, role: Role) -> Actor:
    email = f"person{next(_numbers)}@swivi.test"
    who = await accounts.newcomer(email=email, password=PASSWORD, name=name)
    async with database.writing() as session:
        user = await accounts.sign_up(session, who, role)
    return actor_of(user)


async def a_campaign(database: Database, admin: Actor, **terms: object) -> Campaign:
    """An ACTIVE campaign: $100.00 at $2.50 per 1,000 views on all platforms, unless `terms`
    differ.
    """
    known: dict[str, object] = {
        "title": "Summer Vibes 2025",
        "brand": "Vibe Drinks",
        "budget": "100.00",
        "payout_rate": "2.50",
        "platforms": [platform.value for platform in Platform],
        "status": "ACTIVE",
    }
    if terms.get("status") == "SCHEDULED":
        known["starts_at"] = clock.now() + timedelta(days=1)
    async with database.writing() as session:
        return await campaigns.create(session, admin, known | terms)


async def a_submission(
    database: Database,
    clipper: Actor,
    campaign: Campaign,
    video: VideoRef,
    *,
    baseline: int | None = 0,
) -> ClipSubmission:
    """A PENDING submission with that baseline, or still awaiting it."""
    async with database.writing() as session:
        submission = await clips.submit(session, clipper, campaign.id, video)
    if baseline is not None:
        async with database.writing() as session:
            await clips.record_baseline(session, submission.id, a_reading(video, baseline))
            return await clips.get(session, submission.id)
    return submission


async def a_clip(
    database: Database,
    clipper: Actor,
    admin: Actor,
    campaign: Campaign,
    video: VideoRef,
    *,
    baseline: int = 0,
) -> Clip:
    """An approved clip with that baseline."""
    submission = await a_submission(database, clipper, campaign, video, baseline=baseline)
    async with database.writing() as session:
        await review.approve(session, admin, submission.id)
        return (await session.exec(select(Clip).where(Clip.submission_id == submission.id))).one()


async def record_states(session: AsyncSession) -> None:
    """Record every row as it is now, for tests that change or add rows without the services."""
    await session.flush()
    for recorded in states.RECORDED:
        await states.record_many(session, recorded, f"{recorded.subject}.recorded", "1 = 1", {})


def a_reading(video: VideoRef, views: int | None, outcome: Outcome = Outcome.OK) -> Reading:
    """A reading of a video, now."""
    return Reading(
        video,
        outcome,
        views,
        metric="playCount",
        source="test",
        author="clipper.one",
        detail="",
        read_at=clock.now(),
    )


async def reload_clips(database: Database, clips_: Sequence[Clip]) -> list[Clip]:
    """The same clips as they are now."""
    async with database.reading() as session:
        return [
            (await session.exec(select(Clip).where(Clip.id == clip.id))).one() for clip in clips_
        ]


async def turn_on_totp(
    session: AsyncSession, actor: Actor, key: str, code: str, *, except_session: str = ""
) -> list[str]:
    """Turn two-step sign-in on with this key; returns the recovery codes."""
    await totp.begin_setup(session, actor)
    shown = (
        PendingAuthenticator.user_id == actor.user_id,
        PendingAuthenticator.expires_at > clock.now(),
    )
    pending = (await session.exec(select(PendingAuthenticator).where(*shown))).one()
    pending.key = key
    await session.flush()
    return await totp.turn_on(session, actor, code, except_session=except_session)
