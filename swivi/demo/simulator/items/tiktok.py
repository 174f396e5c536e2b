"""The simulated scraper of TikTok."""

from swivi.demo.simulator.growth import numeric_id
from swivi.demo.simulator.items.base import Answer, Json, SimulatedScraper


def _video(answer: Answer) -> Json:
    external_id = answer.ref.external_id
    return {
        "id": external_id,
        "text": "A clip",
        "createTimeISO": answer.posted_at,
        "authorMeta": {"name": answer.author},
        "webVideoUrl": f"https://www.tiktok.com/@{answer.author}/video/{external_id}",
        "submittedVideoUrl": answer.link,
        "diggCount": answer.likes_or(23),
        "shareCount": 0,
        "playCount": answer.views,
        "collectCount": 0,
        "commentCount": 0,
    }


SCRAPER = SimulatedScraper(
    scraper_id="clockworks/tiktok-scraper",
    links=lambda run_input: run_input["postURLs"],
    video=_video,
    refusals={
        "not_found": {
            "errorCode": "POST_NOT_FOUND_OR_PRIVATE",
            "error": "Post not found or private",
        },
        "private": {"errorCode": "PROFILE_PRIVATE", "error": "This profile is private"},
        "restricted": {"errorCode": "POST_RESTRICTED", "error": "Restricted post"},
        "error": {"errorCode": "SCRAPING_FAILED", "error": "Something went wrong"},
    },
    mint_id=numeric_id,
)
