"""The vocabulary in which a platform describes its links. Values only; `links.py` applies them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult

PROFILE = "This link leads to a profile. Open the video itself and copy its link."
PLAYLIST = "This link leads to a playlist. Open the one video and copy its link."
LIVE = "This link leads to a channel's live player. Open the one video and copy its link."
SOUND = "This link leads to a sound or a topic. Open the video itself and copy its link."
STORY = "Stories vanish after a day and cannot be counted. Paste the link of a reel or post."
OWN_PAGE = "This link leads to a page of {}, not to a video. Open the video and copy its link."
"""`{}` is the platform's label."""
CUT_OFF = "The link is cut off. Copy the whole link from the video again."

NOTHING = re.compile(r"(?!)")


def plain_path(url: SplitResult) -> str:
    """Return the path without outer slashes. The query is ignored."""
    return url.path.replace("%40", "@").strip("/")


def unchanged(external_id: str) -> str:
    """Return the id as it is: on this platform, a video has one id."""
    return external_id


@dataclass(frozen=True, slots=True)
class Site:
    """Hosts of one platform that share the same paths, and the meaning of those paths.

    Patterns match the whole path, without outer slashes. `videos` has a group `id` of any length;
    `VideoIds` checks the length. `shares` matches share links, which only the network can resolve.
    `mistakes` pairs shapes that people often paste by mistake with a sentence that helps; they are
    tried first. `path_of` returns the path to match.
    """

    hosts: frozenset[str]
    videos: re.Pattern[str] = NOTHING
    shares: re.Pattern[str] = NOTHING
    mistakes: tuple[tuple[re.Pattern[str], str], ...] = ()
    path_of: Callable[[SplitResult], str] = plain_path


@dataclass(frozen=True, slots=True)
class VideoIds:
    """The ids of a platform's videos.

    `shortest` and `longest` are lengths in characters. `largest` is the maximum of numeric ids,
    None for ids that are text. `canonical` maps every id of a video to the one that Swivi stores.
    """

    shortest: int
    longest: int
    largest: int | None = None
    canonical: Callable[[str], str] = unchanged


@dataclass(frozen=True, slots=True)
class Handles:
    """The account names of a platform.

    `allowed` matches a lower-case handle without `@`. `profile` matches a lower-case profile link
    without scheme and query; its first group is the handle. `combining_marks` tells whether handles
    may contain the vowel signs of scripts such as Devanagari, which `\\w` does not match.
    """

    allowed: re.Pattern[str]
    profile: re.Pattern[str]
    combining_marks: bool = False
