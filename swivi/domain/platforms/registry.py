"""The platforms that Swivi counts views on. The order is the one on screen."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from swivi.domain.platforms import instagram, tiktok, youtube
from swivi.domain.platforms.spec import PlatformSpec


class Platform(StrEnum):
    """Where a video lives. The value is stored, and is the name in URLs and the API."""

    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    INSTAGRAM = "instagram"

    @property
    def spec(self) -> PlatformSpec:
        """Everything that Swivi knows about this platform."""
        return SPECS[self]

    @property
    def label(self) -> str:
        """The name as the platform writes it."""
        return self.spec.label


SPECS: Mapping[Platform, PlatformSpec] = {
    Platform.TIKTOK: tiktok.SPEC,
    Platform.YOUTUBE: youtube.SPEC,
    Platform.INSTAGRAM: instagram.SPEC,
}

PLAYER_ORIGINS = tuple(spec.player_origin for spec in SPECS.values())
"""The origins of `VideoRef.embed_url`, which pages may frame."""


def enumerated(names: Iterable[str], conjunction: str) -> str:
    """Return names as a sentence lists them: "TikTok, YouTube or Instagram"."""
    *first, last = names
    return f"{', '.join(first)} {conjunction} {last}" if first else last


ANY_LABEL = enumerated((platform.label for platform in Platform), "or")
ALL_LABELS = enumerated((platform.label for platform in Platform), "and")
"""All labels as a sentence lists them: one of them, and all together."""
