"""Manual readings: an admin enters views that the scraper could not read.

A manual reading is evidence like any other and moves no money itself. It raises the clip's peak,
and the campaign's next settlement credits the growth within the budget.

Above a limit, another admin must confirm the reading before it counts. The limit covers all clips
together, or one admin could enter a little for each of many. An admin who was promoted by another
admin a few days ago cannot confirm, or one admin could promote the other for that purpose.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.db import in_slices
from swivi.core.errors import Conflict, InvalidInput
from swivi.core.money import Cents
from swivi.core.numbers import typed_number
from swivi.core.text import parse_text
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role, User, UserStatus
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.errors import WrongCampaignStatus
from swivi.domain.clips import holds, tallies
from swivi.domain.clips.errors import NoSuchClip
from swivi.domain.clips.models import Clip, ClipState, ViewTracking
from swivi.domain.clips.review import LONGEST_REASON
from swivi.domain.ledger import audit_log
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.platforms.models import MAX_VIEWS, Outcome
from swivi.domain.tracking import accrual, observations
from swivi.domain.tracking.accrual import Earner
from swivi.domain.tracking.errors import NoSuchManualReading, SecondAdminNeeded
from swivi.domain.tracking.models import ManualReading, ManualReadingStatus

SOURCE = "manual"
TOO_NEW = "Both admins must have been admins for 7 days. Another admin must confirm these views."
_ACTIVE_ADMIN = {"role": Role.ADMIN, "status": UserStatus.ACTIVE}

DEFAULT_LIMIT: Cents = 10_000
"""Cents that one admin may enter alone: the default of SWIVI_MANUAL_READING_LIMIT."""

ALONE_FOR = timedelta(days=30)
"""How long entries of one admin count toward the limit: a month of a scraper's outage."""
NEW_ADMIN_FOR = timedelta(days=7)
"""How long a promoted admin is too new for entries that need two: time to notice the promotion."""


async def read_by_hand(
    session: AsyncSession,
    actor: Actor,
    clip_id: int,
    *,
    views: object,
    reason: object,
    limit: Cents = DEFAULT_LIMIT,
) -> ViewTracking | ManualReading:
    """Store a typed count of `views` with its reason. Below the peak it takes nothing back.

    If the readings that this admin entered alone within ALONE_FOR are worth more than `limit` cents
    in all, store no reading. Return a ManualReading that awaits another admin instead.

    Raises AdminsOnly, OwnGain, InvalidInput, NoSuchClip, WrongCampaignStatus if completed, and
    Conflict for a revoked clip or one with a waiting reading.
    """
    actor.must_be_admin()
    counted, why = parse_views(views), _parse_reason(reason)
    clip = await _locked(session, actor, clip_id)
    worth = await _worth(session, {clip.id: counted}) if counted > clip.peak_views else 0
    if (
        worth
        and worth + await _worth(session, await _entered_alone(session, actor, but=clip)) > limit
    ):
        return await _ask_second_admin(session, actor, clip, counted, why, worth)
    return await _keep(session, clip, counted, _entry("read_by_hand", clip, actor, reason=why))


async def confirm(session: AsyncSession, actor: Actor, reading_id: int) -> ViewTracking:
    """Confirm a reading that another admin entered.

    Raises AdminsOnly, OwnGain, NoSuchManualReading, WrongCampaignStatus, SecondAdminNeeded for the
    admin who entered it or if either is too new, and Conflict if it was decided or the clip was
    revoked.
    """
    actor.must_be_admin()
    waiting = await _get(session, reading_id)
    clip = await _locked(session, actor, waiting.clip_id)
    if waiting.asked_by == actor.user_id:
        raise SecondAdminNeeded
    if await _are_new(session, actor.user_id, waiting.asked_by):
        raise SecondAdminNeeded(TOO_NEW)
    await _decide(session, actor, waiting, ManualReadingStatus.CONFIRMED)
    entry = _entry("reading_confirmed", clip, actor, reason=waiting.reason)
    entry.after["asked_by"] = waiting.asked_by
    return await _keep(session, clip, waiting.views, entry, at=waiting.decided_at)


async def decline(session: AsyncSession, actor: Actor, reading_id: int) -> ManualReading:
    """Discard a waiting reading, also as the admin who entered it.

    Raises AdminsOnly, OwnGain, NoSuchManualReading, Conflict if it was decided.
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
    """Parse a count of views as users write it ("12,345", 12345). Raises InvalidInput."""
    views = typed_number(value, largest=MAX_VIEWS)
    if views is None:
        raise InvalidInput.of(
            "views", "Enter the number of views that the platform shows, like 12,345."
        )
    return views


def _parse_reason(reason: object) -> str:
    otherwise = f"Enter a reason of 1 to {LONGEST_REASON} characters for the manual views."
    return parse_text(reason, "reason", longest=LONGEST_REASON, otherwise=otherwise)


async def _locked(session: AsyncSession, actor: Actor, clip_id: int) -> Clip:
    """Lock the clip's campaign and return the clip, so that a settlement runs before or after."""
    clip = await session.get(Clip, clip_id)
    if clip is None:
        raise NoSuchClip
    actor.must_not_gain(clip.user_id)
    campaign = await campaigns.locked(session, clip.campaign_id)
    # Lock users in the order of their ids, as a settlement does. Of two concurrent entries by one
    # admin, the second must see the first.
    two = (
        select(User.id)
        .where(col(User.id).in_((actor.user_id, clip.user_id)))
        .order_by(col(User.id))
    )
    await session.exec(two.with_for_update(key_share=True))
    await session.refresh(clip)
    if campaign.completed_at is not None:
        raise WrongCampaignStatus("This campaign is completed and can no longer be changed.")
    if clip.state is ClipState.REVOKED:
        raise Conflict("This clip was revoked, so its views no longer count.")
    await holds.must_not_be_held(session, clip_id)
    return clip


async def _worth(session: AsyncSession, views: Mapping[int, int]) -> Cents:
    """Return what these views (by clip id) are worth beyond those seen by a scraper or two admins.

    In cents, at each clip's frozen terms. Not counted from the peak, or one admin could enter a
    large count in small steps.
    """
    worth = 0
    for some in in_slices(list(views)):
        clips = (await session.exec(select(Clip).where(col(Clip.id).in_(some)))).all()
        by_scraper = and_(
            col(ViewTracking.source) != SOURCE,
            holds.counts(ViewTracking.clip_id, ViewTracking.views, ViewTracking.date),
        )
        is_confirmed = and_(
            col(ManualReading.status) == ManualReadingStatus.CONFIRMED,
            holds.counts(ManualReading.clip_id, ManualReading.views, ManualReading.decided_at),
        )
        scraped = await _highest(session, ViewTracking, some, by_scraper)
        confirmed = await _highest(session, ManualReading, some, is_confirmed)
        for clip in clips:
            seen = max(clip.initial_views, scraped.get(clip.id, 0), confirmed.get(clip.id, 0))
            worth += max(0, _target(clip, views[clip.id]) - _target(clip, seen))
    return worth


async def _highest(
    session: AsyncSession,
    table: type[ViewTracking | ManualReading],
    clips: Sequence[int],
    which: ColumnElement[bool],
) -> dict[int, int]:
    """Return the highest views of matching rows, by clip id."""
    views = func.max(col(table.views))
    query = (
        select(table.clip_id, views)
        .where(col(table.clip_id).in_(clips), which)
        .group_by(col(table.clip_id))
    )
    return {clip_id: most or 0 for clip_id, most in (await session.exec(query)).all()}


async def _entered_alone(session: AsyncSession, actor: Actor, *, but: Clip) -> dict[int, int]:
    """Return the highest views that this admin entered alone within ALONE_FOR, by clip id."""
    by_hand = (AuditEntry.action == "clip.read_by_hand", AuditEntry.actor_id == actor.user_id)
    lately = (col(AuditEntry.at) > clock.now() - ALONE_FOR, AuditEntry.subject_id != but.id)
    found = await session.exec(
        select(AuditEntry.subject_id, AuditEntry.after).where(*by_hand, *lately)
    )
    entered: dict[int, int] = {}
    for clip_id, after in found.all():
        entered[clip_id] = max(entered.get(clip_id, 0), after["peak_views"])
    return entered


async def _are_new(session: AsyncSession, *admins: int) -> bool:
    """Return whether another admin promoted one of them within NEW_ADMIN_FOR."""
    of_them = (
        AuditEntry.action == "user.changed",
        AuditEntry.subject == "user",
        col(AuditEntry.subject_id).in_(admins),
    )
    lately = col(AuditEntry.at) > clock.now() - NEW_ADMIN_FOR
    changed = await session.exec(
        select(AuditEntry.before, AuditEntry.after).where(*of_them, lately)
    )
    return any(before != after and after == _ACTIVE_ADMIN for before, after in changed.all())


def _target(clip: Clip, views: int) -> Cents:
    """Return what the clip is worth with this many views, in cents."""
    terms = (clip.rate, clip.min_views, clip.max_per_clip, clip.max_per_clipper)
    return Earner(clip.id, clip.user_id, clip.initial_views, views, *terms, gross_credited=0).target


async def _ask_second_admin(
    session: AsyncSession, actor: Actor, clip: Clip, views: int, why: str, worth: Cents
) -> ManualReading:
    waiting = select(ManualReading.id).where(
        ManualReading.clip_id == clip.id, ManualReading.status == ManualReadingStatus.WAITING
    )
    if (await session.exec(waiting)).first() is not None:
        raise Conflict("Other views of this clip await a second admin. Decide on them first.")
    asked = ManualReading(
        clip_id=clip.id,
        views=views,
        reason=why,
        worth=worth,
        asked_by=actor.user_id,
        asked_at=clock.now(),
    )
    session.add(asked)
    await session.flush()
    _record(session, actor, asked, "asked")
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


async def _decide(
    session: AsyncSession, actor: Actor, waiting: ManualReading, decision: ManualReadingStatus
) -> None:
    """Decide on a waiting reading.

    The caller has locked the campaign, so that the second of two decisions sees the first.
    """
    await session.refresh(waiting)
    if waiting.status is not ManualReadingStatus.WAITING:
        raise Conflict(f"This reading is already {waiting.status.lower()}.")
    waiting.status = decision
    waiting.decided_by = actor.user_id
    waiting.decided_at = clock.now()
    _record(session, actor, waiting, decision.lower())


def _record(session: AsyncSession, actor: Actor, waiting: ManualReading, step: str) -> None:
    """Record the waiting reading itself. What it does to its clip has an entry of its own."""
    action = f"manual_reading.{step}"
    entry = audit_log.entry(
        action, "manual_reading", waiting.id, actor_id=actor.user_id, row=waiting
    )
    audit_log.record(session, entry)


async def _keep(
    session: AsyncSession, clip: Clip, views: int, entry: AuditEntry, *, at: datetime | None = None
) -> ViewTracking:
    """Store the reading, its effect on the clip, and the audit entry with its reason."""
    at = at or clock.now()
    before = accrual.observation_of(clip)
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
        await holds.place(session, campaign, [observations.hold_for(clip.id, after.jump)])
    entry.after |= {"views": after.views, "peak_views": after.peak_views}
    audit_log.record(session, entry)
    changes.mark(session, users=[clip.user_id], campaigns=[clip.campaign_id])
    return reading


def _entry(deed: str, clip: Clip, actor: Actor, *, reason: str) -> AuditEntry:
    before = {"views": clip.views, "peak_views": clip.peak_views}
    return audit_log.entry(
        f"clip.{deed}", "clip", clip.id, actor_id=actor.user_id, before=before, reason=reason
    )
