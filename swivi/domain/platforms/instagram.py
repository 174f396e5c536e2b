"""Everything that Swivi knows about Instagram.

Sources: the `_VALID_URL` patterns of yt-dlp's extractors (codes of private accounts), the address
that Instagram's embed.js puts into a page, and the scraper's page in the Apify Store (November
2026).
"""

import re
from collections.abc import Sequence
from typing import Any

from swivi.domain.platforms.scrapers import Scraper
from swivi.domain.platforms.sites import OWN_PAGE, PROFILE, SOUND, STORY, Handles, Site, VideoIds
from swivi.domain.platforms.spec import PlatformSpec

_NO_CODES = (
    "challenges|collections|create|discover|drafts|edit|effects|explore|feed|home|new|saved"
    "|stories|subscriptions|suggestions|tagged|templates?|topics|trending|videos"
)
"""Words in the place of a code that are not codes."""

_PAGES = "about|accounts|challenge|create|developer|direct|directory|legal|session|web"

_PRIVATE_SUFFIX_LENGTH = 28
"""Characters that Instagram appends to a code copied while the account is private."""

_NO_VIDEO = frozenset[str | bool](
    {"sidecar", "image", "carousel", "carousel_container", "graphsidecar", "graphimage", "photo"}
)


def _canonical_id(external_id: str) -> str:
    """Return the code without the suffix from the time when its account was private."""
    if len(external_id) <= _PRIVATE_SUFFIX_LENGTH:
        return external_id
    return external_id[:-_PRIVATE_SUFFIX_LENGTH]


def _input(urls: Sequence[str]) -> dict[str, Any]:
    return {
        "username": list(urls),  # the scraper accepts links of reels here as well as names
        "resultsLimit": 1,
        "includeSharesCount": False,
        "includeTranscript": False,
        "includeDownloadedVideo": False,
    }


SPEC = PlatformSpec(
    label="Instagram",
    mark=(
        "M7.5 2h9A5.5 5.5 0 0 1 22 7.5v9a5.5 5.5 0 0 1-5.5 5.5h-9A5.5 5.5 0 0 1 2 16.5v-9"
        "A5.5 5.5 0 0 1 7.5 2Zm0 2A3.5 3.5 0 0 0 4 7.5v9A3.5 3.5 0 0 0 7.5 20h9a3.5 3.5 0 0 0 "
        "3.5-3.5v-9A3.5 3.5 0 0 0 16.5 4h-9Z"
        "M12 7.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6Zm0 2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 "
        "0-5.6Z"
        "M17.2 5a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6Z"
    ),
    sites=(
        Site(
            hosts=frozenset(
                {"instagram.com", "www.instagram.com", "m.instagram.com"}
                | {"instagr.am", "www.instagr.am"}
            ),
            videos=re.compile(
                r"(?:(?!share/|stories/|explore/)[A-Za-z0-9._]+/)?"
                r"(?:reels?|p|tv)/(?P<id>[A-Za-z0-9_-]+)"
                r"(?:/(?:embed(?:/captioned)?|c/[0-9]+|liked_by|comments))?"
            ),
            shares=re.compile(r"share/(?:[a-z]{1,8}/)?[A-Za-z0-9_-]{1,64}"),
            mistakes=(
                (re.compile(r"reels?/audio(?:/.*)?|explore(?:/.*)?"), SOUND),
                (re.compile(r"stories/.*"), STORY),
                (re.compile(rf"(?:reels?|p|tv)/(?:{_NO_CODES})(?:/.*)?"), OWN_PAGE),
                (re.compile(rf"(?:{_PAGES})(?:/.*)?"), OWN_PAGE),
                (
                    re.compile(
                        r"(?!(?:reels?|p|tv|share)(?:/|$))[A-Za-z0-9._]+"
                        r"(?:/(?:reels|tagged|feed))?"
                    ),
                    PROFILE,
                ),
            ),
        ),
    ),
    # Videos exist there since June 2013, when codes had 10 characters; 64 bits take 11.
    ids=VideoIds(shortest=10, longest=11, canonical=_canonical_id),
    handles=Handles(
        allowed=re.compile(r"[a-z0-9_.]{1,30}"),
        profile=re.compile(r"(?:www\.|m\.)?(?:instagram\.com|instagr\.am)/([^/]+)/?"),
    ),
    video_url="https://www.instagram.com/reel/{}/",
    player_url="https://www.instagram.com/reel/{}/embed/",
    scraper=Scraper(
        scraper_id="apify/instagram-reel-scraper",
        build_input=_input,
        id_field="shortCode",
        # Never videoViewCount: it is another metric, about half as large.
        views_field="videoPlayCount",
        likes_field="likesCount",
        # A video with plays has videoViewCount too, so it serves as a sign of views.
        engagement_fields=("likesCount", "commentsCount", "sharesCount", "videoViewCount"),
        no_video={"type": _NO_VIDEO, "productType": _NO_VIDEO},
        author_path=("ownerUsername",),
        coauthors_field="coauthorProducers",
        coauthor_name_field="username",
        url_fields=("url", "inputUrl"),
        input_fields=("inputUrl", "input"),
    ),
)
