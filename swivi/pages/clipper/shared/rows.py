"""Rows that the clippers' pages show: clips and payout requests."""

from dataclasses import dataclass
from datetime import datetime

from swivi.domain.clips.models import ClipState
from swivi.domain.payouts.methods import method_label
from swivi.domain.payouts.models import PayoutStatus
from swivi.insights.money.payouts import PayoutRow
from swivi.insights.submissions.rows import ClipRow

_STATE_NOTES = {
    ClipState.REMOVED: (
        "The platform says this video is gone. You keep what it earned. If the video comes back "
        "within 30 days, it earns again."
    ),
    ClipState.REVOKED: "An admin took this clip out of the campaign.",
}


@dataclass(frozen=True)
class OwnClipRow:
    """A submission and its clip. Money in cents, times ISO 8601 UTC.

    `id` is the submission's, 0 for none. `baseline` and `views` are None until the first reading.
    """

    id: int = 0
    campaign_id: int = 0
    campaign: str = ""
    platform: str = ""
    url: str = ""
    status: str = ""
    """A status for `status_badge`: the clip's if it was removed or revoked, else the review's."""
    note: str = ""
    """The reason for the status; "" if it needs none."""
    baseline: int | None = None
    views: int | None = None
    earnings: int = 0
    submitted_at: str = ""
    tracked_at: str = ""


def own_clip_row(row: ClipRow) -> OwnClipRow:
    """Build a row of the list of clips."""
    return OwnClipRow(
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


@dataclass(frozen=True)
class OwnPayoutRow:
    """A payout request. Money in cents, times ISO 8601 UTC. `id` is 0 for none."""

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
    """Whether it is pending or approved."""
    cancellable: bool = False


def own_payout_row(row: PayoutRow) -> OwnPayoutRow:
    """Build a row of the payout history."""
    return OwnPayoutRow(
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
    """Format a time for `ui.numbers.when`; "" for none."""
    return moment.isoformat() if moment else ""
