"""From whatever a person pasted to the one video it names.

Hosts are matched whole, never by a part of them, so that `www.tiktok.com.evil.com` is nobody. What
is stored is the platform and the id; the URL is rebuilt from those (`VideoRef.canonical_url`) and
never taken over.

Sources for the shapes of links and ids: the `_VALID_URL` patterns of yt-dlp's extractors for the
three platforms (truncated YouTube ids, Instagram's private codes, TikTok's exports).
"""

import asyncio
import re
import string
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urljoin, urlsplit

from swivi.domain.platforms.errors import InvalidLink, ShortLink
from swivi.domain.platforms.models import Platform, VideoRef
from swivi.domain.platforms.redirects import RedirectReader, RedirectRefused

MAX_LINK_LENGTH = 2_048
"""Characters of a link, or of the text around it. Share buttons and address bars stay far below."""

MAX_HOPS = 3
FOLLOW_SECONDS = 5.0
"""How far and how long a share link is followed, all hops together."""


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A link that only its platform can turn into a video."""

    platform: Platform
    url: str


_PROFILE = "This link leads to a profile. Open the video itself and copy its link."
_PLAYLIST = "This link leads to a playlist. Open the one video and copy its link."
_LIVE = "This link leads to a channel's live player. Open the one video and copy its link."
_SOUND = "This link leads to a sound or a topic. Open the video itself and copy its link."
_STORY = "Stories vanish after a day and cannot be counted. Paste the link of a reel or post."
_OWN_PAGE = "This link leads to a page of {}, not to a video. Open the video and copy its link."
_NO_VIDEO = "This {} link does not lead to one video. Open the video and copy its link."
_CUT_OFF = "The link is cut off. Copy the whole link from the video again."
_WRONG_LENGTH = "The video's id in this link is too long. Copy the link from the video again."
_NOTHING = re.compile(r"(?!)")

_BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
_FIRST_OF_FOUR = {letter: _BASE64[at & ~3] for at, letter in enumerate(_BASE64)}
"""Each base64url letter with its two lowest bits cleared: one of `AEIMQUYcgkosw048`."""

_YOUTUBE_ID_LENGTH = 11
_PRIVATE_SUFFIX_LENGTH = 28
"""Characters that Instagram appends to a code that is copied while the account is private."""


@dataclass(frozen=True, slots=True)
class _Ids:
    """The lengths of a platform's ids, in characters, and the largest number that they may be."""

    shortest: int
    longest: int
    largest: int | None = None


_IDS = {
    Platform.TIKTOK: _Ids(15, 19, largest=2**63 - 1),
    Platform.YOUTUBE: _Ids(_YOUTUBE_ID_LENGTH, _YOUTUBE_ID_LENGTH),
    # Videos exist there since June 2013, when codes had 10 characters; 64 bits take 11.
    Platform.INSTAGRAM: _Ids(10, 11),
}


@dataclass(frozen=True, slots=True)
class _Site:
    """The hosts of one platform that speak the same paths, and what those paths mean.

    Paths are matched whole, without the outer slashes. `others` are shapes that people often paste
    by mistake, each with the sentence that helps; they are looked at first. The id in `videos` may
    have any length: `_id_of` judges it.
    """

    platform: Platform
    hosts: frozenset[str]
    videos: re.Pattern[str]
    shares: re.Pattern[str] = _NOTHING
    others: tuple[tuple[re.Pattern[str], str], ...] = ()


_YOUTUBE_OTHERS = (
    (re.compile(r"playlist(?:/.*)?|watch/list|embed/videoseries"), _PLAYLIST),
    (re.compile(r"(?:embed|live)/live_stream"), _LIVE),
    (re.compile(r"(?:shorts|watch|embed|live|v)"), _CUT_OFF),
    (re.compile(r"(?:@|channel/|c/|user/).+"), _PROFILE),
)
_INSTAGRAM_WORDS = (
    "challenges|collections|create|discover|drafts|edit|effects|explore|feed|home|new|saved|stories|subscriptions"
    "|suggestions|tagged|templates?|topics|trending|videos"
)
"""What stands where a code would, and is none."""
_INSTAGRAM_PAGES = "about|accounts|challenge|create|developer|direct|directory|legal|session|web"

_SITES = (
    _Site(
        Platform.TIKTOK,
        frozenset({"tiktok.com", "www.tiktok.com", "m.tiktok.com"}),
        re.compile(
            r"(?:@[^/]*/(?:video|photo)|embed/v2|share/video|player/v1|(?P<old>v))"
            r"/(?P<id>[0-9]+)(?(old)\.html)"
        ),
        re.compile(r"t/[A-Za-z0-9_-]{1,64}"),
        (
            (re.compile(r"@[^/]*(?:/(?!(?:video|photo)/).*)?"), _PROFILE),
            (re.compile(r"(?:music|tag|discover)/.*"), _SOUND),
        ),
    ),
    _Site(  # what TikTok's export of one's own data names videos by
        Platform.TIKTOK,
        frozenset({"tiktokv.com", "www.tiktokv.com"}),
        re.compile(r"share/video/(?P<id>[0-9]+)"),
    ),
    _Site(
        Platform.TIKTOK,
        frozenset({"vm.tiktok.com", "vt.tiktok.com"}),
        _NOTHING,
        re.compile(r"[A-Za-z0-9_-]{1,64}"),
    ),
    _Site(
        Platform.TIKTOK,
        frozenset({"lite.tiktok.com"}),
        _NOTHING,
        re.compile(r"t/[A-Za-z0-9_-]{1,64}"),
    ),
    _Site(
        Platform.YOUTUBE,
        frozenset(
            {"youtube.com", "www.youtube.com", "m.youtube.com", "music.youtube.com"}
            | {"youtube-nocookie.com", "www.youtube-nocookie.com"}
        ),
        re.compile(r"(?:shorts|watch|embed|live|v)/(?P<id>[A-Za-z0-9_-]+)"),
        others=_YOUTUBE_OTHERS,
    ),
    _Site(
        Platform.YOUTUBE,
        frozenset({"youtu.be"}),
        re.compile(r"(?:(?:shorts|watch|embed|live|v)/)?(?P<id>[A-Za-z0-9_-]+)"),
        others=_YOUTUBE_OTHERS,
    ),
    _Site(
        Platform.INSTAGRAM,
        frozenset(
            {"instagram.com", "www.instagram.com", "m.instagram.com"}
            | {"instagr.am", "www.instagr.am"}
        ),
        re.compile(
            r"(?:(?!share/|stories/|explore/)[A-Za-z0-9._]+/)?(?:reels?|p|tv)/(?P<id>[A-Za-z0-9_-]+)"
            r"(?:/(?:embed(?:/captioned)?|c/[0-9]+|liked_by|comments))?"
        ),
        re.compile(r"share/(?:[a-z]{1,8}/)?[A-Za-z0-9_-]{1,64}"),
        (
            (re.compile(r"reels?/audio(?:/.*)?|explore(?:/.*)?"), _SOUND),
            (re.compile(r"stories/.*"), _STORY),
            (re.compile(rf"(?:reels?|p|tv)/(?:{_INSTAGRAM_WORDS})(?:/.*)?"), _OWN_PAGE),
            (re.compile(rf"(?:{_INSTAGRAM_PAGES})(?:/.*)?"), _OWN_PAGE),
            (
                re.compile(
                    r"(?!(?:reels?|p|tv|share)(?:/|$))[A-Za-z0-9._]+(?:/(?:reels|tagged|feed))?"
                ),
                _PROFILE,
            ),
        ),
    ),
)

_SITE_OF_HOST = {host: site for site in _SITES for host in site.hosts}


def canonical_id(platform: Platform, external_id: str) -> str:
    """Return the one id among those by which the platform knows this video.

    A YouTube id is 64 bits in 11 letters of 6 bits, so the two lowest bits of the last letter mean
    nothing. An Instagram code from the time when its account was private carries a suffix. Other
    text is unchanged.
    """
    if platform is Platform.YOUTUBE and len(external_id) == _YOUTUBE_ID_LENGTH:
        return external_id[:-1] + _FIRST_OF_FOUR.get(external_id[-1], external_id[-1])
    if platform is Platform.INSTAGRAM and len(external_id) > _PRIVATE_SUFFIX_LENGTH:
        return external_id[:-_PRIVATE_SUFFIX_LENGTH]
    return external_id


def canonical(video: VideoRef) -> VideoRef:
    """Return the same video by its canonical id."""
    return VideoRef(video.platform, canonical_id(video.platform, video.external_id))


def recognise(text: str) -> VideoRef:
    """Return the video that `text` names: a link, or text with exactly one link to a video in it.

    Raises InvalidLink with a sentence that says what to paste instead, and its leaf ShortLink for a
    share link that needs the network (see `resolve`).
    """
    found = _parse(text)
    if isinstance(found, ShareLink):
        raise ShortLink
    return found


async def resolve(text: str, *, redirects: RedirectReader | None = None) -> VideoRef:
    """Like `recognise`, and follows share links of TikTok and Instagram to the video.

    At most `MAX_HOPS` redirects in `FOLLOW_SECONDS`, https only, every hop checked like pasted
    text, all on the platform where the link began. Raises InvalidLink or its leaf ShortLink.
    """
    found = _parse(text)
    if isinstance(found, VideoRef):
        return found
    try:
        async with asyncio.timeout(FOLLOW_SECONDS):
            return await _follow(found, redirects or RedirectReader())
    except (
        TimeoutError,
        RedirectRefused,
        ValueError,
    ) as fault:  # ValueError: a Location that is no URL
        raise ShortLink from fault


async def _follow(share: ShareLink, redirects: RedirectReader) -> VideoRef:
    for _ in range(MAX_HOPS):
        location = urljoin(share.url, await redirects.location(share.url))
        if not location.startswith("https://"):
            raise ShortLink
        found = _parse_link(location)
        if found.platform is not share.platform:
            raise ShortLink
        if isinstance(found, VideoRef):
            return found
        share = found
    raise ShortLink


def _parse(text: str) -> VideoRef | ShareLink:
    if len(text) > MAX_LINK_LENGTH:
        raise InvalidLink("This is too long for a link. Paste only the link of your video.")
    if len(text.split()) > 1:
        return _parse_words(text)
    return _parse_link(text)


_LINK_IN_TEXT = re.compile(r"https?://\S+", re.IGNORECASE)
_AROUND_LINKS = ".,;:!?)]}>\"'…"
"""What a sentence puts behind a link."""


def _parse_words(text: str) -> VideoRef | ShareLink:
    """Return the one video among the links in `text`: a share button may add words and the link of
    its app.
    """
    found: set[VideoRef | ShareLink] = set()
    problems: list[InvalidLink] = []
    for link in _LINK_IN_TEXT.findall(text):
        try:
            found.add(_parse_link(link.rstrip(_AROUND_LINKS)))
        except InvalidLink as problem:
            problems.append(problem)
    if len(found) == 1:
        return found.pop()
    if found:
        raise InvalidLink(
            "There are several links to videos in this text. Paste the one of your clip."
        )
    if problems:
        raise problems[0]
    raise InvalidLink("There is no link in this text. Paste the link of your video.")


def _parse_link(text: str) -> VideoRef | ShareLink:
    url = _split(text)
    host = (url.hostname or "").removesuffix(".")
    site = _SITE_OF_HOST.get(host)
    if site is None:
        raise InvalidLink(_elsewhere(host))
    path, label = _path(url), site.platform.label
    for shape, sentence in site.others:
        if shape.fullmatch(path):
            raise InvalidLink(sentence.format(label))
    if video := site.videos.fullmatch(path):
        return VideoRef(site.platform, _id_of(site.platform, video["id"]))
    if site.shares.fullmatch(path):
        return ShareLink(site.platform, f"https://{host}/{path}/")
    raise InvalidLink(_NO_VIDEO.format(label))


def _id_of(platform: Platform, written: str) -> str:
    """Return the canonical id of what a link says is one. Raises InvalidLink."""
    ids, external_id = _IDS[platform], canonical_id(platform, written)
    if len(external_id) < ids.shortest:
        raise InvalidLink(_CUT_OFF)
    if len(external_id) > ids.longest or (
        ids.largest is not None and int(external_id) > ids.largest
    ):
        raise InvalidLink(_WRONG_LENGTH)
    if ids.largest is not None and external_id.startswith("0"):
        raise InvalidLink(_NO_VIDEO.format(platform.label))
    return external_id


def _split(text: str) -> SplitResult:
    """Take `text` apart as a web address, refusing everything a copied link never has."""
    text = text.strip()
    if not text:
        raise InvalidLink("Paste the link of your video.")
    if len(text) > MAX_LINK_LENGTH:  # also where a server redirects to
        raise InvalidLink("This is too long for a link. Paste only the link of your video.")
    if re.search(r"[\s\\]", text) or not text.isprintable():
        raise InvalidLink(
            "This link has a character that links never have. Copy it from the video again."
        )
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        text = f"https://{text}"
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as fault:
        raise InvalidLink(
            "This is not a web address. Copy the link of your video again."
        ) from fault
    if url.scheme not in ("http", "https"):
        raise InvalidLink("A link starts with https://. Copy the link of your video again.")
    if "@" in url.netloc:
        raise InvalidLink(
            "This link hides a name before the address. Copy the link from the video itself."
        )
    if port not in (None, 443 if url.scheme == "https" else 80):
        raise InvalidLink("This link names an unusual port. Copy the link from the video itself.")
    return url


def _path(url: SplitResult) -> str:
    """Return the path without outer slashes.

    YouTube's `watch?v=ID` becomes `watch/ID`, and `watch?list=ID` becomes `watch/list`.
    """
    path = re.sub(r"%40", "@", url.path).strip("/")
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


def _elsewhere(host: str) -> str:
    for platform in Platform:
        if platform.value in host:
            return (
                f"This is not {platform.label}'s own address. Open the video there and copy its "
                "link."
            )
    return "Swivi counts views on TikTok, YouTube and Instagram. This link leads elsewhere."
