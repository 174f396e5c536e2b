"""A submission in the review queue and its panel."""

from dataclasses import dataclass, field

from swivi.domain.clips.models import ClipState, SubmissionStatus
from swivi.insights.submissions.review_queue import AuthorCheck, Background, ReviewRow
from swivi.insights.submissions.rows import ClipRow
from swivi.pages.admin.shared.times import iso


@dataclass(frozen=True)
class SubmissionRow:
    """A submission. Cents and views; views are None before the first reading."""

    id: int
    clip_id: int
    name: str
    url: str
    embed_url: str
    platform: str
    clipper: str
    clipper_id: int
    campaign: str
    campaign_id: int
    remaining: int
    status: str
    initial_views: int | None
    views: int | None
    earnings: int
    submitted_at: str
    note: str
    author_check: str
    author_words: str
    approvable: bool
    rejectable: bool
    revocable: bool
    can_be_tracked_again: bool
    releasable: bool
    """Whether its video may be submitted again: this one holds it, but earns no more."""


@dataclass(frozen=True)
class PanelDetails:
    """The panel's details: the campaign's texts, the clipper's record, odd signs in the counts."""

    brief: str = ""
    requirements: str = ""
    approved: int = 0
    rejected: int = 0
    revoked: int = 0
    signs: list[str] = field(default_factory=list)


def submission_row(row: ReviewRow) -> SubmissionRow:
    """Return the row of a submission."""
    clip = row.clip
    pending = clip.status is SubmissionStatus.PENDING
    status = "AWAITING_BASELINE" if clip.awaits_baseline else clip.state or clip.status
    return SubmissionRow(
        id=clip.submission_id,
        clip_id=clip.clip_id or 0,
        name=f"@{clip.author}" if clip.author else _short(clip.external_id),
        url=clip.url,
        embed_url=clip.video.embed_url,
        platform=clip.platform,
        clipper=row.clipper_name,
        clipper_id=row.clipper_id,
        campaign=clip.campaign_title,
        campaign_id=clip.campaign_id,
        remaining=row.campaign_remaining,
        status=status,
        initial_views=clip.initial_views,
        views=clip.views,
        earnings=clip.earnings,
        submitted_at=iso(clip.submitted_at),
        note=clip.reason
        or clip.flag
        or (clip.baseline_problem if clip.awaits_baseline else None)
        or "",
        author_check=row.author_check,
        author_words=_author_words(row),
        approvable=pending and not clip.awaits_baseline,
        rejectable=pending,
        releasable=clip.holds_video and _is_over(clip),
        revocable=clip.state is not None
        and clip.state != "REVOKED"
        and clip.final_earnings is None,
        can_be_tracked_again=clip.is_resting
        and clip.state != "REVOKED"
        and clip.final_earnings is None,
    )


def _is_over(clip: ClipRow) -> bool:
    return clip.state is ClipState.REVOKED or clip.final_earnings is not None


def _short(external_id: str) -> str:
    """Shorten a platform's long id to its end, where ids differ."""
    return external_id if len(external_id) <= 12 else f"…{external_id[-8:]}"


def _author_words(row: ReviewRow) -> str:
    platform = row.clip.platform.label
    handles = ", ".join(f"@{handle}" for handle in row.handles)
    match row.author_check:
        case AuthorCheck.MATCH:
            return f"@{row.own_author} is linked by {row.clipper_name}"
        case AuthorCheck.DIFFERS:
            authors = " or ".join(f"@{author}" for author in row.authors)
            return f"{row.clipper_name} has linked {handles}, not {authors}"
    if not row.handles:
        return f"{row.clipper_name} has linked no {platform} account"
    return f"{platform} did not name the author. {row.clipper_name} has linked {handles}"


def panel_details(known: Background) -> PanelDetails:
    """Return the panel's details of a submission."""
    record = known.record
    return PanelDetails(
        known.brief,
        known.requirements,
        record.approved,
        record.rejected,
        record.revoked,
        list(known.signs),
    )
