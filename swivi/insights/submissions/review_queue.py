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
    """Whether the clipper says that the video's author, or one of its co-authors, is their account
    there.
    """

    MATCH = "match"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """No account is linked, or the platform named no author."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A submission, who sent it, and how much of the campaign's budget (cents) is left to earn.

    `handles` are the clipper's accounts on the video's platform, in `social.comparable` spelling.
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
        """The first of the authors that the clipper says is them."""
        return next(
            (author for author in self.authors if social.comparable(author) in self.handles), None
        )

    @property
    def author_check(self) -> AuthorCheck:
        """Whether they say that an author is them."""
        if not self.handles or not self.authors:
            return AuthorCheck.UNKNOWN
        return AuthorCheck.DIFFERS if self.own_author is None else AuthorCheck.MATCH


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a clipper's submissions so far."""

    approved: int
    rejected: int
    revoked: int


@dataclass(frozen=True, slots=True)
class Background:
    """What helps to decide on one submission: the campaign's words, how the clipper did so far, odd
    counts.

    `signs` are sentences (see `insights/signs.py`).
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
    """One page of submissions and how many there are.

    `sort` is one that `clips.page_of` knows; without one, PENDING ones come longest waiting first,
    others newest first.
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
    """One submission that exists."""
    [row] = await review_rows(session, [submission_id])
    return row


async def review_rows(session: AsyncSession, submission_ids: Iterable[int]) -> list[ReviewRow]:
    """These submissions as they are now, by id."""
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
    """The next submissions older than `submission_id`, newest first (None: from the newest on)."""
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
    """What to know before deciding on this one."""
    campaign = await session.get_one(Campaign, row.clip.campaign_id)
    record = await clipper_record(session, row.clipper_id)
    signs = await signs_of_clip(session, row.clip)
    return Background(campaign.description, campaign.requirements, record, tuple(signs))


async def clipper_record(session: AsyncSession, user_id: int) -> Record:
    """What became of this clipper's submissions; one that was approved and then revoked counts as
    revoked.
    """
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
