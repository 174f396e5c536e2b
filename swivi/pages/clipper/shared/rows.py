"""What the clippers' pages show of their clips and payouts: small rows that travel to the
browser.
"""

from dataclasses import dataclass
from datetime import datetime

from swivi.domain.clips.models import ClipState
from swivi.domain.payouts.methods import method_label
from swivi.domain.payouts.models import PayoutStatus
from swivi.insights.money.payouts import PayoutRow
from swivi.insights.submissions.rows import ClipRow

_STATE_NOTES = {
    ClipState.REMOVED: (
        "The platform says this video is gone. It keeps what it earned. If the video comes back "
        "within 30 days, it earns again."
    ),
    ClipState.REVOKED: "An admin took this clip out of the campaign.",
}


@dataclass
class ClipLine:
    """A submission and its clip.

    `id` is the submission's; 0 for none. Money in cents, times ISO 8601 UTC.

    `baseline` and `views` are None until the views were read for the first time.
    """

    id: int = 0
    campaign_id: int = 0
    campaign: str = ""
    platform: str = ""
    url: str = ""
    status: str = ""
    """What `status_badge` shows: the review, or where that is done, how the clip fares."""
    note: str = ""
    """Why it is so, where that needs a sentence."""
    baseline: int | None = None
    views: int | None = None
    earnings: int = 0
    submitted_at: str = ""
    tracked_at: str = ""


def clip_line(row: ClipRow) -> ClipLine:
    """A row of the clips' list."""
    return ClipLine(
        id=row.submission_id,
        campaign_id=row.campaign_id,
        campaign=row.campaign_title,
        platform=row.platform,
        url=row.url,
        status=_status(row),
        note=_note(row),
        baseline=row.initial_views,
        views=row.views,
        earnings=row.earnings,
        submitted_at=iso(row.submitted_at),
        tracked_at=iso(row.last_tracked_at),
    )


def _status(row: ClipRow) -> str:
    if row.awaits_baseline:
        return "AWAITING_BASELINE"
    return row.state.value if row.state in _STATE_NOTES else row.status.value


def _note(row: ClipRow) -> str:
    if row.awaits_baseline:
        return f"{row.baseline_problem} Trying again." if row.baseline_problem else ""
    if row.state in _STATE_NOTES:
        return row.reason or _STATE_NOTES[row.state]
    return row.reason or ""


@dataclass
class PayoutLine:
    """A payout request. Money in cents, times ISO 8601 UTC."""

    id: int = 0
    amount: int = 0
    fee: int = 0
    net: int = 0
    method: str = ""
    details: str = ""
    status: str = ""
    reason: str = ""
    transaction_id: str = ""
    requested_at: str = ""
    decided_at: str = ""
    paid_at: str = ""
    is_open: bool = False
    """Whether it is still to be paid or refused."""
    cancellable: bool = False


def payout_line(row: PayoutRow) -> PayoutLine:
    """A row of the payouts' history."""
    return PayoutLine(
        id=row.request_id,
        amount=row.amount,
        fee=row.fee,
        net=row.net,
        method=method_label(row.method),
        details=row.destination.display,
        status=row.status,
        reason=row.reason or "",
        transaction_id=row.transaction_id or "",
        requested_at=iso(row.requested_at),
        decided_at=iso(row.decided_at),
        paid_at=iso(row.paid_at),
        is_open=row.status in {PayoutStatus.PENDING, PayoutStatus.APPROVED},
        cancellable=row.status is PayoutStatus.PENDING,
    )


def iso(moment: datetime | None) -> str:
    """A time as `ui.numbers.when` takes it."""
    return moment.isoformat() if moment else ""
