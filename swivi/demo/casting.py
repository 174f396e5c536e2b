"""Choose a video for each clip of the story: an id whose simulated growth is close to the plan."""

import math
from datetime import datetime, timedelta

from swivi.demo.simulator.growth import views_at
from swivi.demo.simulator.scrapers import mint_id
from swivi.demo.story import DemoClip
from swivi.domain.platforms.models import VideoRef

CANDIDATES = 400
"""Ids compared for each clip. Growth depends on the id only, so the best of many comes close."""


def cast(planned: DemoClip, now: datetime, number: int) -> VideoRef:
    """Return the video for a clip of the story seeded at `now`. Each `number` has its own video."""
    take_off = now + timedelta(days=planned.takes_off)
    serials = range(number * CANDIDATES, (number + 1) * CANDIDATES)
    candidates = (mint_id(planned.platform, take_off, serial) for serial in serials)
    best = min(candidates, key=lambda external_id: _distance(external_id, take_off, planned))
    return VideoRef(planned.platform, best)


def _distance(external_id: str, take_off: datetime, planned: DemoClip) -> float:
    """Return how far size and pace are from the plan, as a sum of log ratios."""
    size = views_at(external_id, take_off + timedelta(seconds=1))
    in_an_hour = views_at(external_id, take_off + timedelta(hours=1)) - size
    return abs(math.log(size / planned.size)) + abs(math.log(in_an_hour / 60 / planned.pace))
