"""Explain an accrual so that anybody can recompute it: reading, growth, rate, caps and share.

The explanation uses the data from when the accrual was written: readings up to then, terms frozen
at approval, and earlier transfers. If a clip got less than its growth was worth, a cap or the end
of the budget is the reason. Both are computed here again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.db import UtcDateTime
from swivi.core.money import Cents, earned
from swivi.domain.clips import holds
from swivi.domain.clips.models import Clip, ViewTracking
from swivi.domain.ledger.models import SELDOM, AuditEntry, Transfer, TransferKind
from swivi.domain.tracking import accrual
from swivi.domain.tracking.accrual import Earner


@dataclass(frozen=True, slots=True)
class LastShare:
    """The settlement that used up the budget: `left` cents for a demand of `wanted` cents."""

    left: Cents
    wanted: Cents


@dataclass(frozen=True, slots=True)
class AccrualStory:
    """How `amount` cents were earned. Counts are views, money is in cents.

    `reading_id` and `read_at` name the largest reading up to then; `peak_views` is its count.
    `within_cap` is the demand within the cap per clipper. `share` is None unless the budget was too
    small for the demand.
    """

    amount: Cents
    run_id: int
    reading_id: int
    read_at: datetime
    peak_views: int
    initial_views: int
    min_views: int
    rate: Cents
    max_per_clip: Cents | None
    max_per_clipper: Cents | None
    credited_before: Cents
    within_cap: Cents
    share: LastShare | None

    @property
    def growth(self) -> int:
        """The views that pay."""
        return self.peak_views - self.initial_views

    @property
    def uncapped(self) -> Cents:
        """The growth's worth in cents by the rate alone."""
        return earned(self.growth, self.rate) if self.growth >= self.min_views else 0

    @property
    def worth(self) -> Cents:
        """The growth's worth in cents within the cap per clip."""
        return self.uncapped if self.max_per_clip is None else min(self.max_per_clip, self.uncapped)

    @property
    def demand(self) -> Cents:
        """The cents that were still to be credited."""
        return max(0, self.worth - self.credited_before)

    @property
    def adds_up(self) -> bool:
        """Whether the amount equals the recomputation. A share may have one cent more."""
        if self.share is None:
            return self.amount == self.within_cap
        exact_part = self.within_cap * self.share.left // self.share.wanted
        return self.amount - exact_part in (0, 1)


@dataclass(frozen=True, slots=True)
class _Largest:
    """The largest reading up to an accrual."""

    id: int
    date: datetime
    views: int


async def made(session: AsyncSession, accruals: Sequence[Transfer]) -> dict[int, AccrualStory]:
    """Return the explanation of each of these accruals, by the transfer's id."""
    seen = await session.exec(_SEEN, params={"transfers": [transfer.id for transfer in accruals]})
    known = {
        of: (clip, _Largest(*largest), int(before)) for of, clip, before, *largest in seen.all()
    }
    return {
        transfer.id: await _made(session, transfer, *known[transfer.id]) for transfer in accruals
    }


async def _made(
    session: AsyncSession, transfer: Transfer, clip: Clip, reading: _Largest, before: Cents
) -> AccrualStory:
    assert transfer.run_id is not None, "an accrual belongs to a run"
    own = _earner(clip, reading.views, before)
    within_cap, last = own.demand, None
    if transfer.amount < within_cap:  # rare: a cap or the budget limited the amount
        within_cap = accrual.capped_demands(await _clippers_clips(session, transfer, clip.user_id))[
            clip.id
        ]
    if transfer.amount < within_cap:
        last = await _last_share(session, transfer)
    return AccrualStory(
        amount=transfer.amount,
        run_id=transfer.run_id,
        reading_id=reading.id,
        read_at=reading.date,
        peak_views=own.peak_views,
        initial_views=clip.initial_views,
        min_views=clip.min_views,
        rate=clip.rate,
        max_per_clip=clip.max_per_clip,
        max_per_clipper=clip.max_per_clipper,
        credited_before=before,
        within_cap=within_cap,
        share=last,
    )


async def _clippers_clips(session: AsyncSession, transfer: Transfer, user_id: int) -> list[Earner]:
    """Return the clipper's clips in the campaign as of the settlement of this transfer.

    Approvals, revocations and settlements lock the campaign, so the ids of their audit entries tell
    their order.
    """
    clip_id, settled_as = col(Clip.id), transfer.audit_id
    theirs = and_(
        col(Clip.campaign_id) == transfer.campaign_id,
        col(Clip.user_id) == user_id,
        ~_was(
            "submission.approved",
            "submission",
            col(Clip.submission_id),
            col(AuditEntry.id) > settled_as,
        ),
    )
    at, run_id = literal(transfer.created_at, UtcDateTime), literal(transfer.run_id)
    largest = _largest(select(clip_id.label("of")), clip_id, at, run_id, theirs)
    query: Any = select(Clip, largest.c.views)
    found = await session.exec(
        query.add_columns(
            _credited(clip_id, before=settled_as),
            _credited(clip_id, before=settled_as, kind=TransferKind.ACCRUAL_REVERSED),
            _was("clip.revoked", "clip", clip_id, col(AuditEntry.id) < settled_as),
        )
        .join(largest, largest.c.of == clip_id)
        .where(largest.c.place == 1)
    )
    return [
        _earner(clip, views, int(before), may_earn=not revoked, recovered=int(recovered))
        for clip, views, before, recovered, revoked in found.all()
    ]


def _was(action: str, subject: str, subject_id: Any, when: Any) -> Any:
    """Return whether the log has this action about the subject. `when` bounds the entry's id."""
    entry = (
        AuditEntry.subject == subject,
        AuditEntry.subject_id == subject_id,
        AuditEntry.action == action,
        when,
    )
    return select(AuditEntry.id).where(*entry).correlate(Clip).exists()


async def _last_share(session: AsyncSession, transfer: Transfer) -> LastShare | None:
    """Return the remaining budget before this settlement and the demand of all clips.

    Return None if the audit log has neither.
    """
    settled = await session.get_one(AuditEntry, transfer.audit_id)
    signed = case(
        (col(Transfer.kind) == TransferKind.BUDGET_FUNDED, col(Transfer.amount)),
        else_=-col(Transfer.amount),
    )
    funded = await session.exec(
        select(func.sum(signed)).where(
            Transfer.campaign_id == transfer.campaign_id,
            SELDOM,
            col(Transfer.kind).in_([TransferKind.BUDGET_FUNDED, TransferKind.BUDGET_REDUCED]),
            col(Transfer.audit_id) < transfer.audit_id,
        )
    )
    wanted = settled.after.get("wanted")
    left = int(funded.one() or 0) - int(settled.before["spent"])
    return LastShare(left, int(wanted)) if wanted else None


def _earner(
    clip: Clip,
    peak_views: int,
    credited_before: Cents,
    *,
    may_earn: bool = True,
    recovered: Cents = 0,
) -> Earner:
    return Earner(
        clip_id=clip.id,
        user_id=clip.user_id,
        initial_views=clip.initial_views,
        peak_views=peak_views,
        rate=clip.rate,
        min_views=clip.min_views,
        max_per_clip=clip.max_per_clip,
        max_per_clipper=clip.max_per_clipper,
        gross_credited=credited_before,
        may_earn=may_earn,
        recovered=recovered,
    )


def _largest(whose: Any, clip_id: Any, at: Any, run_id: Any, wanted: Any) -> Any:
    """Return the clips' readings up to a moment, with the largest at `place` 1; of equals, the
    first.

    `whose` names the column that `of` selects by. Readings of runs after `run_id` never count,
    because the clock of a later run may have been behind.

    The ranking needs one pass. A lookup by the reading's id would search the partition of every
    month.
    """
    reading = aliased(ViewTracking)
    order = (col(reading.views).desc(), col(reading.id))
    return (
        whose.add_columns(reading.id, reading.date, reading.views)
        .add_columns(
            func.row_number()
            .over(partition_by=whose.selected_columns.of, order_by=order)
            .label("place")
        )
        .join(
            reading,
            and_(
                reading.clip_id == clip_id,
                col(reading.views).is_not(None),
                col(reading.date) <= at,
                col(reading.run_id).is_(None) | (col(reading.run_id) <= run_id),
            ),
        )
        .where(holds.counts(reading.clip_id, reading.views, reading.date))
        .where(wanted)
        .subquery()
    )


def _credited(clip_id: Any, *, before: Any, kind: TransferKind = TransferKind.ACCRUAL) -> Any:
    """Return the cents credited to a clip before the settlement of this audit entry.

    With another `kind`, return what reversals took from it.
    """
    earlier = aliased(Transfer)
    return (
        select(func.coalesce(func.sum(earlier.amount), 0))
        .where(earlier.clip_id == clip_id, earlier.kind == kind, col(earlier.audit_id) < before)
        .correlate(Transfer, Clip)
        .scalar_subquery()
    )


def _seen() -> Any:
    """Return the query of each accrual's id, clip, cents credited before, and largest reading up to
    then.
    """
    transfer_id, clip_id = col(Transfer.id), col(Transfer.clip_id)
    these = transfer_id.in_(bindparam("transfers", expanding=True))
    largest = _largest(
        select(transfer_id.label("of")),
        clip_id,
        col(Transfer.created_at),
        col(Transfer.run_id),
        these,
    )
    query: Any = select(Transfer.id, Clip, _credited(clip_id, before=col(Transfer.audit_id)))
    return (
        query.add_columns(largest.c.id, largest.c.date, largest.c.views)
        .join(Clip, col(Clip.id) == clip_id)
        .join(largest, largest.c.of == transfer_id)
        .where(these, largest.c.place == 1)
    )


_SEEN = _seen()
"""The query, compiled once: building it takes twice as long as running it."""
