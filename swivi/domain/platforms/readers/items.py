"""From the rows a scraper wrote to one reading per video asked for. Pure.

Nobody validates those rows: numbers come as strings, fields are null or missing, notes and errors
stand between them, a video comes twice, and videos come that nobody asked for.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from swivi.core.text import is_storable
from swivi.domain.platforms import scraper_messages as words
from swivi.domain.platforms.errors import InvalidLink
from swivi.domain.platforms.handles import comparable, readable
from swivi.domain.platforms.links import canonical, recognise
from swivi.domain.platforms.models import MAX_VIEWS, Outcome, Reading, VideoRef
from swivi.domain.platforms.scrapers import Actor

MAX_DETAIL_LENGTH = 200
"""Characters of a scraper's own words that are kept."""

MAX_COAUTHORS = 20
"""Co-authors that are kept. Instagram allows five."""

_NAME_FIELDS = ("username", "channelUsername")
"""Where the object of a co-author has its handle."""

_ERROR_FIELDS = ("errorCode", "error", "errorDescription")

_ENGAGEMENT_FIELDS = (
    *("diggCount", "commentCount", "shareCount", "collectCount", "repostCount"),  # TikTok
    *("likesCount", "commentsCount", "sharesCount", "videoViewCount"),  # Instagram
    "likes",  # YouTube
)
"""Counts that only a video with views has. An Instagram row's other view count is one of them."""

_PLACEHOLDERS = {
    "sidecar",
    "image",
    "carousel",
    "carousel_container",
    "graphsidecar",
    "graphimage",
    "photo",
}
"""What `type` or `productType` say of posts without a video, whose scrapers write 0 views for
"none".
"""


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

    A video that no item speaks of gets the outcome `unanswered` with `why` as its detail. Of
    several items about one video the most telling counts: a number before a definite refusal before
    a fault, and the largest of several numbers, because counters grow and the smaller one is the
    staler copy. An item that has the id of another video than the one whose link it answers counts
    for both, and says so.
    """
    # Old submissions may be stored by another id of the same video, and scrapers answer with any of
    # them.
    asked = {ref: canonical(ref) for ref in refs}
    wanted = set(asked.values())
    best: dict[VideoRef, Reading] = {}
    for item in items:
        if isinstance(item, dict):
            for ref in _refs_of(actor, item) & wanted:
                reading = _reading(actor, item, ref, read_at)
                best[ref] = max(best.get(ref, reading), reading, key=_telling)
    return [
        replace(best[video], ref=ref)
        if video in best
        else _without_views(actor, ref, unanswered, why, read_at)
        for ref, video in ((ref, asked[ref]) for ref in refs)
    ]


def parse_views(value: object) -> int | None:
    """A view count as scrapers write it: 295, "295" or 295.0.

    None for anything else; never a guess.
    """
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

    They differ where a platform answers two links as one video. Errors carry no id: there the first
    link counts.
    """
    own = _own_ref(actor, item)
    if own is None:
        return set(_linked_refs(item, actor.url_fields)[:1])
    return {own, *_linked_refs(item, actor.input_fields)}


def _own_ref(actor: Actor, item: dict[str, Any]) -> VideoRef | None:
    external_id = item.get(actor.id_field)
    if isinstance(external_id, str | int) and not isinstance(external_id, bool):
        return canonical(VideoRef(actor.platform, str(external_id)))
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
    views = parse_views(item.get(actor.views_field))
    if views is None:
        return _refusal(actor, item, ref, read_at)
    if views == 0 and (evidence := _sign_of_views(actor, item)):
        detail = f"{actor.views_field} is 0 beside {evidence}"
        return _without_views(actor, ref, Outcome.ERROR, detail, read_at)
    own = _own_ref(actor, item)
    author = _author(actor, item)
    return Reading(
        ref,
        Outcome.OK,
        views,
        actor.views_field,
        actor.source,
        author,
        "",
        read_at,
        coauthors=_coauthors(item.get(actor.coauthors_field), author),
        answered=own if own != ref else None,
    )


def _refusal(actor: Actor, item: dict[str, Any], ref: VideoRef, read_at: datetime) -> Reading:
    """The reading of a row without a count, by what its error fields say."""
    said = [item[field] for field in _ERROR_FIELDS if item.get(field)]
    outcome, word = words.meaning(actor.platform, said)
    notes = [*said, item["note"]] if item.get("note") else said
    detail = ": ".join(str(each) for each in notes)
    detail = detail or f"{actor.views_field} is {item.get(actor.views_field)!r}"
    return _without_views(actor, ref, outcome, detail, read_at, word=word)


def _without_views(
    actor: Actor,
    ref: VideoRef,
    outcome: Outcome,
    detail: str,
    read_at: datetime,
    *,
    word: str | None = None,
) -> Reading:
    detail = detail[:MAX_DETAIL_LENGTH]
    return Reading(
        ref, outcome, None, actor.views_field, actor.source, None, detail, read_at, word=word
    )


def _sign_of_views(actor: Actor, item: dict[str, Any]) -> str | None:
    """Return why a count of zero is not believed ("diggCount 25900"), or None if it is.

    A first reading of zero would pay for every view that the video had before. So a zero is
    believed only where the platform says that nobody liked the video, and nobody commented on or
    shared it either. Authors can hide likes (-1, null or no field): such a video gets its baseline
    with its first view.
    """
    likes = item.get(actor.likes_field)
    if parse_views(likes) != 0:
        return f"{actor.likes_field} {likes}"
    for field in _ENGAGEMENT_FIELDS:
        if parse_views(item.get(field)):
            return f"{field} {item[field]}"
    for field in ("type", "productType"):
        if isinstance(item.get(field), str) and item[field].lower() in _PLACEHOLDERS:
            return f"{field} {item[field]}"
    return "isSlideshow" if item.get("isSlideshow") is True else None


def _author(actor: Actor, item: dict[str, Any]) -> str | None:
    value: object = item
    for field in actor.author_field:
        value = value.get(field) if isinstance(value, dict) else None
    return _handle(value)


def _coauthors(listed: object, author: str | None) -> tuple[str, ...]:
    """Return the handles in a list of names or objects, each once and without `author`."""
    if not isinstance(listed, list):
        return ()
    found: dict[str, str] = {}
    for one in listed[:MAX_COAUTHORS]:
        named = (
            next((one[field] for field in _NAME_FIELDS if field in one), None)
            if isinstance(one, dict)
            else one
        )
        if handle := _handle(named):
            found.setdefault(comparable(handle), handle)
    found.pop(comparable(author or ""), None)
    return tuple(found.values())


def _handle(value: object) -> str | None:
    """Return a handle as people write it; None for anything that no database could store."""
    return readable(value) or None if isinstance(value, str) and is_storable(value) else None


def _telling(reading: Reading) -> tuple[int, int]:
    if reading.views is not None:
        return (2 if reading.answered else 3, reading.views)
    return (0 if reading.outcome.transient else 1, 0)
