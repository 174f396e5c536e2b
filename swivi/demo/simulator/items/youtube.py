"""The simulated scraper of YouTube."""

from swivi.demo.simulator.growth import text_id
from swivi.demo.simulator.items.base import Answer, Json, SimulatedScraper


def _video(answer: Answer) -> Json:
    return {
        "id": answer.ref.external_id,
        "url": answer.ref.canonical_url,
        "input": answer.link,
        "title": "A clip",
        "viewCount": answer.views,
        "likes": answer.likes_or(901),
        "commentsCount": 12 if answer.views else 0,
        "channelUsername": answer.author,
        "channelName": "A clipper",
        "date": answer.posted_at,
        "duration": "00:00:31",
        "type": "shorts",
    }


SCRAPER = SimulatedScraper(
    scraper_id="streamers/youtube-scraper",
    links=lambda run_input: [start["url"] for start in run_input["startUrls"]],
    video=_video,
    refusals={
        "not_found": {"error": "NOT_FOUND", "errorDescription": "The video does not exist"},
        "private": {"error": "PRIVATE_VIDEO", "errorDescription": "The video is private"},
        "restricted": {
            "error": "AGE_RESTRICTED",
            "errorDescription": "The video is age restricted",
        },
        "error": {"error": "SCRAPING_FAILED", "errorDescription": "Something went wrong"},
    },
    mint_id=text_id,
)
