"""Looking at links now: what each leads to and how many views it has. Stores no reading."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from swivi.domain.platforms import links
from swivi.domain.platforms.errors import InvalidLink, ReaderStopped, ReadingUnavailable
from swivi.domain.platforms.models import Platform, Reading, VideoRef
from swivi.domain.platforms.readers.protocol import BatchReaders


@dataclass(frozen=True, slots=True)
class LinkPreview:
    """One link: `problem` is a sentence if and only if there is no count."""

    url: str
    video: VideoRef | None
    reading: Reading | None
    problem: str | None


async def look_at(readers: BatchReaders, urls: Sequence[str]) -> list[LinkPreview]:
    """One look per link, in that order, with one scraper run per platform."""
    looks = await asyncio.gather(*(_recognise(url) for url in urls))
    by_platform: defaultdict[Platform, set[VideoRef]] = defaultdict(set)
    for look in looks:
        if look.video is not None:
            by_platform[look.video.platform].add(look.video)
    read = await asyncio.gather(
        *(_read(readers, platform, videos) for platform, videos in by_platform.items())
    )
    found = {video: seen for batch in read for video, seen in batch.items()}
    return [_seen(look, found[look.video]) if look.video else look for look in looks]


async def _recognise(url: str) -> LinkPreview:
    try:
        return LinkPreview(url, await links.resolve(url), None, None)
    except InvalidLink as invalid:
        return LinkPreview(url, None, None, invalid.sentence)


async def _read(
    readers: BatchReaders, platform: Platform, videos: Iterable[VideoRef]
) -> dict[VideoRef, Reading | str]:
    """What was read of each video, or why nothing was."""
    wanted = list(videos)
    try:
        collected = await readers.for_platform(platform).read(wanted)
    except (ReadingUnavailable, ReaderStopped) as problem:
        return dict.fromkeys(wanted, problem.sentence)
    return {reading.ref: reading for reading in collected.readings}


def _seen(look: LinkPreview, found: Reading | str) -> LinkPreview:
    if isinstance(found, str):
        return LinkPreview(look.url, look.video, None, found)
    problem = None if found.views is not None else found.detail or f"The video is {found.outcome}."
    return LinkPreview(look.url, look.video, found, problem)
