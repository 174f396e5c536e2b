"""Turn a scraper's items into one reading per requested video. Pure.

Nobody validates the items. Numbers come as strings, fields are null or missing, and notes and
errors stand between the videos. A video may come twice, or without having been requested.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from swivi.core.text import is_storable
from swivi.domain.platforms import scraper_messages
from swivi.domain.platforms.errors import InvalidLink
from swivi.domain.platforms.handles import comparable, readable
from swivi.domain.platforms.links import canonical, recognise
from swivi.domain.platforms.models import MAX_VIEWS, Outcome, Platform, Reading, VideoRef
from swivi.domain.platforms.scrapers import Scraper

MAX_DETAIL_LENGTH = 200
"""Characters kept of a scraper's explanation."""

MAX_COAUTHORS = 20
"""Co-authors kept. Instagram allows five."""


def readings_from(
    platform: Platform,
    scraper: Scraper,
    items: Iterable[object],
    refs: Sequence[VideoRef],
    *,
    read_at: datetime,
    unanswered: Outcome,
    why: str,
) -> list[Reading]:
    """Return one reading for each of `refs`, in their order. All are videos of `platform`.

    A video without an item gets the outcome `unanswered`, with `why` as its detail. Of several
    items about one video the most informative one counts: a number before a definite refusal, and a
    refusal before a fault. Of several numbers the largest counts, because counters grow and a
    smaller one is an older copy. If an item's id is not that of the link it answers, it counts for
    both videos, and `Reading.answered` says so.
    """
    # Old submissions may have another id of the same video, and scrapers answer with any of them.
    requested = {ref: canonical(ref) for ref in refs}
    wanted = set(requested.values())
    parser = _ItemParser(platform, scraper, read_at)
    best: dict[VideoRef, Reading] = {}
    for item in items:
        if isinstance(item, dict):
            for video in parser.videos(item) & wanted:
                reading = parser.reading(item, video)
                best[video] = max(best.get(video, reading), reading, key=_informative)
    return [
        replace(best[requested[ref]], ref=ref)
        if requested[ref] in best
        else parser.failure(ref, unanswered, why)
        for ref in refs
    ]


def parse_views(value: object) -> int | None:
    """Return a view count as scrapers write it: 295, "295" or 295.0; None for anything else."""
    match value:
        case bool():
            return None
        case int():
            views = value
        case float() if value.is_integer():
            views = int(value)
        case str() if re.fullmatch(r"[0-9]{1,13}", value.strip()):
            views = int(value)
        case _:
            return None
    return views if 0 <= views <= MAX_VIEWS else None


@dataclass(frozen=True, slots=True)
class _ItemParser:
    """Reads the items of one run by the field names of its scraper."""

    platform: Platform
    scraper: Scraper
    read_at: datetime

    def videos(self, item: dict[str, Any]) -> set[VideoRef]:
        """Return the videos an item is about: the one of its id, and those whose links it answers.

        They differ where a platform answers two links with one video. An error has no id: its first
        link counts.
        """
        own = self._own_video(item)
        if own is None:
            return set(_linked_videos(item, self.scraper.url_fields)[:1])
        return {own, *_linked_videos(item, self.scraper.input_fields)}

    def reading(self, item: dict[str, Any], ref: VideoRef) -> Reading:
        """Return what an item says about `ref`, which is one of its `videos`."""
        views_field = self.scraper.views_field
        views = parse_views(item.get(views_field))
        if views is None:
            return self._refusal(item, ref)
        if views == 0 and (evidence := self._sign_of_views(item)):
            return self.failure(ref, Outcome.ERROR, f"{views_field} is 0 beside {evidence}")
        own = self._own_video(item)
        author = self._author(item)
        return Reading(
            ref,
            Outcome.OK,
            views,
            views_field,
            self.scraper.source,
            author,
            "",
            self.read_at,
            coauthors=self._coauthors(item, author),
            answered=own if own != ref else None,
        )

    def failure(
        self, ref: VideoRef, outcome: Outcome, detail: str, *, word: str | None = None
    ) -> Reading:
        """Return a reading without a count."""
        return Reading(
            ref,
            outcome,
            None,
            self.scraper.views_field,
            self.scraper.source,
            None,
            detail[:MAX_DETAIL_LENGTH],
            self.read_at,
            word=word,
        )

    def _own_video(self, item: dict[str, Any]) -> VideoRef | None:
        external_id = item.get(self.scraper.id_field)
        if isinstance(external_id, str | int) and not isinstance(external_id, bool):
            return canonical(VideoRef(self.platform, str(external_id)))
        return None

    def _refusal(self, item: dict[str, Any], ref: VideoRef) -> Reading:
        """Return the reading of an item without a count, by its error fields."""
        words = [item[field] for field in self.scraper.error_fields if item.get(field)]
        outcome, word = scraper_messages.meaning(self.scraper.messages, words)
        notes = [*words, item["note"]] if item.get("note") else words
        detail = ": ".join(str(note) for note in notes)
        views_field = self.scraper.views_field
        detail = detail or f"{views_field} is {item.get(views_field)!r}"
        return self.failure(ref, outcome, detail, word=word)

    def _sign_of_views(self, item: dict[str, Any]) -> str | None:
        """Return why a count of zero is not believed ("diggCount 25900"), or None if it is.

        A first reading of zero would pay for every view that the video had before. So Swivi
        believes a zero only if the platform says that nobody liked, shared or commented on the
        video. Authors can hide likes (-1, null or no field): such a video gets its baseline with
        its first view.
        """
        likes_field = self.scraper.likes_field
        likes = item.get(likes_field)
        if parse_views(likes) != 0:
            return f"{likes_field} {likes}"
        for field in self.scraper.engagement_fields:
            if parse_views(item.get(field)):
                return f"{field} {item[field]}"
        for field, values in self.scraper.no_video.items():
            value = item.get(field)
            marker = value.lower() if isinstance(value, str) else value
            if isinstance(marker, str | bool) and marker in values:
                return f"{field} {value}"
        return None

    def _author(self, item: dict[str, Any]) -> str | None:
        value: object = item
        for field in self.scraper.author_path:
            value = value.get(field) if isinstance(value, dict) else None
        return _handle(value)

    def _coauthors(self, item: dict[str, Any], author: str | None) -> tuple[str, ...]:
        """Return the handles in a list of names or objects, each once and without `author`."""
        listed = item.get(self.scraper.coauthors_field)
        if not isinstance(listed, list):
            return ()
        found: dict[str, str] = {}
        for each in listed[:MAX_COAUTHORS]:
            name = each.get(self.scraper.coauthor_name_field) if isinstance(each, dict) else each
            if handle := _handle(name):
                found.setdefault(comparable(handle), handle)
        found.pop(comparable(author or ""), None)
        return tuple(found.values())


def _linked_videos(item: dict[str, Any], fields: Iterable[str]) -> list[VideoRef]:
    videos = []
    for field in fields:
        url = item.get(field)
        if isinstance(url, str):
            with suppress(InvalidLink):
                videos.append(recognise(url))
    return videos


def _handle(value: object) -> str | None:
    """Return a handle as people write it; None if the database could not store it."""
    return readable(value) or None if isinstance(value, str) and is_storable(value) else None


def _informative(reading: Reading) -> tuple[int, int]:
    """Return a key that orders readings of one video from the least informative to the most."""
    if reading.views is not None:
        return (2 if reading.answered else 3, reading.views)
    return (0 if reading.outcome.transient else 1, 0)
