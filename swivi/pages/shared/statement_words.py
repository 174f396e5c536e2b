"""The sentences of a statement: what moved, and how each amount was calculated."""

from collections.abc import Mapping

from swivi.core.money import VIEWS_PER_RATE, format_dollars
from swivi.domain.ledger.models import TransferKind
from swivi.insights.money.accrual_story import AccrualStory
from swivi.insights.money.statement import Line

WHAT: Mapping[TransferKind, str] = {
    TransferKind.BUDGET_FUNDED: "Budget added",
    TransferKind.BUDGET_REDUCED: "Budget taken out",
    TransferKind.BUDGET_RETURNED: "Unspent budget returned",
    TransferKind.ACCRUAL: "Earned",
    TransferKind.ACCRUAL_REVERSED: "Taken back",
    TransferKind.PAYOUT_RESERVED: "Payout requested",
    TransferKind.PAYOUT_RELEASED: "Payout not sent",
    TransferKind.PAYOUT_RETURNED: "Payout came back",
}
"""By kind. Other kinds change neither a clipper's available balance nor a budget."""

_BECAUSE: Mapping[TransferKind, str] = {
    TransferKind.ACCRUAL_REVERSED: (
        "The clip was revoked. Its earnings went back to the campaign."
    ),
    TransferKind.PAYOUT_RESERVED: "Reserved until payout {} is decided.",
    TransferKind.PAYOUT_RELEASED: (
        "Payout {} was cancelled or rejected, or it failed. The amount is available again."
    ),
    TransferKind.PAYOUT_RETURNED: "Payout {} was sent back. The amount is available again.",
}

DOES_NOT_ADD_UP = "This amount does not add up. Contact us."


def how(line: Line) -> list[str]:
    """Return the sentences about a line, in the order of the calculation."""
    if line.made is not None:
        return earned(line.made)
    because = _BECAUSE.get(line.kind, "")
    return [because.format(line.payout_request_id)] if because else []


def earned(made: AccrualStory) -> list[str]:
    """Explain earnings step by step, from the reading to the amount."""
    said = [_growth(made), _cap_per_clip(made), _before(made), _cap_per_clipper(made), _share(made)]
    return [sentence for sentence in said if sentence] + ([] if made.adds_up else [DOES_NOT_ADD_UP])


def _growth(made: AccrualStory) -> str:
    seen = f"{made.peak_views:,} views, {made.initial_views:,} of them at submission"
    worth = (
        f"{made.growth:,} at {format_dollars(made.rate)} per {VIEWS_PER_RATE:,} are "
        f"{format_dollars(made.uncapped)}"
    )
    return f"{seen}: {worth}."


def _cap_per_clip(made: AccrualStory) -> str:
    if made.max_per_clip is None or made.uncapped <= made.max_per_clip:
        return ""
    return f"One clip gets {format_dollars(made.max_per_clip)} at most."


def _before(made: AccrualStory) -> str:
    if not made.credited_before:
        return ""
    return (
        f"{format_dollars(made.credited_before)} were credited before, "
        f"{format_dollars(made.demand)} were due."
    )


def _cap_per_clipper(made: AccrualStory) -> str:
    if made.max_per_clipper is None or made.within_cap == made.demand:
        return ""
    cap, left = format_dollars(made.max_per_clipper), format_dollars(made.within_cap)
    return f"One clipper gets {cap} at most in this campaign, which left {left} for this clip."


def _share(made: AccrualStory) -> str:
    if made.share is None:
        return ""
    left, wanted = format_dollars(made.share.left), format_dollars(made.share.wanted)
    due, got = format_dollars(made.within_cap), format_dollars(made.amount)
    return (
        f"The budget had {left} left for {wanted} due to all clips: {due} × {left} ÷ {wanted} are "
        f"{got}."
    )
