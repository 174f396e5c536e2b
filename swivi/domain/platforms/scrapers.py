"""The description of a scraper on Apify that reads the views of one platform."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from swivi.domain.platforms.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Scraper:
    """How to request many videos from one scraper, and which fields of its items mean what.

    To read a platform with another scraper, describe it and pass it to
    `ApifyReaders(scrapers=...)`.

    - `scraper_id`: the id in the Apify Store, such as "clockworks/tiktok-scraper".
    - `build_input`: the scraper's input for a list of canonical URLs.
    - `views_field`: the view count, and the metric name stored with a reading.
    - `likes_field`: absent from an item if the author hides the likes.
    - `engagement_fields`: other counts that are above zero only if the video has views.
    - `no_video`: fields whose listed values mark a post without a video. Such a post has 0 views
      because there is nothing to count. Text is compared in lower case.
    - `author_path`: the keys that lead to the author's handle. It may be absent.
    - `coauthors_field`: accounts that agreed to publish together. Tagged accounts do not count,
      because anybody can be tagged. `coauthor_name_field` is the handle in each of its objects.
    - `url_fields`: links that identify the video of an item without an id. They may be absent.
    - `input_fields`: the requested link, even where the item's id is another video's.
    - `error_fields`: why there is no count, the error code first.
    - `messages`: this scraper's own error words, in addition to `scraper_messages.COMMON`.
    """

    scraper_id: str
    build_input: Callable[[Sequence[str]], dict[str, Any]]
    id_field: str
    views_field: str
    likes_field: str
    engagement_fields: tuple[str, ...]
    author_path: tuple[str, ...]
    url_fields: tuple[str, ...]
    input_fields: tuple[str, ...]
    no_video: Mapping[str, frozenset[str | bool]] = field(default_factory=dict)
    coauthors_field: str = ""
    coauthor_name_field: str = ""
    error_fields: tuple[str, ...] = ("errorCode", "error", "errorDescription")
    messages: Mapping[str, Outcome] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The source stored with a reading."""
        return f"apify:{self.scraper_id}"
