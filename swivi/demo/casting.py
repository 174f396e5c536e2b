"""Finding a video for each role: an id whose simulated growth is close to what the story asks
for.
"""

import math
from datetime import datetime, timedelta

from swivi.demo.simulator_growth import mint_id, views_at
from swivi.demo.story import DemoClip
from swivi.domain.platforms.models import VideoRef

CANDIDATES = 400
"""Ids that are looked at for each clip; growth is a pure function of the id, so the best of many
comes close.
"""


def cast(planned: DemoClip, now: datetime, number: int) -> VideoRef:
    """The video for a clip of the story that is seeded at `now`; different numbers never share
    one.
    """
    take_off = now + timedelta(days=planned.takes_off)
    serials = range(number * CANDIDATES, (number + 1) * CANDIDATES)
    candidates = (mint_id(planned.platform, take_off, serial) for serial in serials)
    best = min(candidates, key=lambda external_id: _distance(external_id, take_off, planned))
    return VideoRef(planned.platform, best)


def _distance(external_id: str, take_off: datetime, planned: DemoClip) -> float:
    """How far size and pace are from what is planned, as a sum of ratios."""
    size = views_at(external_id, take_off + timedelta(seconds=1))
    in_an_hour = views_at(external_id, take_off + timedelta(hours=1)) - size
    return abs(math.log(size / planned.size)) + abs(math.log(in_an_hour / 60 / planned.pace))
