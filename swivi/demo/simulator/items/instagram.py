"""The simulated scraper of Instagram."""

from swivi.demo.simulator.growth import text_id
from swivi.demo.simulator.items.base import Answer, Json, SimulatedScraper


def _video(answer: Answer) -> Json:
    half = answer.views // 2 if isinstance(answer.views, int) else answer.views
    return {
        "inputUrl": answer.link,
        "shortCode": answer.ref.external_id,
        "url": f"https://www.instagram.com/p/{answer.ref.external_id}/",
        "ownerUsername": answer.author,
        "likesCount": answer.likes_or(-1),  # -1 is hidden
        "commentsCount": 54 if answer.views else 0,
        "videoViewCount": half,  # another metric; a reader that uses it pays half of what is due
        "videoPlayCount": answer.views,
        "timestamp": answer.posted_at,
        "productType": "clips",
    }


SCRAPER = SimulatedScraper(
    scraper_id="apify/instagram-reel-scraper",
    links=lambda run_input: run_input["username"],
    video=_video,
    refusals={
        "not_found": {"error": "not_found", "errorDescription": "Post does not exist"},
        "private": {"error": "private", "errorDescription": "This account is private"},
        "restricted": {"error": "restricted", "errorDescription": "Restricted profile"},
        "error": {"error": "scraping_failed", "errorDescription": "Something went wrong"},
    },
    mint_id=text_id,
)
