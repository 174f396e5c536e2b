"""The review queue: submissions with what an admin needs to decide on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core.money import Cents
from swivi.domain.accounts import social
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips.models import REVOKED, Clip, ClipSubmission, SubmissionStatus
from swivi.domain.clips.tallies import count_submissions
from swivi.domain.platforms.models import Platform
from swivi.insights.submissions.rows import (
    ClipRow,
    clip_row,
    count_of,
    page_of,
    sharing,
    submissions_with_clips,
)
from swivi.insights.submissions.signs import signs_of_clip


class AuthorCheck(StrEnum):
    """Whether the clipper has linked the account of the video's author or of a co-author."""

    MATCH = "match"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """No account is linked, or the platform named no author."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A submission with its clipper and the remaining budget (cents) of its campaign.

    `handles` are the clipper's accounts on the video's platform, spelt as `social.comparable`.
    `coauthors` published the video together with its author.
    """

    clip: ClipRow
    clipper_id: int
    clipper_name: str
    clipper_email: str
    campaign_remaining: Cents
    handles: tuple[str, ...] = ()
    coauthors: tuple[str, ...] = ()

    @property
    def authors(self) -> tuple[str, ...]:
        """All accounts that published the video, the author first."""
        return (self.clip.author, *self.coauthors) if self.clip.author else self.coauthors

    @property
    def own_author(self) -> str | None:
        """The first author that is an account of the clipper."""
        return next(
            (author for author in self.authors if social.comparable(author) in self.handles), None
        )

    @property
    def author_check(self) -> AuthorCheck:
        """Whether an author is an account of the clipper."""
        if not self.handles or not self.authors:
            return AuthorCheck.UNKNOWN
        return AuthorCheck.DIFFERS if self.own_author is None else AuthorCheck.MATCH


@dataclass(frozen=True, slots=True)
class Record:
    """The results of a clipper's submissions so far."""

    approved: int
    rejected: int
    revoked: int


@dataclass(frozen=True, slots=True)
class Background:
    """Context for a decision: the campaign's texts, the clipper's record, and signs in the counts.

    `signs` are sentences; see `insights/submissions/signs.py`.
    """

    brief: str
    requirements: str
    record: Record
    signs: tuple[str, ...] = ()


async def review_queue(
    session: AsyncSession,
    *,
    status: SubmissionStatus | None = None,
    campaign_id: int | None = None,
    platform: Platform | None = None,
    clipper_id: int | None = None,
    sort: str | None = None,
    limit: int,
    offset: int = 0,
) -> tuple[list[ReviewRow], int]:
    """Return one page of submissions, and the total.

    `sort` is as for `rows.page_of`. Without it, PENDING submissions come oldest first, all others
    newest first.
    """
    wanted = sharing(campaign_id=campaign_id, platform=platform, user_id=clipper_id)
    if clipper_id is None:
        total = await count_submissions(session, status, campaign_id=campaign_id, platform=platform)
    else:
        total = await count_of(session, wanted, status)
    usual = "submittedAt" if status is SubmissionStatus.PENDING else "-submittedAt"
    page = page_of(
        _rows(), wanted, status, sort=sort or usual, limit=limit, offset=offset, total=total
    )
    return await _with_handles(session, (await session.exec(page)).all()), total


async def review_row(session: AsyncSession, submission_id: int) -> ReviewRow:
    """Return a submission that exists."""
    [row] = await review_rows(session, [submission_id])
    return row


async def review_rows(session: AsyncSession, submission_ids: Iterable[int]) -> list[ReviewRow]:
    """Return these submissions, by id."""
    wanted = col(ClipSubmission.id).in_(list(submission_ids))
    found = await session.exec(_rows().where(wanted).order_by(col(ClipSubmission.id)))
    return await _with_handles(session, found.all())


async def review_before(
    session: AsyncSession,
    submission_id: int | None,
    *,
    status: SubmissionStatus | None,
    campaign_id: int | None,
    limit: int,
) -> list[ReviewRow]:
    """Return the next submissions older than `submission_id`, newest first; None starts at the
    newest.
    """
    wanted = [] if submission_id is None else [col(ClipSubmission.id) < submission_id]
    if status is not None:
        wanted.append(col(ClipSubmission.status) == status)
    if campaign_id is not None:
        wanted.append(col(ClipSubmission.campaign_id) == campaign_id)
    found = await session.exec(
        _rows().where(*wanted).order_by(col(ClipSubmission.id).desc()).limit(limit)
    )
    return await _with_handles(session, found.all())


async def background(session: AsyncSession, row: ReviewRow) -> Background:
    """Return the context for a decision on this submission."""
    campaign = await session.get_one(Campaign, row.clip.campaign_id)
    record = await clipper_record(session, row.clipper_id)
    signs = await signs_of_clip(session, row.clip)
    return Background(campaign.description, campaign.requirements, record, tuple(signs))


async def clipper_record(session: AsyncSession, user_id: int) -> Record:
    """Count the results of this clipper's submissions. A revoked one does not count as approved."""
    found = await session.exec(
        select(ClipSubmission.status, func.count())
        .where(ClipSubmission.user_id == user_id)
        .group_by(col(ClipSubmission.status))
    )
    decided = {SubmissionStatus(status): number for status, number in found.all()}
    taken_out = select(func.count()).select_from(Clip).where(Clip.user_id == user_id, text(REVOKED))
    revoked = (await session.exec(taken_out)).one()
    approved = decided.get(SubmissionStatus.APPROVED, 0) - revoked
    return Record(approved, decided.get(SubmissionStatus.REJECTED, 0), revoked)


def _rows() -> Any:
    return (
        submissions_with_clips()
        .join(User, col(User.id) == col(ClipSubmission.user_id))
        .add_columns(
            col(User.id).label("clipper_id"),
            col(User.name).label("clipper_name"),
            col(User.email).label("clipper_email"),
            (col(Campaign.budget) - col(Campaign.spent)).label("campaign_remaining"),
        )
    )


async def _with_handles(session: AsyncSession, rows: Sequence[Any]) -> list[ReviewRow]:
    found = [_review_row(row) for row in rows]
    handles = await social.handles_of(session, {row.clipper_id for row in found})
    return [
        replace(row, handles=_on(row.clip.platform, handles.get(row.clipper_id, [])))
        for row in found
    ]


def _review_row(row: Any) -> ReviewRow:
    return ReviewRow(
        clip=clip_row(row.ClipSubmission, row.Clip, row.campaign_title),
        clipper_id=row.clipper_id,
        clipper_name=row.clipper_name,
        clipper_email=row.clipper_email,
        campaign_remaining=row.campaign_remaining,
        coauthors=tuple(row.ClipSubmission.coauthors),
    )


def _on(platform: Platform, handles: Iterable[tuple[Platform, str]]) -> tuple[str, ...]:
    return tuple(handle for where, handle in handles if where is platform)
