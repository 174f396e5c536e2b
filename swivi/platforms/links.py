"""From whatever a person pasted to the one video it names.

Hosts are matched whole, never by a part of them, so that `www.tiktok.com.evil.com` is nobody. What is
stored is the platform and the id; the URL is rebuilt from those (`VideoRef.canonical_url`) and never
taken over.
"""

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urljoin, urlsplit

from swivi.platforms.errors import InvalidLink, ShortLink
from swivi.platforms.models import Platform, VideoRef
from swivi.platforms.redirects import RedirectReader, Unfollowable

MAX_LINK_LENGTH = 2_048
"""Characters. What share buttons and address bars give stays far below."""

MAX_HOPS = 3
FOLLOW_SECONDS = 5.0
"""How far and how long a share link is followed, all hops together."""


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A link that only its platform can turn into a video."""

    platform: Platform
    url: str


@dataclass(frozen=True, slots=True)
class _Site:
    """The hosts of one platform that speak the same paths, and what those paths mean.

    Paths are matched whole, without the outer slashes. `others` are shapes that people often paste by
    mistake, each with the sentence that helps.
    """

    platform: Platform
    hosts: frozenset[str]
    videos: re.Pattern[str]
    shares: re.Pattern[str]
    others: tuple[tuple[re.Pattern[str], str], ...]


_PROFILE = "This link leads to a profile. Open the video itself and copy its link."
_PLAYLIST = "This link leads to a playlist. Open the one video and copy its link."
_SOUND = "This link leads to a sound or a topic. Open the video itself and copy its link."
_STORY = "Stories vanish after a day and cannot be counted. Paste the link of a reel or post."
_NOTHING = re.compile(r"(?!)")

_YOUTUBE_ID = r"(?P<id>(?!videoseries$)[A-Za-z0-9_-]{11})"
_YOUTUBE_OTHERS = (
    (re.compile(r"(?:playlist|watch|embed/videoseries)(?:/.*)?"), _PLAYLIST),
    (re.compile(r"(?:@|channel/|c/|user/).+"), _PROFILE),
)

_SITES = (
    _Site(
        Platform.TIKTOK,
        frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com"}),
        re.compile(
            r"(?:@[^/]*/(?:video|photo)|embed/v2|share/video|player/v1|(?P<old>v))"
            r"/(?P<id>[1-9][0-9]{14,19})(?(old)\.html)"
        ),
        re.compile(r"t/[A-Za-z0-9_-]{1,64}"),
        ((re.compile(r"@[^/]*(?:/.*)?"), _PROFILE), (re.compile(r"(?:music|tag|discover)/.*"), _SOUND)),
    ),
    _Site(
        Platform.TIKTOK,
        frozenset({"vm.tiktok.com", "vt.tiktok.com"}),
        _NOTHING,
        re.compile(r"[A-Za-z0-9_-]{1,64}"),
        (),
    ),
    _Site(
        Platform.YOUTUBE,
        frozenset(
            {"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"}
            | {"youtube-nocookie.com", "www.youtube-nocookie.com"}
        ),
        re.compile(rf"(?:shorts|watch|embed|live|v)/{_YOUTUBE_ID}"),
        _NOTHING,
        _YOUTUBE_OTHERS,
    ),
    _Site(
        Platform.YOUTUBE,
        frozenset({"youtu.be"}),
        re.compile(rf"(?:(?:shorts|watch|embed|live|v)/)?{_YOUTUBE_ID}"),
        _NOTHING,
        _YOUTUBE_OTHERS,
    ),
    _Site(
        Platform.INSTAGRAM,
        frozenset({"instagram.com", "www.instagram.com", "m.instagram.com"}),
        re.compile(
            r"(?:(?!share/|stories/|explore/)[A-Za-z0-9._]+/)?(?:reels?|p|tv)"
            r"/(?P<id>(?!audio(?:/|$))[A-Za-z0-9_-]{5,64})"
            r"(?:/(?:embed(?:/captioned)?|c/[0-9]+|liked_by|comments))?"
        ),
        re.compile(r"share/(?:[a-z]{1,8}/)?[A-Za-z0-9_-]{1,64}"),
        (
            (re.compile(r"reels?/audio(?:/.*)?|explore/.*"), _SOUND),
            (re.compile(r"stories/.*"), _STORY),
            (re.compile(r"(?!(?:reels?|p|tv)$)[A-Za-z0-9._]+(?:/(?:reels|tagged|feed))?"), _PROFILE),
        ),
    ),
)

_SITE_OF_HOST = {host: site for site in _SITES for host in site.hosts}


def recognise(text: str) -> VideoRef:
    """The video that `text` names.

    Raises InvalidLink with a sentence that says what to paste instead, and its leaf ShortLink for a share
    link that needs the network (see `resolve`).
    """
    found = _parse(text)
    if isinstance(found, ShareLink):
        raise ShortLink
    return found


async def resolve(text: str, *, redirects: RedirectReader | None = None) -> VideoRef:
    """Like `recognise`, and follows share links of TikTok and Instagram to the video.

    At most `MAX_HOPS` redirects in `FOLLOW_SECONDS`, https only, every hop checked like pasted text, all on
    the platform where the link began. Raises InvalidLink or its leaf ShortLink.
    """
    found = _parse(text)
    if isinstance(found, VideoRef):
        return found
    try:
        async with asyncio.timeout(FOLLOW_SECONDS):
            return await _follow(found, redirects or RedirectReader())
    except (TimeoutError, Unfollowable, ValueError) as fault:  # ValueError: a Location that is no URL
        raise ShortLink from fault


async def _follow(share: ShareLink, redirects: RedirectReader) -> VideoRef:
    for _ in range(MAX_HOPS):
        location = urljoin(share.url, await redirects.location(share.url))
        if not location.startswith("https://"):
            raise ShortLink
        found = _parse(location)
        if found.platform is not share.platform:
            raise ShortLink
        if isinstance(found, VideoRef):
            return found
        share = found
    raise ShortLink


def _parse(text: str) -> VideoRef | ShareLink:
    url = _split(text)
    host = (url.hostname or "").removesuffix(".")
    site = _SITE_OF_HOST.get(host)
    if site is None:
        raise InvalidLink(_elsewhere(host))
    path = _path(url)
    if video := site.videos.fullmatch(path):
        return VideoRef(site.platform, video["id"])
    if site.shares.fullmatch(path):
        return ShareLink(site.platform, f"https://{host}/{path}/")
    for shape, sentence in site.others:
        if shape.fullmatch(path):
            raise InvalidLink(sentence)
    label = site.platform.label
    raise InvalidLink(f"This {label} link does not lead to one video. Open the video and copy its link.")


def _split(text: str) -> SplitResult:
    """Take `text` apart as a web address, refusing everything a copied link never has."""
    text = text.strip()
    if not text:
        raise InvalidLink("Paste the link of your video.")
    if len(text) > MAX_LINK_LENGTH:
        raise InvalidLink("This is too long for a link. Paste only the link of your video.")
    if re.search(r"[\s\\]", text) or not text.isprintable():
        raise InvalidLink("Paste only the link, without spaces or other text.")
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        text = f"https://{text}"
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as fault:
        raise InvalidLink("This is not a web address. Copy the link of your video again.") from fault
    if url.scheme not in ("http", "https"):
        raise InvalidLink("A link starts with https://. Copy the link of your video again.")
    if "@" in url.netloc:
        raise InvalidLink("This link hides a name before the address. Copy the link from the video itself.")
    if port not in (None, 443 if url.scheme == "https" else 80):
        raise InvalidLink("This link names an unusual port. Copy the link from the video itself.")
    return url


def _path(url: SplitResult) -> str:
    """The path without outer slashes; YouTube's `watch?v=ID` reads as `watch/ID`."""
    path = re.sub(r"%40", "@", url.path).strip("/")
    videos = parse_qs(url.query).get("v", []) if path == "watch" else []
    return f"watch/{videos[0]}" if len(videos) == 1 else path


def _elsewhere(host: str) -> str:
    for platform in Platform:
        if platform.value in host:
            return f"This is not {platform.label}'s own address. Open the video there and copy its link."
    return "Swivi counts views on TikTok, YouTube and Instagram. This link leads elsewhere."
