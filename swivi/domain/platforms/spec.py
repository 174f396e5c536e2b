"""The shape of everything that Swivi knows about a platform."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from swivi.domain.platforms.scrapers import Scraper
from swivi.domain.platforms.sites import Handles, Site, VideoIds


@dataclass(frozen=True, slots=True)
class PlatformSpec:
    """Everything that Swivi knows about one platform. Each platform's module has one as `SPEC`.

    - `label`: the name as the platform writes it.
    - `mark`: a monochrome glyph drawn for Swivi: SVG path data in a 24 by 24 box, filled even-odd.
    - `video_url`, `player_url`: templates with `{}` for the id. The player is the platform's own,
      for a plain iframe: Swivi's pages run none of its scripts.
    - `rounds_from`: the view count from which the platform shows rounded counts only, such as
      573.9K; None if it never rounds.
    """

    label: str
    mark: str
    sites: tuple[Site, ...]
    ids: VideoIds
    handles: Handles
    video_url: str
    player_url: str
    scraper: Scraper
    rounds_from: int | None = None

    @property
    def player_origin(self) -> str:
        """The origin that a page must be allowed to frame for the player."""
        player = urlsplit(self.player_url)
        return f"{player.scheme}://{player.netloc}"
