"""What the simulated actors take and give: their inputs, and rows in the shape of the real ones.

Written from the actors' documented shapes and not from `platforms/actors.py`, so that the reader is
checked against something other than itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias

from swivi.domain.platforms.errors import InvalidLink
from swivi.domain.platforms.links import recognise
from swivi.domain.platforms.models import Platform, VideoRef

Json: TypeAlias = dict[str, Any]
State: TypeAlias = Literal[
    "ok", "not_found", "private", "restricted", "error", "odd", "note", "omitted"
]
"""What a video is to the scrapers.

`omitted` gives no row at all, `note` a row that says nothing of use.

`odd` is an error word that nobody has seen before. TikTok's `not_found` cannot tell deleted from
private.
"""

ODD_WORD = "POST_UNDER_EMBARGO"

Views: TypeAlias = int | float | str | bool | None
"""What stands in the field of the views: normally an integer, but scrapers write all of these."""


MAX_LINKS_PER_RUN = 500
"""As many as Swivi asks for in its largest batch."""


class BadInput(Exception):
    """The run's input is not one that the actor takes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one run found about one video.

    `asked` is the video whose link it answers, if that is another one.
    """

    ref: VideoRef
    state: State
    views: Views
    likes: int | None = None
    asked: VideoRef | None = None

    @property
    def link(self) -> str:
        """The link that was asked for."""
        return (self.asked or self.ref).canonical_url

    def liked(self, usually: int) -> int:
        """How many like it: nobody likes what nobody saw, unless it is said otherwise."""
        if self.likes is not None:
            return self.likes
        return usually if self.views else 0


def asked_refs(actor_id: str, run_input: object) -> list[VideoRef]:
    """The videos a run is asked for.

    Raises BadInput, or KeyError for an actor that does not exist.
    """
    links_of = _ACTORS[actor_id].links
    try:
        links = links_of(run_input)
        if not isinstance(links, list) or len(links) > MAX_LINKS_PER_RUN:
            raise BadInput(f"a run takes a list of at most {MAX_LINKS_PER_RUN} links")
        return [recognise(link) for link in links]
    except (KeyError, TypeError, AttributeError, InvalidLink) as fault:
        raise BadInput(f"the input is not valid: {fault!r}") from fault


def row(actor_id: str, answer: Answer) -> Json:
    """The dataset row of an answer that is not `omitted`."""
    actor = _ACTORS[actor_id]
    if answer.state == "ok":
        return actor.video(answer)
    if answer.state == "note":
        return {"url": answer.link, "note": "No more results"}
    if answer.state == "odd":
        return {"url": answer.link, "error": ODD_WORD}
    return {"url": answer.link, **actor.refusals[answer.state]}


def exists(actor_id: str) -> bool:
    """Whether the simulator plays this actor."""
    return actor_id in _ACTORS


def _author(ref: VideoRef) -> str:
    return f"clipper.{sum(ref.external_id.encode()) % 97}"


def _posted(ref: VideoRef) -> str:
    return (
        datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=sum(ref.external_id.encode()))
    ).isoformat()


def _tiktok_video(answer: Answer) -> Json:
    author, external_id = _author(answer.ref), answer.ref.external_id
    return {
        "id": external_id,
        "text": "A clip",
        "createTimeISO": _posted(answer.ref),
        "authorMeta": {"name": author},
        "webVideoUrl": f"https://www.tiktok.com/@{author}/video/{external_id}",
        "submittedVideoUrl": answer.link,
        "diggCount": answer.liked(23),
        "shareCount": 0,
        "playCount": answer.views,
        "collectCount": 0,
        "commentCount": 0,
    }


def _instagram_video(answer: Answer) -> Json:
    half = answer.views // 2 if isinstance(answer.views, int) else answer.views
    return {
        "inputUrl": answer.link,
        "shortCode": answer.ref.external_id,
        "url": f"https://www.instagram.com/p/{answer.ref.external_id}/",
        "ownerUsername": _author(answer.ref),
        "likesCount": answer.liked(-1),  # -1 is hidden
        "commentsCount": 54 if answer.views else 0,
        "videoViewCount": half,  # another metric; who reads this one pays half of what is due
        "videoPlayCount": answer.views,
        "timestamp": _posted(answer.ref),
        "productType": "clips",
    }


def _youtube_video(answer: Answer) -> Json:
    return {
        "id": answer.ref.external_id,
        "url": answer.ref.canonical_url,
        "input": answer.link,
        "title": "A clip",
        "viewCount": answer.views,
        "likes": answer.liked(901),
        "commentsCount": 12 if answer.views else 0,
        "channelUsername": _author(answer.ref),
        "channelName": "A clipper",
        "date": _posted(answer.ref),
        "duration": "00:00:31",
        "type": "shorts",
    }


@dataclass(frozen=True, slots=True)
class _Actor:
    platform: Platform
    links: Callable[[Any], object]
    video: Callable[[Answer], Json]
    refusals: Mapping[str, Json]


_ACTORS = {
    "clockworks/tiktok-scraper": _Actor(
        Platform.TIKTOK,
        lambda given: given["postURLs"],
        _tiktok_video,
        {
            "not_found": {
                "errorCode": "POST_NOT_FOUND_OR_PRIVATE",
                "error": "Post not found or private",
            },
            "private": {"errorCode": "PROFILE_PRIVATE", "error": "This profile is private"},
            "restricted": {"errorCode": "POST_RESTRICTED", "error": "Restricted post"},
            "error": {"errorCode": "SCRAPING_FAILED", "error": "Something went wrong"},
        },
    ),
    "apify/instagram-reel-scraper": _Actor(
        Platform.INSTAGRAM,
        lambda given: given["username"],
        _instagram_video,
        {
            "not_found": {"error": "not_found", "errorDescription": "Post does not exist"},
            "private": {"error": "private", "errorDescription": "This account is private"},
            "restricted": {"error": "restricted", "errorDescription": "Restricted profile"},
            "error": {"error": "scraping_failed", "errorDescription": "Something went wrong"},
        },
    ),
    "streamers/youtube-scraper": _Actor(
        Platform.YOUTUBE,
        lambda given: [start["url"] for start in given["startUrls"]],
        _youtube_video,
        {
            "not_found": {"error": "NOT_FOUND", "errorDescription": "The video does not exist"},
            "private": {"error": "PRIVATE_VIDEO", "errorDescription": "The video is private"},
            "restricted": {
                "error": "AGE_RESTRICTED",
                "errorDescription": "The video is age restricted",
            },
            "error": {"error": "SCRAPING_FAILED", "errorDescription": "Something went wrong"},
        },
    ),
}
