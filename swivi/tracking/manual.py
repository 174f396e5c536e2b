"""A reading by hand: an admin looked at the video where the scraper could not, and says what stands there.

It is evidence like any other reading, and moves no money by itself: it raises the clip's peak, and the next
settlement of the campaign credits the growth, with everybody else's and within the budget.
"""

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.accounts import service as accounts
from swivi.accounts.actor import Actor
from swivi.campaigns import service as campaigns
from swivi.campaigns.errors import WrongCampaignStatus
from swivi.clips import tallies
from swivi.clips.errors import NoSuchClip
from swivi.clips.models import Clip, ClipState, ViewTracking
from swivi.clips.review import LONGEST_REASON
from swivi.core import changes, clock
from swivi.core.errors import Conflict, InvalidInput
from swivi.core.numbers import typed_number
from swivi.core.text import parse_text
from swivi.ledger import audit_log
from swivi.platforms.models import MAX_VIEWS, Outcome
from swivi.tracking import accrual
from swivi.tracking.accrual import Sighting

SOURCE = "manual"


async def read_by_hand(
    session: AsyncSession, actor: Actor, clip_id: int, *, views: object, reason: object
) -> ViewTracking:
    """Keep a reading of `views` (a count, as typed) with its reason; below the peak it claws nothing back.

    Raises AdminsOnly, InvalidInput, NoSuchClip, WrongCampaignStatus once completed, Conflict for a revoked clip.
    """
    actor.must_be_admin()
    counted, why = parse_views(views), _parse_reason(reason)
    clip = await _locked(session, clip_id)
    before = Sighting(clip.views, clip.peak_views, clip.not_found_runs, clip.state, clip.flag)
    after = accrual.observe(before, Outcome.OK, counted)
    reading = ViewTracking(
        clip_id=clip_id, date=clock.now(), outcome=Outcome.OK, views=counted, source=SOURCE, detail=why
    )
    session.add(reading)
    clip.views, clip.peak_views = after.views, after.peak_views
    clip.not_found_runs, clip.flag = after.not_found_runs, after.flag
    await session.flush()
    await accounts.add_views(session, {clip.user_id: after.peak_views - before.peak_views})
    await tallies.count_clips(session, clip.campaign_id)
    _record(session, actor, clip_id, before, after, why)
    changes.mark(session, users=[clip.user_id], campaigns=[clip.campaign_id])
    return reading


def parse_views(value: object) -> int:
    """A count of views as people write it ("12,345", 12345). Raises InvalidInput."""
    views = typed_number(value, largest=MAX_VIEWS)
    if views is None:
        raise InvalidInput.of("views", "Enter the number of views that the platform shows, like 12,345.")
    return views


def _parse_reason(reason: object) -> str:
    otherwise = f"Say in 1 to {LONGEST_REASON} characters why the views are entered by hand."
    return parse_text(reason, "reason", longest=LONGEST_REASON, otherwise=otherwise)


async def _locked(session: AsyncSession, clip_id: int) -> Clip:
    """The clip, its campaign's row locked: a settlement of it comes before or after, never in between."""
    clip = await session.get(Clip, clip_id)
    if clip is None:
        raise NoSuchClip
    campaign = await campaigns.locked(session, clip.campaign_id)
    await session.refresh(clip)
    if campaign.completed_at is not None:
        raise WrongCampaignStatus("This campaign is completed: its books are closed.")
    if clip.state is ClipState.REVOKED:
        raise Conflict("This clip was revoked: its views count no more.")
    return clip


def _record(session: AsyncSession, actor: Actor, clip_id: int, before: Sighting, after: Sighting, why: str) -> None:
    audit_log.record(
        session,
        audit_log.entry(
            "clip.read_by_hand",
            "clip",
            clip_id,
            actor_id=actor.user_id,
            before={"views": before.views, "peak_views": before.peak_views},
            after={"views": after.views, "peak_views": after.peak_views},
            reason=why,
        ),
    )
