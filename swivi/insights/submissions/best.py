"""The best of everybody's submissions, by views or by earnings, without a look at all of them."""

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
"""By the sort's name: how many digits a clip has of it, how much, and how much a submission without
a clip.
"""


def best_ids(
    wanted: Mapping[str, object],
    status: SubmissionStatus | None,
    *,
    sort: str,
    limit: int,
    offset: int,
) -> Any:
    """The query for a page's ids in the order of `clips.SORTS`.

    `wanted` are the values of columns that clips and submissions share; `sort` is a name of BEST.
    Along an index each, the best clips and the best submissions without one are found, and the best
    of both are the page.
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
