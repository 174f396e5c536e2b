"""What a video is called and what one look at it found. Plain values: no I/O, no tables."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

MAX_VIEWS = 1_000_000_000_000
"""A trillion.

No video comes near it, so a larger number is a fault of the source and never paid for.
"""


class Platform(StrEnum):
    """Where a video lives."""

    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    INSTAGRAM = "instagram"

    @property
    def label(self) -> str:
        """The name as the platform writes it."""
        return _LABELS[self]


_LABELS = {Platform.TIKTOK: "TikTok", Platform.YOUTUBE: "YouTube", Platform.INSTAGRAM: "Instagram"}


class Outcome(StrEnum):
    """How one attempt to read a video ended. Null is not zero, and missing is not deleted."""

    OK = "ok"
    NOT_FOUND = "not_found"
    PRIVATE = "private"
    """Not shown to the public. Where the platform cannot tell, the video may be deleted as well."""
    RESTRICTED = "restricted"
    ERROR = "error"
    MISSING = "missing"
    """Asked for, and not among the answers."""

    @property
    def transient(self) -> bool:
        """Whether reading again later may well succeed."""
        return self in (Outcome.ERROR, Outcome.MISSING)


@dataclass(frozen=True, slots=True)
class VideoRef:
    """A video by its platform and the platform's own id. Case matters on YouTube and Instagram."""

    platform: Platform
    external_id: str

    @property
    def canonical_url(self) -> str:
        """The one URL that Swivi stores, shows and hands to scrapers; rebuilt, never taken from a
        person.

        TikTok serves a video under any author's name, hence the `_`.
        """
        return _CANONICAL[self.platform].format(self.external_id)

    @property
    def embed_url(self) -> str:
        """The platform's own player for a plain iframe, without a script of theirs in our page.

        YouTube: developers.google.com/youtube/player_parameters, in its mode without cookies.
        TikTok: developers.tiktok.com/doc/embed-player. Instagram: what its embed.js puts into the
        page.
        """
        return _EMBEDS[self.platform].format(self.external_id)


_CANONICAL = {
    Platform.TIKTOK: "https://www.tiktok.com/@_/video/{}",
    Platform.YOUTUBE: "https://www.youtube.com/watch?v={}",
    Platform.INSTAGRAM: "https://www.instagram.com/reel/{}/",
}
PLAYERS = (
    "https://www.tiktok.com",
    "https://www.youtube-nocookie.com",
    "https://www.instagram.com",
)
"""Whose players a page may frame: the origins of `embed_url`."""

_EMBEDS = {
    Platform.TIKTOK: "https://www.tiktok.com/player/v1/{}",
    Platform.YOUTUBE: "https://www.youtube-nocookie.com/embed/{}",
    Platform.INSTAGRAM: "https://www.instagram.com/reel/{}/embed/",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """One observation of a video: `views` is a count if and only if `outcome` is ok.

    `metric` names what was counted in the source's own word ("playCount"), `source` who counted
    ("apify:clockworks/tiktok-scraper"), `detail` says for people why there is no count. `read_at`
    is UTC. `coauthors` are the accounts that published the video together with `author`. `word` is
    the scraper's error word if `words.py` does not know it. `answered` is the video that the source
    says it counted, where that is another one than `ref`, which was asked for.
    """

    ref: VideoRef
    outcome: Outcome
    views: int | None
    metric: str
    source: str
    author: str | None
    detail: str
    read_at: datetime
    coauthors: tuple[str, ...] = ()
    word: str | None = None
    answered: VideoRef | None = None

    def __post_init__(self) -> None:
        if (self.outcome is Outcome.OK) != (self.views is not None):
            raise ValueError("views are known exactly when the outcome is ok")
        if self.views is not None and not 0 <= self.views <= MAX_VIEWS:
            raise ValueError("views are between zero and a trillion")

    @property
    def of_video_asked(self) -> "Reading":
        """This reading, or a failed one if the source counted another video than `ref`."""
        if self.answered is None:
            return self
        detail = f"The scraper answered for another video, {self.answered.external_id}."
        return replace(self, outcome=Outcome.ERROR, views=None, detail=detail, answered=None)
