"""Sentences that explain what a clip earned, and what limits it."""

from swivi.core.money import format_dollars
from swivi.domain.campaigns.models import CampaignStatus
from swivi.domain.clips.models import HoldDecision
from swivi.insights.submissions.clip_story import EarningsStory


def why(story: EarningsStory) -> list[str]:
    """Return the sentences that apply, in the order of the calculation."""
    sentences = [
        _hold(story),
        _growth(story),
        _cap_per_clip(story),
        _fallen_views(story),
        _cap_per_clipper(story),
        _last_share(story),
        _still_to_come(story),
        _taken_back(story),
    ]
    return [sentence for sentence in sentences if sentence]


def _hold(story: EarningsStory) -> str:
    hold = story.hold
    if hold is None:
        return ""
    since = f"{hold.since:%Y-%m-%d %H:%M} UTC"
    if hold.decision is None:
        worth = format_dollars(hold.worth)
        return (
            f"On hold since {since}. {hold.reason} An admin is checking it. Up to {worth} is "
            "waiting. If the campaign ends first, these views are not paid."
        )
    if hold.decision is HoldDecision.LAPSED:
        return (
            f"On hold since {since}. {hold.reason} The campaign ended before an admin decided, "
            "so these views are not paid."
        )
    return ""


def _growth(story: EarningsStory) -> str:
    if story.growth == 0:
        return "The clip has gained no views since you submitted it. You earn for views gained."
    if story.growth < story.min_views:
        to_go = story.min_views - story.growth
        return (
            f"A clip in this campaign earns once it has gained {story.min_views:,} views: "
            f"{to_go:,} to go."
        )
    rate, worth = format_dollars(story.rate), format_dollars(story.uncapped)
    return f"{story.growth:,} views gained at {rate} per 1,000 are worth {worth}."


def _cap_per_clip(story: EarningsStory) -> str:
    if (
        story.max_per_clip is None
        or story.growth < story.min_views
        or story.uncapped <= story.max_per_clip
    ):
        return ""
    limit = format_dollars(story.max_per_clip)
    return f"The campaign pays at most {limit} per clip. This clip has reached that limit."


def _fallen_views(story: EarningsStory) -> str:
    if story.views >= story.peak_views:
        return ""
    fell = f"The views fell from {story.peak_views:,} to {story.views:,}."
    return f"{fell} You are paid for the highest number, and nothing is taken back."


def _cap_per_clipper(story: EarningsStory) -> str:
    if (
        story.max_per_clipper is None
        or story.credited >= story.worth
        or story.clipper_credited < story.max_per_clipper
    ):
        return ""
    limit = format_dollars(story.max_per_clipper)
    return f"The campaign pays at most {limit} per clipper. You have reached that limit."


def _last_share(story: EarningsStory) -> str:
    if story.last_share is None or story.credited >= story.worth:
        return ""
    last = story.last_share
    return (
        f"The last {format_dollars(last.left)} of the budget was shared among {last.clips:,} clips "
        f"in proportion to what each was owed. This clip was owed {format_dollars(last.wanted)} "
        f"and got {format_dollars(last.got)}."
    )


def _still_to_come(story: EarningsStory) -> str:
    is_running = story.campaign_status in {CampaignStatus.ACTIVE, CampaignStatus.PAUSED}
    is_held = story.hold is not None and story.hold.decision is None
    if story.credited >= story.worth or not is_running or is_held:
        return ""
    return (
        "The rest is added at the next tracking run, within the budget and the limits of the "
        "campaign."
    )


def _taken_back(story: EarningsStory) -> str:
    taken_back = story.credited - story.earned
    return (
        f"{format_dollars(taken_back)} went back to the campaign when the clip was revoked."
        if taken_back
        else ""
    )
