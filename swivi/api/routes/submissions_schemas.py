"""Bodies and answers about submissions and clips."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, WithJsonSchema

from swivi.api.http.schemas import (
    Body,
    BodyId,
    Dollars,
    DollarsOrNone,
    Id,
    IdOrNone,
    Page,
    View,
    raw_words,
)
from swivi.domain.clips.models import ClipState, ClipSubmission, SubmissionStatus
from swivi.domain.clips.review import LONGEST_REASON
from swivi.domain.platforms.links import MAX_LINK_LENGTH
from swivi.domain.platforms.models import Outcome, Platform
from swivi.domain.platforms.preview import LinkPreview
from swivi.insights.submissions.review_queue import ReviewRow
from swivi.insights.submissions.rows import ClipRow

MOST_LINKS = 50


class NewSubmission(Body):
    """A link to submit to a campaign."""

    campaign_id: BodyId
    clip_url: Annotated[
        str, WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_LINK_LENGTH})
    ]


class Submission(View):
    """A submission. Until its views are first read, `initialViews` is null.

    `baselineProblem` may say why they could not be read yet.
    """

    id: Id
    campaign_id: Id
    platform: Platform
    external_id: str
    clip_url: str
    status: SubmissionStatus
    initial_views: int | None
    baseline_problem: str | None

    @classmethod
    def of_new(cls, submission: ClipSubmission) -> Self:
        """Return the view of a new submission."""
        return cls(
            id=submission.id,
            campaign_id=submission.campaign_id,
            platform=submission.platform,
            external_id=submission.external_id,
            clip_url=submission.url,
            status=submission.status,
            initial_views=submission.initial_views,
            baseline_problem=submission.baseline_problem,
        )


class SubmissionDetails(Submission):
    """A submission with its clip, its review and its earnings."""

    clip_id: IdOrNone
    clip_state: ClipState | None
    campaign: str
    author: str | None
    views: int | None
    earnings: Dollars
    final_earnings: DollarsOrNone
    reason: str | None
    submitted_at: datetime
    reviewed_at: datetime | None
    last_tracked_at: datetime | None

    @classmethod
    def of(cls, row: ClipRow, **more: Any) -> Self:
        """Return the view of a row, with `more` fields of a subclass."""
        return cls(
            id=row.submission_id,
            campaign_id=row.campaign_id,
            platform=row.platform,
            external_id=row.external_id,
            clip_url=row.url,
            status=row.status,
            initial_views=row.initial_views,
            baseline_problem=row.baseline_problem,
            clip_id=row.clip_id,
            clip_state=row.state,
            campaign=row.campaign_title,
            author=row.author,
            views=row.views,
            earnings=row.earnings,
            final_earnings=row.final_earnings,
            reason=row.reason,
            submitted_at=row.submitted_at,
            reviewed_at=row.reviewed_at,
            last_tracked_at=row.last_tracked_at,
            **more,
        )


class SubmissionPage(Page[SubmissionDetails]):
    """One page of a clipper's own submissions."""


class AdminSubmission(SubmissionDetails):
    """A submission as admins see it.

    While `holdsVideo` is true, nobody else can submit its video.
    """

    clipper_id: Id
    clipper_name: str
    clipper_email: str
    campaign_remaining: Dollars
    flag: str | None
    holds_video: bool

    @classmethod
    def of_review(cls, row: ReviewRow) -> Self:
        """Return the view of a row of the review queue."""
        return cls.of(
            row.clip,
            clipper_id=row.clipper_id,
            clipper_name=row.clipper_name,
            clipper_email=row.clipper_email,
            campaign_remaining=row.campaign_remaining,
            flag=row.clip.flag,
            holds_video=row.clip.holds_video,
        )


class AdminSubmissionPage(Page[AdminSubmission]):
    """One page of submissions as admins see them."""


class Reason(Body):
    """The reason, which the clipper reads."""

    model_config = ConfigDict(json_schema_extra={"required": ["reason"]})

    reason: Annotated[object, raw_words(LONGEST_REASON)] = None


class Revocation(View):
    """A revoked clip, with the amount that went back to the campaign."""

    clip_id: Id
    recovered: Dollars


class TrackedAgain(View):
    """A clip that the next run will read."""

    clip_id: Id
    clip_state: ClipState


class HoldLifted(View):
    """A clip whose hold has ended, with the count that it is paid by."""

    clip_id: Id
    peak_views: int


class LinkList(Body):
    """Links to read."""

    urls: list[str] = Field(min_length=1, max_length=MOST_LINKS)


class LinkReading(View):
    """The current reading of one link: `views`, or an `error` that says why there are none."""

    url: str
    platform: Platform | None
    external_id: str | None
    clip_url: str | None
    outcome: Outcome | None
    views: int | None
    author: str | None
    error: str | None

    @classmethod
    def of(cls, look: LinkPreview) -> Self:
        """Return the view of one link."""
        video, reading = look.video, look.reading
        return cls(
            url=look.url,
            platform=video.platform if video else None,
            external_id=video.external_id if video else None,
            clip_url=video.canonical_url if video else None,
            outcome=reading.outcome if reading else None,
            views=reading.views if reading else None,
            author=reading.author if reading else None,
            error=look.problem,
        )


class LinkReadings(View):
    """One result per link, in the order of the request."""

    results: list[LinkReading]
