"""The views of a simulated video at a moment: a pure function of its id and the clock.

No process keeps the count. So a restart never lowers views, and the seeded history agrees with the
simulator's later answers. A video grows slowly to a modest number, then takes off and gains some
hundreds to thousands of views a minute, in waves. An id can contain the take-off (`numeric_id`,
`text_id`), as TikTok's and Instagram's ids contain the time of posting. Other ids took off on
FIRST_DAY.
"""

import base64
import binascii
import math
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

FIRST_DAY = datetime(2026, 11, 1, tzinfo=UTC)
_LAST_DAY = datetime(2040, 1, 1, tzinfo=UTC)

WARM_UP = timedelta(days=30)
"""From a video's first view to its take-off."""

_VIEWS_AT_TAKE_OFF = (5_000, 80_000)
_VIEWS_PER_MINUTE = (300, 3_000)
_WAVE_MINUTES = (7, 23)
_WAVE_DEPTH = 0.6
"""How far the pace swings around its mean. Below 1, so that views never fall."""

_MARK = 0xD5
"""Tells a simulated 66-bit id from a real one, whose bits mean something else."""

_SCATTER = 2_654_435_761
"""Scatters serial numbers (Knuth). Odd, so that they stay distinct modulo a power of two."""


def views_at(external_id: str, when: datetime) -> int:
    """Return the views of the video at `when` (aware). They never fall as `when` advances."""
    at_take_off = _pick(external_id, "start", _VIEWS_AT_TAKE_OFF)
    minutes = (when - _take_off(external_id)) / timedelta(minutes=1)
    if minutes < 0:
        warmth = max(0.0, 1 + minutes / (WARM_UP / timedelta(minutes=1)))
        return math.floor(at_take_off * warmth**2)
    return math.floor(
        at_take_off + _pick(external_id, "pace", _VIEWS_PER_MINUTE) * _waves(external_id, minutes)
    )


def numeric_id(take_off: datetime, serial: int) -> str:
    """Return an id of 19 digits, as TikTok's."""
    return str(int(take_off.timestamp()) << 32 | serial * _SCATTER % 2**32)


def text_id(take_off: datetime, serial: int) -> str:
    """Return an id of 11 base64url letters, as Instagram's and YouTube's.

    The last letter's two lowest bits are zero, as in the canonical id of a YouTube video.
    """
    bits = (int(take_off.timestamp()) << 8 | _MARK) << 26 | serial * _SCATTER % 2**24 << 2
    return base64.urlsafe_b64encode((bits << 6).to_bytes(9, "big")).decode()[:11]


def _waves(external_id: str, minutes: float) -> float:
    """Return minutes, stretched by a wave whose derivative stays within 1 +- _WAVE_DEPTH."""
    rhythm = math.tau / _pick(external_id, "wave", _WAVE_MINUTES)
    phase = _pick(external_id, "phase", (0, 628)) / 100
    return minutes + _WAVE_DEPTH / rhythm * (math.sin(rhythm * minutes + phase) - math.sin(phase))


def _take_off(external_id: str) -> datetime:
    seconds = _seconds_in(external_id)
    inside = FIRST_DAY.timestamp() <= seconds <= _LAST_DAY.timestamp()
    return datetime.fromtimestamp(seconds, UTC) if inside else FIRST_DAY


def _seconds_in(external_id: str) -> int:
    """Return the Unix time in an id, or 0."""
    if external_id.isascii() and external_id.isdigit():
        return int(external_id) >> 32
    if len(external_id) != 11:
        return 0
    try:
        bits = int.from_bytes(base64.urlsafe_b64decode(f"{external_id}A"), "big") >> 6
    except binascii.Error:
        return 0
    return bits >> 34 if bits >> 26 & 0xFF == _MARK else 0


def _pick(external_id: str, trait: str, between: tuple[int, int]) -> int:
    """Return a number that looks random and is always the same for one video."""
    lowest, highest = between
    digest = blake2b(f"{trait}/{external_id}".encode(), digest_size=8).digest()
    return lowest + int.from_bytes(digest, "big") % (highest - lowest + 1)
