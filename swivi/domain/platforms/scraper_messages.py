"""The words with which scrapers say why they bring no count, and what each word means.

Data; no I/O.

A word that is not listed here is unknown: it is stored with the reading, shown to admins, and read
again at a falling rate only (`tracking/looks.py`). Add it here once it is clear what the scraper
means by it.
"""

import re
from collections.abc import Iterable, Mapping

from swivi.domain.platforms.models import Outcome, Platform

LONGEST_WORD = 60
"""Characters kept of an unknown word: enough for every error code seen so far, and one line on a
page.
"""

ANY_SCRAPER: Mapping[str, Outcome] = {
    "not_found": Outcome.NOT_FOUND,
    "post_does_not_exist": Outcome.NOT_FOUND,
    "the_video_does_not_exist": Outcome.NOT_FOUND,
    "private": Outcome.PRIVATE,
    "private_video": Outcome.PRIVATE,
    "private_profile": Outcome.PRIVATE,
    "profile_private": Outcome.PRIVATE,
    "this_account_is_private": Outcome.PRIVATE,
    "restricted": Outcome.RESTRICTED,
    "restricted_profile": Outcome.RESTRICTED,
    "age_restricted": Outcome.RESTRICTED,
    # Instagram's scraper says so when it was blocked as well as for empty profiles: it passes.
    "no_items": Outcome.MISSING,
    "blocked": Outcome.ERROR,
    "request_blocked": Outcome.ERROR,
    "rate_limited": Outcome.ERROR,
    "timeout": Outcome.ERROR,
    "scraping_failed": Outcome.ERROR,
}
"""Words that mean the same from every scraper."""

BY_PLATFORM: Mapping[Platform, Mapping[str, Outcome]] = {
    # An answer that cannot tell private from deleted is PRIVATE: only NOT_FOUND removes a clip.
    Platform.TIKTOK: {
        "post_not_found_or_private": Outcome.PRIVATE,
        "post_private": Outcome.PRIVATE,
        "post_sensitive": Outcome.RESTRICTED,
        "post_restricted": Outcome.RESTRICTED,
    },
    Platform.YOUTUBE: {
        "video_unavailable": Outcome.PRIVATE,
        "members_only": Outcome.RESTRICTED,
    },
    Platform.INSTAGRAM: {},
}
"""Words of one platform's scraper."""


def meaning(platform: Platform, said: Iterable[object]) -> tuple[Outcome, str | None]:
    """Return the outcome that a scraper's words stand for, and its word where none of them is
    known.

    `said` are the error fields of one row, the code first. The first known word decides, because
    the others only explain it. Without any word the outcome is ERROR.
    """
    words = [str(each) for each in said if each]
    known = {**ANY_SCRAPER, **BY_PLATFORM[platform]}
    for word in words:
        outcome = known.get(_folded(word))
        if outcome is not None:
            return outcome, None
    return Outcome.ERROR, one_line(words[0]) if words else None


def one_line(word: str) -> str:
    """Return a scraper's word as one bounded line of printable characters; "?" if none is left."""
    printable = "".join(character if character.isprintable() else " " for character in word)
    return " ".join(printable.split())[:LONGEST_WORD] or "?"


def _folded(word: str) -> str:
    """Fold case and punctuation: "Restricted profile" and RESTRICTED_PROFILE are one word."""
    return re.sub(r"[^a-z0-9]+", "_", word[:200].lower()).strip("_")
