"""The scrapers on Apify that read views, one per platform, as data.

To read a platform with another actor, describe it here and give it to `ApifyReaders(actors=...)`.
Actor ids, inputs and field names are those that each actor documents in the Apify Store (as seen in
November 2026).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from swivi.domain.platforms.models import Platform


@dataclass(frozen=True, slots=True)
class Actor:
    """How to ask one actor for many videos, and where its items say what.

    `views_field` is also the metric's name of a reading. `author_field`, `coauthors_field` and
    `url_fields` may be absent from an item, and so may `likes_field`, where the author hides the
    likes. `url_fields` are the ones that tell which link an item without an id answers.
    `input_fields` repeat the link that was asked for, also where the item's id is another video's.
    `coauthors_field` lists accounts that accepted to publish together. Tagged accounts do not:
    anybody can be tagged.
    """

    actor_id: str
    platform: Platform
    build_input: Callable[[Sequence[str]], dict[str, Any]]
    id_field: str
    views_field: str
    likes_field: str
    author_field: tuple[str, ...]
    url_fields: tuple[str, ...] = ("url", "inputUrl")
    coauthors_field: str = ""
    input_fields: tuple[str, ...] = ("inputUrl", "input")

    @property
    def source(self) -> str:
        """Who a reading comes from, as it is stored."""
        return f"apify:{self.actor_id}"


def _tiktok_input(urls: Sequence[str]) -> dict[str, Any]:
    return {
        "postURLs": list(urls),
        "resultsPerPage": 1,
        "scrapeRelatedVideos": False,
        "shouldDownloadVideos": False,
        "shouldDownloadCovers": False,
        "shouldDownloadSubtitles": False,
        "commentsPerPost": 0,
        "proxyCountryCode": "None",
    }


def _instagram_input(urls: Sequence[str]) -> dict[str, Any]:
    return {
        "username": list(urls),  # the actor's field takes links of reels as well as names
        "resultsLimit": 1,
        "includeSharesCount": False,
        "includeTranscript": False,
        "includeDownloadedVideo": False,
    }


def _youtube_input(urls: Sequence[str]) -> dict[str, Any]:
    return {
        "startUrls": [{"url": url} for url in urls],
        "maxResults": 1,
        "maxResultsShorts": 1,
        "maxResultStreams": 0,
    }


ACTORS: Mapping[Platform, Actor] = {
    actor.platform: actor
    for actor in (
        Actor(
            actor_id="clockworks/tiktok-scraper",
            platform=Platform.TIKTOK,
            build_input=_tiktok_input,
            id_field="id",
            views_field="playCount",
            likes_field="diggCount",
            author_field=("authorMeta", "name"),
            url_fields=("url", "webVideoUrl", "submittedVideoUrl"),
            input_fields=("submittedVideoUrl",),
        ),
        Actor(
            actor_id="apify/instagram-reel-scraper",
            platform=Platform.INSTAGRAM,
            build_input=_instagram_input,
            id_field="shortCode",
            # Never videoViewCount: another metric, about half as large.
            views_field="videoPlayCount",
            likes_field="likesCount",
            author_field=("ownerUsername",),
            coauthors_field="coauthorProducers",
        ),
        Actor(
            actor_id="streamers/youtube-scraper",
            platform=Platform.YOUTUBE,
            build_input=_youtube_input,
            id_field="id",
            views_field="viewCount",
            likes_field="likes",
            author_field=("channelUsername",),
            coauthors_field="collaborators",
        ),
    )
}
