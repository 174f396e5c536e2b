"""Everything that Swivi knows about YouTube.

Sources: the `_VALID_URL` patterns of yt-dlp's extractors (truncated ids),
developers.google.com/youtube/player_parameters, and the scraper's page in the Apify Store
(November 2026).
"""

import re
import string
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, parse_qs

from swivi.domain.platforms.outcomes import Outcome
from swivi.domain.platforms.scrapers import Scraper
from swivi.domain.platforms.sites import (
    CUT_OFF,
    LIVE,
    PLAYLIST,
    PROFILE,
    Handles,
    Site,
    VideoIds,
    plain_path,
)
from swivi.domain.platforms.spec import PlatformSpec

_ID_LENGTH = 11
_BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
_FIRST_OF_FOUR = {letter: _BASE64[at & ~3] for at, letter in enumerate(_BASE64)}
"""Each base64url letter with its two lowest bits cleared: one of `AEIMQUYcgkosw048`."""


def _canonical_id(external_id: str) -> str:
    """Return the id with the two lowest bits of its last letter cleared.

    An id is 64 bits in 11 letters of 6 bits, so those two bits mean nothing.
    """
    if len(external_id) != _ID_LENGTH:
        return external_id
    return external_id[:-1] + _FIRST_OF_FOUR.get(external_id[-1], external_id[-1])


def _path(url: SplitResult) -> str:
    """Return the path; `watch?v=ID` becomes `watch/ID` and `watch?list=ID` becomes `watch/list`."""
    path = plain_path(url)
    if path != "watch":
        return path
    query = parse_qs(url.query)
    match query.get("v", []):
        case [video]:
            return f"watch/{video}"
        case [] if "list" in query:
            return "watch/list"
        case []:
            return "watch"
    return "watch/several/videos"


def _input(urls: Sequence[str]) -> dict[str, Any]:
    return {
        "startUrls": [{"url": url} for url in urls],
        "maxResults": 1,
        "maxResultsShorts": 1,
        "maxResultStreams": 0,
    }


_MISTAKES = (
    (re.compile(r"playlist(?:/.*)?|watch/list|embed/videoseries"), PLAYLIST),
    (re.compile(r"(?:embed|live)/live_stream"), LIVE),
    (re.compile(r"(?:shorts|watch|embed|live|v)"), CUT_OFF),
    (re.compile(r"(?:@|channel/|c/|user/).+"), PROFILE),
)

SPEC = PlatformSpec(
    label="YouTube",
    mark=(
        "M6 4.5h12A4.5 4.5 0 0 1 22.5 9v6a4.5 4.5 0 0 1-4.5 4.5H6A4.5 4.5 0 0 1 1.5 15V9"
        "A4.5 4.5 0 0 1 6 4.5Zm4 4v7l6-3.5-6-3.5Z"
    ),
    sites=(
        Site(
            hosts=frozenset(
                {"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"}
                | {"youtube-nocookie.com", "www.youtube-nocookie.com"}
            ),
            videos=re.compile(r"(?:shorts|watch|embed|live|v)/(?P<id>[A-Za-z0-9_-]+)"),
            mistakes=_MISTAKES,
            path_of=_path,
        ),
        Site(
            hosts=frozenset({"youtu.be"}),
            videos=re.compile(r"(?:(?:shorts|watch|embed|live|v)/)?(?P<id>[A-Za-z0-9_-]+)"),
            mistakes=_MISTAKES,
            path_of=_path,
        ),
    ),
    ids=VideoIds(shortest=_ID_LENGTH, longest=_ID_LENGTH, canonical=_canonical_id),
    handles=Handles(
        allowed=re.compile(r"[\w.\-·]{3,30}"),
        profile=re.compile(r"(?:www\.|m\.)?youtube\.com/@([^/]+).*"),
        combining_marks=True,
    ),
    video_url="https://www.youtube.com/watch?v={}",
    # The player in its mode without cookies.
    player_url="https://www.youtube-nocookie.com/embed/{}",
    scraper=Scraper(
        scraper_id="streamers/youtube-scraper",
        build_input=_input,
        id_field="id",
        views_field="viewCount",
        likes_field="likes",
        engagement_fields=("likes", "commentsCount"),
        author_path=("channelUsername",),
        coauthors_field="collaborators",
        coauthor_name_field="channelUsername",
        url_fields=("url", "inputUrl"),
        input_fields=("inputUrl", "input"),
        messages={
            # The platform cannot tell private from deleted here. Only NOT_FOUND removes a clip.
            "video_unavailable": Outcome.PRIVATE,
            "members_only": Outcome.RESTRICTED,
        },
    ),
)
