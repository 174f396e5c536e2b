"""Why a clip earned what it earned, in sentences: what its growth is worth, and what stands between
that and it.
"""

from swivi.core.money import format_dollars
from swivi.domain.campaigns.models import CampaignStatus
from swivi.domain.clips.models import HoldDecision
from swivi.insights.submissions.clip_story import EarningsStory


def why(of: EarningsStory) -> list[str]:
    """The sentences that apply, in the order in which a number is made."""
    said = [
        _hold(of),
        _growth(of),
        _cap_per_clip(of),
        _fallen(of),
        _cap_per_clipper(of),
        _last_share(of),
        _to_come(of),
        _lost(of),
    ]
    return [sentence for sentence in said if sentence]


def _hold(of: EarningsStory) -> str:
    hold = of.hold
    if hold is None:
        return ""
    since = f"{hold.since:%Y-%m-%d %H:%M} UTC"
    if hold.decision is None:
        worth = format_dollars(hold.worth)
        return (
            f"On hold since {since}. {hold.reason} An admin is checking it. Up to {worth} waits. "
            "If the campaign ends first, this growth is not paid."
        )
    if hold.decision is HoldDecision.LAPSED:
        return (
            f"On hold since {since}. {hold.reason} The campaign ended before an admin had decided, "
            "so it is not paid."
        )
    return ""


def _growth(of: EarningsStory) -> str:
    if of.growth == 0:
        return (
            "It has no more views than when it was submitted. Only what grows from there on pays."
        )
    if of.growth < of.min_views:
        to_go = of.min_views - of.growth
        return f"Clips of this campaign earn from {of.min_views:,} new views on: {to_go:,} to go."
    rate, worth = format_dollars(of.rate), format_dollars(of.uncapped)
    return f"{of.growth:,} new views at {rate} per 1,000 are worth {worth}."


def _cap_per_clip(of: EarningsStory) -> str:
    if of.max_per_clip is None or of.growth < of.min_views or of.uncapped <= of.max_per_clip:
        return ""
    return (
        f"The campaign pays {format_dollars(of.max_per_clip)} at most for one clip, and this one "
        "has reached that."
    )


def _fallen(of: EarningsStory) -> str:
    if of.views >= of.peak_views:
        return ""
    fell = f"The views fell from {of.peak_views:,} to {of.views:,}."
    return f"{fell} The most that was ever read pays: nothing is taken back."


def _cap_per_clipper(of: EarningsStory) -> str:
    if (
        of.max_per_clipper is None
        or of.credited >= of.worth
        or of.clipper_credited < of.max_per_clipper
    ):
        return ""
    return (
        f"The campaign pays {format_dollars(of.max_per_clipper)} at most to one clipper, and you "
        "have reached that."
    )


def _last_share(of: EarningsStory) -> str:
    if of.last_share is None or of.credited >= of.worth:
        return ""
    last = of.last_share
    return (
        f"The budget’s last {format_dollars(last.left)} was shared among {last.clips:,} clips, in "
        f"proportion to what each had still to get: of {format_dollars(last.wanted)} this clip got "
        f"{format_dollars(last.got)}."
    )


def _to_come(of: EarningsStory) -> str:
    under_way = of.campaign_status in {CampaignStatus.ACTIVE, CampaignStatus.PAUSED}
    is_held = of.hold is not None and of.hold.decision is None
    if of.credited >= of.worth or not under_way or is_held:
        return ""
    return (
        "What is not credited yet follows at the next tracking run, as far as the budget and the "
        "limits reach."
    )


def _lost(of: EarningsStory) -> str:
    taken_back = of.credited - of.earned
    return (
        f"{format_dollars(taken_back)} went back to the campaign when the clip was revoked."
        if taken_back
        else ""
    )
