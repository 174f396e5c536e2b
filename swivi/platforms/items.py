"""From the rows a scraper wrote to one reading per video asked for. Pure.

Nobody validates those rows: numbers come as strings, fields are null or missing, notes and errors stand
between them, a video comes twice, and videos come that nobody asked for.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from swivi.platforms.actors import Actor
from swivi.platforms.errors import InvalidLink
from swivi.platforms.links import recognise
from swivi.platforms.models import MAX_VIEWS, Outcome, Reading, VideoRef

MAX_DETAIL_LENGTH = 200
"""Characters of a scraper's own words that are kept."""

_ERROR_FIELDS = ("errorCode", "error", "errorDescription", "note")

_MEANINGS = (
    # Not found before private: TikTok tells neither from the other ("POST_NOT_FOUND_OR_PRIVATE").
    (re.compile(r"not[ _]found|not[ _]exist", re.IGNORECASE), Outcome.NOT_FOUND),
    # Before private too: Instagram's no_items adds "empty or private data", and is known to pass.
    (re.compile(r"no_items", re.IGNORECASE), Outcome.MISSING),
    (re.compile(r"private", re.IGNORECASE), Outcome.PRIVATE),
    (re.compile(r"restricted", re.IGNORECASE), Outcome.RESTRICTED),
)


def readings_from(
    actor: Actor,
    items: Iterable[object],
    refs: Sequence[VideoRef],
    *,
    read_at: datetime,
    unanswered: Outcome,
    why: str,
) -> list[Reading]:
    """One reading for each of `refs`, in their order.

    A video that no item speaks of gets the outcome `unanswered` with `why` as its detail. Of several
    items about one video the most telling counts: a number before a definite refusal before a fault, and
    the largest of several numbers, because counters grow and the smaller one is the staler copy.
    An item that has the id of another video than the one whose link it answers counts for both, and says so.
    """
    asked = set(refs)
    best: dict[VideoRef, Reading] = {}
    for item in items:
        if isinstance(item, dict):
            for ref in _refs_of(actor, item) & asked:
                reading = _reading(actor, item, ref, read_at)
                best[ref] = max(best.get(ref, reading), reading, key=_telling)
    return [best.get(ref) or _without_views(actor, ref, unanswered, why, read_at) for ref in refs]


def parse_views(value: object) -> int | None:
    """A view count as scrapers write it: 295, "295" or 295.0. None for anything else; never a guess."""
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


def _refs_of(actor: Actor, item: dict[str, Any]) -> set[VideoRef]:
    """The videos an item is about: the one whose id it has, and those whose links it answers.

    They differ where a platform answers two links as one video. Errors carry no id: there the first link counts.
    """
    own = _own_ref(actor, item)
    if own is None:
        return set(_linked_refs(item, actor.url_fields)[:1])
    return {own, *_linked_refs(item, actor.input_fields)}


def _own_ref(actor: Actor, item: dict[str, Any]) -> VideoRef | None:
    external_id = item.get(actor.id_field)
    if isinstance(external_id, str | int) and not isinstance(external_id, bool):
        return VideoRef(actor.platform, str(external_id))
    return None


def _linked_refs(item: dict[str, Any], fields: Iterable[str]) -> list[VideoRef]:
    refs = []
    for field in fields:
        url = item.get(field)
        if isinstance(url, str):
            with suppress(InvalidLink):
                refs.append(recognise(url))
    return refs


def _reading(actor: Actor, item: dict[str, Any], ref: VideoRef, read_at: datetime) -> Reading:
    said = ": ".join(str(item[field]) for field in _ERROR_FIELDS if item.get(field))
    views = parse_views(item.get(actor.views_field))
    if views is None:
        detail = said or f"{actor.views_field} is {item.get(actor.views_field)!r}"
        return _without_views(actor, ref, _meaning(said), detail, read_at)
    own = _own_ref(actor, item)
    answered = own if own != ref else None
    author = _author(actor, item)
    return Reading(ref, Outcome.OK, views, actor.views_field, actor.source, author, "", read_at, answered)


def _without_views(actor: Actor, ref: VideoRef, outcome: Outcome, detail: str, read_at: datetime) -> Reading:
    detail = detail[:MAX_DETAIL_LENGTH]
    return Reading(ref, outcome, None, actor.views_field, actor.source, None, detail, read_at)


def _meaning(said: str) -> Outcome:
    return next((outcome for words, outcome in _MEANINGS if words.search(said)), Outcome.ERROR)


def _author(actor: Actor, item: dict[str, Any]) -> str | None:
    value: object = item
    for field in actor.author_field:
        value = value.get(field) if isinstance(value, dict) else None
    return value if isinstance(value, str) and value else None


def _telling(reading: Reading) -> tuple[int, int]:
    if reading.views is not None:
        return (2 if reading.answered else 3, reading.views)
    return (0 if reading.outcome.transient else 1, 0)
