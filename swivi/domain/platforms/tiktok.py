"""Everything that Swivi knows about TikTok.

Sources: the `_VALID_URL` patterns of yt-dlp's extractors, developers.tiktok.com/doc/embed-player,
and the scraper's page in the Apify Store (November 2026).
"""

import re
from collections.abc import Sequence
from typing import Any

from swivi.domain.platforms.outcomes import Outcome
from swivi.domain.platforms.scrapers import Scraper
from swivi.domain.platforms.sites import PROFILE, SOUND, Handles, Site, VideoIds
from swivi.domain.platforms.spec import PlatformSpec


def _input(urls: Sequence[str]) -> dict[str, Any]:
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


SPEC = PlatformSpec(
    label="TikTok",
    mark=(
        "M16.2 2.5h-3.4v13a2.6 2.6 0 1 1-2.6-2.6c.3 0 .5 0 .8.1V9.5a6 6 0 1 0 5.2 6V9"
        "a7.6 7.6 0 0 0 4.3 1.3V6.9a4.3 4.3 0 0 1-4.3-4.4Z"
    ),
    sites=(
        Site(
            hosts=frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com"}),
            videos=re.compile(
                r"(?:@[^/]*/(?:video|photo)|embed/v2|share/video|player/v1|(?P<old>v))"
                r"/(?P<id>[0-9]+)(?(old)\.html)"
            ),
            shares=re.compile(r"t/[A-Za-z0-9_-]{1,64}"),
            mistakes=(
                (re.compile(r"@[^/]*(?:/(?!(?:video|photo)/).*)?"), PROFILE),
                (re.compile(r"(?:music|tag|discover)/.*"), SOUND),
            ),
        ),
        # TikTok's export of a user's own data names videos by these hosts.
        Site(
            hosts=frozenset({"tiktokv.com", "www.tiktokv.com"}),
            videos=re.compile(r"share/video/(?P<id>[0-9]+)"),
        ),
        Site(
            hosts=frozenset({"vm.tiktok.com", "vt.tiktok.com"}),
            shares=re.compile(r"[A-Za-z0-9_-]{1,64}"),
        ),
        Site(
            hosts=frozenset({"lite.tiktok.com"}),
            shares=re.compile(r"t/[A-Za-z0-9_-]{1,64}"),
        ),
    ),
    ids=VideoIds(shortest=15, longest=19, largest=2**63 - 1),
    handles=Handles(
        allowed=re.compile(r"[a-z0-9_.]{2,24}(?<!\.)"),
        profile=re.compile(r"(?:www\.|m\.)?tiktok\.com/@([^/]+).*"),
    ),
    # TikTok serves a video under any author's name, hence the `_`.
    video_url="https://www.tiktok.com/@_/video/{}",
    player_url="https://www.tiktok.com/player/v1/{}",
    rounds_from=10_000,
    scraper=Scraper(
        scraper_id="clockworks/tiktok-scraper",
        build_input=_input,
        id_field="id",
        views_field="playCount",
        likes_field="diggCount",
        engagement_fields=(
            *("diggCount", "commentCount", "shareCount"),
            *("collectCount", "repostCount"),
        ),
        no_video={"isSlideshow": frozenset({True})},
        author_path=("authorMeta", "name"),
        url_fields=("url", "webVideoUrl", "submittedVideoUrl"),
        input_fields=("submittedVideoUrl",),
        messages={
            # TikTok cannot tell private from deleted here. Only NOT_FOUND removes a clip.
            "post_not_found_or_private": Outcome.PRIVATE,
            "post_private": Outcome.PRIVATE,
            "post_sensitive": Outcome.RESTRICTED,
            "post_restricted": Outcome.RESTRICTED,
        },
    ),
)
