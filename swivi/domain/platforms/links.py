"""Turn pasted text into the one video that it names.

Hosts are compared whole, so `www.tiktok.com.evil.com` matches nothing. Swivi stores the platform
and the id, and rebuilds the URL from them (`VideoRef.canonical_url`). What the links of a platform
look like stands in the platform's own module.
"""

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from swivi.domain.platforms.errors import InvalidLink, ShortLink
from swivi.domain.platforms.models import Platform, VideoRef
from swivi.domain.platforms.redirects import RedirectReader, RedirectRefused
from swivi.domain.platforms.registry import ALL_LABELS, SPECS
from swivi.domain.platforms.sites import CUT_OFF

MAX_LINK_LENGTH = 2_048
"""Characters of a link, or of the text around it. Share buttons and address bars stay far below."""

MAX_HOPS = 3
FOLLOW_SECONDS = 5.0
"""Limits for following a share link: redirects, and seconds for all of them together."""

_NO_VIDEO = "This {} link does not lead to one video. Open the video and copy its link."
_WRONG_LENGTH = "The video's id in this link is too long. Copy the link from the video again."
_TOO_LONG = "This is too long for a link. Paste only the link of your video."

_LINK_IN_TEXT = re.compile(r"https?://\S+", re.IGNORECASE)
_AFTER_LINKS = ".,;:!?)]}>\"'…"
"""Punctuation that a sentence puts after a link."""

_SITES = {
    host: (platform, site)
    for platform, spec in SPECS.items()
    for site in spec.sites
    for host in site.hosts
}


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A link that only its platform can resolve to a video."""

    platform: Platform
    url: str


def canonical(video: VideoRef) -> VideoRef:
    """Return the same video by the id that Swivi stores. An unknown form of id stays unchanged."""
    external_id = video.platform.spec.ids.canonical(video.external_id)
    return VideoRef(video.platform, external_id)


def recognise(text: str) -> VideoRef:
    """Return the video that `text` names: a link, or text with exactly one link to a video.

    Raises InvalidLink with a sentence that says what to paste instead. Raises ShortLink, a subclass
    of it, for a share link, which needs the network (see `resolve`).
    """
    found = _parse(text)
    if isinstance(found, ShareLink):
        raise ShortLink
    return found


async def resolve(text: str, *, redirects: RedirectReader | None = None) -> VideoRef:
    """Return the video that `text` names, and follow a share link to it.

    Follows at most MAX_HOPS redirects within FOLLOW_SECONDS, over https only. Checks every hop like
    pasted text; all of them must be on the first platform. Raises InvalidLink or ShortLink.
    """
    found = _parse(text)
    if isinstance(found, VideoRef):
        return found
    try:
        async with asyncio.timeout(FOLLOW_SECONDS):
            return await _follow(found, redirects or RedirectReader())
    # ValueError: the Location header is not a URL.
    except (TimeoutError, RedirectRefused, ValueError) as fault:
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
        raise InvalidLink(_TOO_LONG)
    if len(text.split()) > 1:
        return _parse_words(text)
    return _parse_link(text)


def _parse_words(text: str) -> VideoRef | ShareLink:
    """Return the one video among the links in `text`.

    A share button may add words and a link to its app.
    """
    found: set[VideoRef | ShareLink] = set()
    problems: list[InvalidLink] = []
    for link in _LINK_IN_TEXT.findall(text):
        try:
            found.add(_parse_link(link.rstrip(_AFTER_LINKS)))
        except InvalidLink as problem:
            problems.append(problem)
    if len(found) == 1:
        return found.pop()
    if found:
        raise InvalidLink("This text has several links to videos. Paste only the one of your clip.")
    if problems:
        raise problems[0]
    raise InvalidLink("There is no link in this text. Paste the link of your video.")


def _parse_link(text: str) -> VideoRef | ShareLink:
    url = _split(text)
    host = (url.hostname or "").removesuffix(".")
    if host not in _SITES:
        raise InvalidLink(_unknown_host(host))
    platform, site = _SITES[host]
    path = site.path_of(url)
    for shape, sentence in site.mistakes:
        if shape.fullmatch(path):
            raise InvalidLink(sentence.format(platform.label))
    if video := site.videos.fullmatch(path):
        return VideoRef(platform, _checked_id(platform, video["id"]))
    if site.shares.fullmatch(path):
        return ShareLink(platform, f"https://{host}/{path}/")
    raise InvalidLink(_NO_VIDEO.format(platform.label))


def _checked_id(platform: Platform, written: str) -> str:
    """Return the canonical id for the id in a link. Raises InvalidLink."""
    ids = platform.spec.ids
    external_id = ids.canonical(written)
    if len(external_id) < ids.shortest:
        raise InvalidLink(CUT_OFF)
    if len(external_id) > ids.longest:
        raise InvalidLink(_WRONG_LENGTH)
    if ids.largest is None:
        return external_id
    if int(external_id) > ids.largest:
        raise InvalidLink(_WRONG_LENGTH)
    if external_id.startswith("0"):
        raise InvalidLink(_NO_VIDEO.format(platform.label))
    return external_id


def _split(text: str) -> SplitResult:
    """Parse `text` as a web address. Raises InvalidLink for anything that no copied link has."""
    text = text.strip()
    if not text:
        raise InvalidLink("Paste the link of your video.")
    if len(text) > MAX_LINK_LENGTH:  # the target of a redirect is checked here only
        raise InvalidLink(_TOO_LONG)
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


def _unknown_host(host: str) -> str:
    for platform in Platform:
        if platform.value in host:
            return (
                f"This is not {platform.label}'s own address. Open the video there and copy its "
                "link."
            )
    return f"Swivi counts views on {ALL_LABELS}. This link leads elsewhere."
