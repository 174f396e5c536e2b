"""Read the current views of links on request. Stores no reading."""

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
    """One link. `problem` is a sentence if and only if there is no count."""

    url: str
    video: VideoRef | None
    reading: Reading | None
    problem: str | None


async def look_at(readers: BatchReaders, urls: Sequence[str]) -> list[LinkPreview]:
    """Return one preview per link, in order. Starts one scraper run per platform."""
    previews = await asyncio.gather(*(_recognise(url) for url in urls))
    by_platform: defaultdict[Platform, set[VideoRef]] = defaultdict(set)
    for preview in previews:
        if preview.video is not None:
            by_platform[preview.video.platform].add(preview.video)
    batches = await asyncio.gather(
        *(_read(readers, platform, videos) for platform, videos in by_platform.items())
    )
    found = {video: result for batch in batches for video, result in batch.items()}
    return [
        _with_result(preview, found[preview.video]) if preview.video else preview
        for preview in previews
    ]


async def _recognise(url: str) -> LinkPreview:
    try:
        return LinkPreview(url, await links.resolve(url), None, None)
    except InvalidLink as invalid:
        return LinkPreview(url, None, None, invalid.sentence)


async def _read(
    readers: BatchReaders, platform: Platform, videos: Iterable[VideoRef]
) -> dict[VideoRef, Reading | str]:
    """Return the reading of each video, or a sentence that says why there is none."""
    wanted = list(videos)
    try:
        collected = await readers.for_platform(platform).read(wanted)
    except (ReadingUnavailable, ReaderStopped) as problem:
        return dict.fromkeys(wanted, problem.sentence)
    return {reading.ref: reading for reading in collected.readings}


def _with_result(preview: LinkPreview, found: Reading | str) -> LinkPreview:
    if isinstance(found, str):
        return LinkPreview(preview.url, preview.video, None, found)
    problem = None if found.views is not None else found.detail or f"The video is {found.outcome}."
    return LinkPreview(preview.url, preview.video, found, problem)
