"""Many clips of many clippers in a few campaigns, for benchmarks to work on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from swivi.core import clock
from swivi.core.db import Database, in_slices
from swivi.domain.accounts.models import SignInSession, User
from swivi.domain.accounts.sessions import SESSION_LIFE, hash_token
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips.models import Clip, ClipSubmission, SubmissionStatus
from swivi.domain.platforms.models import Platform
from tests.factories import instagram, tiktok, youtube

CLIPS_PER_CLIPPER = 20
RATE = 250
BASELINE = 100
BUDGET_PER_CLIP = 20_00
NOW = datetime(2026, 11, 1, tzinfo=UTC)


async def approved_clips(
    database: Database, clips: int, campaigns: int, *, per_clipper: int = CLIPS_PER_CLIPPER
) -> None:
    """Insert approved clips that were never tracked, evenly over platforms, campaigns, clippers."""
    users = clips // per_clipper
    share = clips // campaigns
    async with database.writing() as session:
        await insert_all(session, User, [_user(number) for number in range(1, users + 1)])
        await insert_all(
            session, Campaign, [_campaign(number, share) for number in range(1, campaigns + 1)]
        )
        owners = [
            (number, (number - 1) // share + 1, (number - 1) % users + 1)
            for number in range(1, clips + 1)
        ]
        await insert_all(session, ClipSubmission, [_submission(*owner) for owner in owners])
        await insert_all(session, Clip, [_clip(*owner) for owner in owners])


async def insert_all(session: Any, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows in bulk, with the table's defaults for missing columns."""
    for slice_ in in_slices(rows, 10_000):
        await session.execute(
            insert(table), [table(**row).model_dump(exclude={"id"}) for row in slice_]
        )


async def signed_in(database: Database, clippers: int) -> list[str]:
    """Sign the first `clippers` users in, and return their cookies."""
    cookies = [f"cookie-{number}" for number in range(1, clippers + 1)]
    now = clock.now()
    seen = {"created_at": now, "last_seen_at": now, "expires_at": now + SESSION_LIFE}
    sessions = [
        {"user_id": number, "token_hash": hash_token(cookie), **seen}
        for number, cookie in enumerate(cookies, 1)
    ]
    async with database.writing() as session:
        await insert_all(session, SignInSession, sessions)
    return cookies


def _user(number: int) -> dict[str, Any]:
    return {
        "email": f"clipper{number}@bench.test",
        "name": f"Clipper {number}",
        "password_hash": "-",
        "created_at": NOW,
    }


def _campaign(number: int, clips: int) -> dict[str, Any]:
    return {
        "title": f"Campaign {number}",
        "platforms": [platform.value for platform in Platform],
        "platform_rates": {},
        "budget": clips * BUDGET_PER_CLIP,
        "payout_rate": RATE,
        "status": CampaignStatus.ACTIVE,
        "created_at": NOW,
    }


def _submission(number: int, campaign_id: int, user_id: int) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "campaign_id": campaign_id,
        **_video(number),
        "url": "",
        "status": SubmissionStatus.APPROVED,
        "initial_views": BASELINE,
        "created_at": NOW,
    }


def _clip(number: int, campaign_id: int, user_id: int) -> dict[str, Any]:
    return {
        "submission_id": number,
        "campaign_id": campaign_id,
        "user_id": user_id,
        **_video(number),
        "initial_views": BASELINE,
        "views": BASELINE,
        "peak_views": BASELINE,
        "rate": RATE,
        "created_at": NOW,
    }


def _video(number: int) -> dict[str, Any]:
    ref = (tiktok, youtube, instagram)[number % 3](number)
    return {"platform": ref.platform, "external_id": ref.external_id}
