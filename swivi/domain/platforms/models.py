"""Videos, and what one reading of them found. Plain values: no I/O, no tables."""

from dataclasses import dataclass, replace
from datetime import datetime

from swivi.domain.platforms.outcomes import Outcome
from swivi.domain.platforms.registry import Platform

__all__ = ["MAX_VIEWS", "Outcome", "Platform", "Reading", "VideoRef"]

MAX_VIEWS = 1_000_000_000_000
"""A trillion. No video comes near it: a larger number is an error of the source and never paid."""


@dataclass(frozen=True, slots=True)
class VideoRef:
    """A video by its platform and the platform's own id. Case matters on YouTube and Instagram."""

    platform: Platform
    external_id: str

    @property
    def canonical_url(self) -> str:
        """The one URL that Swivi stores, shows and passes to scrapers.

        It is built from the id and never copied from a user.
        """
        return self.platform.spec.video_url.format(self.external_id)

    @property
    def embed_url(self) -> str:
        """The address of the platform's own player, for a plain iframe."""
        return self.platform.spec.player_url.format(self.external_id)


@dataclass(frozen=True, slots=True)
class Reading:
    """One observation of a video. `views` is a count if and only if `outcome` is ok.

    - `metric`: what was counted, in the source's own word ("playCount").
    - `source`: who counted it ("apify:clockworks/tiktok-scraper").
    - `detail`: why there is no count, for people.
    - `read_at`: UTC.
    - `coauthors`: accounts that published the video together with `author`.
    - `word`: the scraper's error word, if `scraper_messages.py` does not know it.
    - `answered`: the video that the source says it counted, if that is not `ref`.
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
