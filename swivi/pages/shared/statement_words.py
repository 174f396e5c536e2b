"""What a line of a statement says: what moved, and for earnings how each cent was made."""

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
"""By kind; what else there is moves neither a clipper's available money nor a budget."""

_BECAUSE: Mapping[TransferKind, str] = {
    TransferKind.ACCRUAL_REVERSED: (
        "The clip was revoked: what it earned went back to the campaign."
    ),
    TransferKind.PAYOUT_RESERVED: "Held until payout {} is decided.",
    TransferKind.PAYOUT_RELEASED: (
        "Payout {} was cancelled, rejected or failed: the amount is available again."
    ),
    TransferKind.PAYOUT_RETURNED: "Payout {} was sent back: the amount is available again.",
}

DOES_NOT_ADD_UP = "This does not add up: please tell us."


def how(line: Line) -> list[str]:
    """The sentences, in the order in which the amount is made."""
    if line.made is not None:
        return earned(line.made)
    because = _BECAUSE.get(line.kind, "")
    return [because.format(line.payout_request_id)] if because else []


def earned(made: AccrualStory) -> list[str]:
    """From the reading to the amount, step by step."""
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
