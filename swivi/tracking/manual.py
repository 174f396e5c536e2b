"""A reading by hand: an admin looked at the video where the scraper could not, and says what stands there.

It is evidence like any other reading, and moves no money by itself: it raises the clip's peak, and the next
settlement of the campaign credits the growth, with everybody else's and within the budget.

Above a limit the word of one admin does not do. The reading then waits, and counts once another admin confirms it.
"""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts import service as accounts
from swivi.accounts.actor import Actor
from swivi.campaigns import service as campaigns
from swivi.campaigns.errors import WrongCampaignStatus
from swivi.clips import holds, tallies
from swivi.clips.errors import NoSuchClip
from swivi.clips.models import Clip, ClipState, ViewTracking
from swivi.clips.review import LONGEST_REASON
from swivi.core import changes, clock
from swivi.core.errors import Conflict, InvalidInput
from swivi.core.money import Cents
from swivi.core.numbers import typed_number
from swivi.core.text import parse_text
from swivi.ledger import audit_log
from swivi.ledger.models import AuditEntry
from swivi.platforms.models import MAX_VIEWS, Outcome
from swivi.tracking import accrual, sightings
from swivi.tracking.accrual import Earner
from swivi.tracking.errors import NoSuchManualReading, SecondAdminNeeded
from swivi.tracking.models import ManualReading, ManualReadingStatus

SOURCE = "manual"

DEFAULT_LIMIT: Cents = 10_000
"""What one admin may enter for a clip without another: the default of SWIVI_MANUAL_READING_LIMIT."""


async def read_by_hand(
    session: AsyncSession,
    actor: Actor,
    clip_id: int,
    *,
    views: object,
    reason: object,
    limit: Cents = DEFAULT_LIMIT,
) -> ViewTracking | ManualReading:
    """Keep a reading of `views` (a count, as typed) with its reason; below the peak it claws nothing back.

    If all that admins alone have entered for this clip, with this reading, is worth more than `limit` cents, return a
    ManualReading that waits for another admin, and keep no reading.

    Raises AdminsOnly, OwnGain, InvalidInput, NoSuchClip, WrongCampaignStatus once completed, Conflict for a revoked
    clip or one that has a reading waiting.
    """
    actor.must_be_admin()
    counted, why = parse_views(views), _parse_reason(reason)
    clip = await _locked(session, actor, clip_id)
    worth = await _worth(session, clip, counted)
    if worth > limit:
        return await _ask_second_admin(session, actor, clip, counted, why, worth)
    return await _keep(session, clip, counted, _entry("read_by_hand", clip, actor, reason=why))


async def confirm(session: AsyncSession, actor: Actor, reading_id: int) -> ViewTracking:
    """Let a reading count that another admin entered.

    Raises AdminsOnly, OwnGain, SecondAdminNeeded for the admin who entered it, NoSuchManualReading,
    WrongCampaignStatus, Conflict once it was decided on or the clip was revoked.
    """
    actor.must_be_admin()
    waiting = await _get(session, reading_id)
    clip = await _locked(session, actor, waiting.clip_id)
    if waiting.asked_by == actor.user_id:
        raise SecondAdminNeeded
    await _decide(session, actor, waiting, ManualReadingStatus.CONFIRMED)
    entry = _entry("reading_confirmed", clip, actor, reason=waiting.reason)
    entry.after["asked_by"] = waiting.asked_by
    return await _keep(session, clip, waiting.views, entry, at=waiting.decided_at)


async def decline(session: AsyncSession, actor: Actor, reading_id: int) -> ManualReading:
    """Throw a waiting reading away; the admin who entered it may do so too.

    Raises AdminsOnly, OwnGain, NoSuchManualReading, Conflict once it was decided on.
    """
    actor.must_be_admin()
    waiting = await _get(session, reading_id)
    clip = await session.get_one(Clip, waiting.clip_id)
    actor.must_not_gain(clip.user_id)
    await campaigns.locked(session, clip.campaign_id)
    await _decide(session, actor, waiting, ManualReadingStatus.DECLINED)
    entry = _entry("reading_declined", clip, actor, reason=waiting.reason)
    entry.after = {"views": waiting.views, "worth": waiting.worth, "asked_by": waiting.asked_by}
    audit_log.record(session, entry)
    changes.mark(session, campaigns=[clip.campaign_id])
    return waiting


def parse_views(value: object) -> int:
    """A count of views as people write it ("12,345", 12345). Raises InvalidInput."""
    views = typed_number(value, largest=MAX_VIEWS)
    if views is None:
        raise InvalidInput.of("views", "Enter the number of views that the platform shows, like 12,345.")
    return views


def _parse_reason(reason: object) -> str:
    otherwise = f"Say in 1 to {LONGEST_REASON} characters why the views are entered by hand."
    return parse_text(reason, "reason", longest=LONGEST_REASON, otherwise=otherwise)


async def _locked(session: AsyncSession, actor: Actor, clip_id: int) -> Clip:
    """The clip, its campaign's row locked: a settlement of it comes before or after, never in between."""
    clip = await session.get(Clip, clip_id)
    if clip is None:
        raise NoSuchClip
    actor.must_not_gain(clip.user_id)
    campaign = await campaigns.locked(session, clip.campaign_id)
    await session.refresh(clip)
    if campaign.completed_at is not None:
        raise WrongCampaignStatus("This campaign is completed: its books are closed.")
    if clip.state is ClipState.REVOKED:
        raise Conflict("This clip was revoked: its views count no more.")
    await holds.must_not_be_held(session, clip_id)
    return clip


async def _worth(session: AsyncSession, clip: Clip, views: int) -> Cents:
    """Return the cents that `views` are worth beyond what a scraper or two admins saw, at the clip's frozen terms.

    Counted from there and not from the peak: else one admin could enter a large count in small steps.
    """
    if views <= clip.peak_views:
        return 0
    scraped = select(func.max(ViewTracking.views)).where(
        ViewTracking.clip_id == clip.id,
        col(ViewTracking.source) != SOURCE,
        holds.counts(ViewTracking.clip_id, ViewTracking.views, ViewTracking.date),
    )
    confirmed = select(func.max(ManualReading.views)).where(
        ManualReading.clip_id == clip.id,
        ManualReading.status == ManualReadingStatus.CONFIRMED,
        holds.counts(ManualReading.clip_id, ManualReading.views, ManualReading.decided_at),
    )
    seen = [(await session.exec(query)).one() or 0 for query in (scraped, confirmed)]
    return _target(clip, views) - _target(clip, max(clip.initial_views, *seen))


def _target(clip: Clip, views: int) -> Cents:
    """Return what the clip is worth in all with this many views, in cents."""
    terms = (clip.rate, clip.min_views, clip.max_per_clip, clip.max_per_clipper)
    return Earner(clip.id, clip.user_id, clip.initial_views, views, *terms, gross_credited=0).target


async def _ask_second_admin(
    session: AsyncSession, actor: Actor, clip: Clip, views: int, why: str, worth: Cents
) -> ManualReading:
    waiting = select(ManualReading.id).where(
        ManualReading.clip_id == clip.id, ManualReading.status == ManualReadingStatus.WAITING
    )
    if (await session.exec(waiting)).first() is not None:
        raise Conflict("Other views of this clip wait for a second admin, who has to decide on them first.")
    asked = ManualReading(
        clip_id=clip.id, views=views, reason=why, worth=worth, asked_by=actor.user_id, asked_at=clock.now()
    )
    session.add(asked)
    await session.flush()
    entry = _entry("reading_asked", clip, actor, reason=why)
    entry.after = {"views": views, "worth": worth}
    audit_log.record(session, entry)
    changes.mark(session, campaigns=[clip.campaign_id])
    return asked


async def _get(session: AsyncSession, reading_id: int) -> ManualReading:
    waiting = await session.get(ManualReading, reading_id)
    if waiting is None:
        raise NoSuchManualReading
    return waiting


async def _decide(session: AsyncSession, actor: Actor, waiting: ManualReading, decision: ManualReadingStatus) -> None:
    """The caller has locked the campaign, so that of two decisions the second finds the first one's."""
    await session.refresh(waiting)
    if waiting.status is not ManualReadingStatus.WAITING:
        raise Conflict(f"This reading is {waiting.status.lower()} already.")
    waiting.status, waiting.decided_by, waiting.decided_at = decision, actor.user_id, clock.now()


async def _keep(
    session: AsyncSession, clip: Clip, views: int, entry: AuditEntry, *, at: datetime | None = None
) -> ViewTracking:
    """Write the reading, what it says of the clip, and the audit entry, whose reason it bears."""
    at = at or clock.now()
    before = accrual.sighting_of(clip)
    after = accrual.observe(before, Outcome.OK, views, at)
    reading = ViewTracking(
        clip_id=clip.id,
        date=at,
        outcome=Outcome.OK,
        views=views,
        source=SOURCE,
        detail=entry.reason or "",
    )
    session.add(reading)
    clip.views, clip.peak_views = after.views, after.peak_views
    clip.not_found_runs, clip.flag = after.not_found_runs, after.flag
    clip.state = after.state
    clip.not_found_since, clip.resting_since, clip.next_look_at = after.rest
    await session.flush()
    await accounts.add_views(session, {clip.user_id: after.peak_views - before.peak_views})
    await tallies.count_clips(session, clip.campaign_id)
    if after.jump is not None:
        campaign = await campaigns.get(session, clip.campaign_id)
        await holds.place(session, campaign, [sightings.hold_for(clip.id, after.jump)])
    entry.after |= {"views": after.views, "peak_views": after.peak_views}
    audit_log.record(session, entry)
    changes.mark(session, users=[clip.user_id], campaigns=[clip.campaign_id])
    return reading


def _entry(deed: str, clip: Clip, actor: Actor, *, reason: str) -> AuditEntry:
    before = {"views": clip.views, "peak_views": clip.peak_views}
    return audit_log.entry(f"clip.{deed}", "clip", clip.id, actor_id=actor.user_id, before=before, reason=reason)
