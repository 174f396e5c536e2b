"""What the error words of scrapers mean. Data and pure functions.

An unknown word is stored with the reading and shown to admins, and the video is read at a falling
rate only. Once the meaning is clear, add the word here or to the `messages` of its platform.
"""

import re
from collections.abc import Iterable, Mapping

from swivi.domain.platforms.outcomes import Outcome

LONGEST_WORD = 60
"""Characters kept of an unknown word: more than any error code so far, and one line on a page."""

COMMON: Mapping[str, Outcome] = {
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
    # Instagram's scraper reports this when it was blocked, too, so it is transient.
    "no_items": Outcome.MISSING,
    "blocked": Outcome.ERROR,
    "request_blocked": Outcome.ERROR,
    "rate_limited": Outcome.ERROR,
    "timeout": Outcome.ERROR,
    "scraping_failed": Outcome.ERROR,
}
"""Words that mean the same from every scraper."""


def meaning(own: Mapping[str, Outcome], words: Iterable[object]) -> tuple[Outcome, str | None]:
    """Return the outcome that the words stand for, and the first word if none of them is known.

    `own` are the scraper's own words. `words` are the error fields of one item, the code first. The
    first known word decides, because the others only explain it. Without words the outcome is
    ERROR.
    """
    texts = [str(word) for word in words if word]
    for text in texts:
        word = _folded(text)
        outcome = own.get(word) or COMMON.get(word)
        if outcome is not None:
            return outcome, None
    return Outcome.ERROR, one_line(texts[0]) if texts else None


def one_line(word: str) -> str:
    """Return a scraper's word as one bounded line of printable characters; "?" if none is left."""
    printable = "".join(character if character.isprintable() else " " for character in word)
    return " ".join(printable.split())[:LONGEST_WORD] or "?"


def _folded(word: str) -> str:
    """Fold case and punctuation: "Restricted profile" and RESTRICTED_PROFILE are one word."""
    return re.sub(r"[^a-z0-9]+", "_", word[:200].lower()).strip("_")
