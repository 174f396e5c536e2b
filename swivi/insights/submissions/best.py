"""The best of all submissions by views or earnings, without reading all of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Integer, literal_column, select
from sqlmodel import col

from swivi.domain.clips.models import (
    BASELINE_OR_NONE,
    EARNINGS_DIGITS,
    UNAPPROVED,
    VIEWS_DIGITS,
    Clip,
    ClipSubmission,
    SubmissionStatus,
)

_NOTHING = literal_column("0", Integer)

BEST: Mapping[str, tuple[Any, Any, Any]] = {
    "-views": (VIEWS_DIGITS, col(Clip.views), literal_column(BASELINE_OR_NONE, Integer)),
    "-earnings": (EARNINGS_DIGITS, col(Clip.earnings), _NOTHING),
}
"""By sort: a clip's number of digits, its value, and the value of a submission without a clip."""


def best_ids(
    wanted: Mapping[str, object],
    status: SubmissionStatus | None,
    *,
    sort: str,
    limit: int,
    offset: int,
) -> Any:
    """Return the query for the ids of a page, in the order of `rows.SORTS`.

    `wanted` has values of columns that clips and submissions share. `sort` is a name of BEST. The
    best clips and the best submissions without a clip each come from an index; the page is the best
    of both.
    """
    digits, amount, without = BEST[sort]
    submission_id, by_id = col(Clip.submission_id), col(ClipSubmission.id)
    clips = (
        select(submission_id.label("id"), amount.label("amount"))
        .filter_by(**wanted)
        .order_by(digits.desc(), amount.desc(), submission_id.desc())
    )
    amount_without = without.label("amount")
    others = (
        select(by_id.label("id"), amount_without)
        .filter_by(**wanted)
        .where(UNAPPROVED, *([] if status is None else [col(ClipSubmission.status) == status]))
        .order_by(amount_without.desc(), by_id.desc())
    )
    of_status = {None: [clips, others], SubmissionStatus.APPROVED: [clips]}.get(status, [others])
    first, *more = [select(part.limit(offset + limit).subquery()) for part in of_status]
    best = first.union_all(*more).subquery()
    return (
        select(best.c.id)
        .order_by(best.c.amount.desc(), best.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
