"""The simulated scrapers: one per platform."""

from collections.abc import Mapping
from datetime import datetime

from swivi.demo.simulator.items import instagram, tiktok, youtube
from swivi.demo.simulator.items.base import ODD_WORD, Answer, Json, SimulatedScraper
from swivi.domain.platforms.errors import InvalidLink
from swivi.domain.platforms.links import recognise
from swivi.domain.platforms.models import Platform, VideoRef

SCRAPERS: Mapping[Platform, SimulatedScraper] = {
    Platform.TIKTOK: tiktok.SCRAPER,
    Platform.YOUTUBE: youtube.SCRAPER,
    Platform.INSTAGRAM: instagram.SCRAPER,
}

_BY_ID = {scraper.scraper_id: scraper for scraper in SCRAPERS.values()}

MAX_LINKS_PER_RUN = 500
"""As many as Swivi requests in its largest batch."""


class BadInput(Exception):
    """The scraper does not accept the run's input."""


def requested_videos(scraper_id: str, run_input: object) -> list[VideoRef]:
    """Return the videos that a run's input requests.

    Raises BadInput, or KeyError for an unknown scraper.
    """
    scraper = _BY_ID[scraper_id]
    try:
        links = scraper.links(run_input)
        if not isinstance(links, list) or len(links) > MAX_LINKS_PER_RUN:
            raise BadInput(f"a run takes a list of at most {MAX_LINKS_PER_RUN} links")
        return [recognise(link) for link in links]
    except (KeyError, TypeError, AttributeError, InvalidLink) as fault:
        raise BadInput(f"the input is not valid: {fault!r}") from fault


def item_of(scraper_id: str, answer: Answer) -> Json:
    """Return the dataset item of an answer that is not `omitted`."""
    scraper = _BY_ID[scraper_id]
    if answer.state == "ok":
        return scraper.video(answer)
    if answer.state == "note":
        return {"url": answer.link, "note": "No more results"}
    if answer.state == "odd":
        return {"url": answer.link, "error": ODD_WORD}
    return {"url": answer.link, **scraper.refusals[answer.state]}


def mint_id(platform: Platform, take_off: datetime, serial: int) -> str:
    """Return an id in the platform's own form for a video that takes off at `take_off`.

    `take_off` is from 2026-11 to 2039. Different serials (0 to 2**24 - 1) give different ids.
    """
    return SCRAPERS[platform].mint_id(take_off, serial)
