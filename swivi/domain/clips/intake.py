"""Intake of submissions: recognise the link, store the submission, read its baseline.

These are separate transactions, because the middle waits for the network. Each leaves a consistent
state. `read_due_baselines` retries baselines that could not be read.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import changes, clock
from swivi.core.db import Database
from swivi.domain.accounts.actor import Actor
from swivi.domain.clips import service
from swivi.domain.clips.models import ClipSubmission
from swivi.domain.platforms import links
from swivi.domain.platforms.errors import ReaderStopped, ReadingUnavailable
from swivi.domain.platforms.models import Outcome, Platform, Reading, VideoRef
from swivi.domain.platforms.readers.protocol import BatchReaders

log = logging.getLogger("swivi.clips")

CLAIM = timedelta(minutes=5)
"""How long one process reads a baseline exclusively. The claim of a dead process expires."""

MOST_AT_ONCE = 100


class Intake:
    """Takes submissions for one process.

    `readers` is None if there is nothing to read views with.
    """

    def __init__(self, database: Database, readers: BatchReaders | None) -> None:
        self._database = database
        self._readers = readers
        self._reading: set[asyncio.Task[None]] = set()

    async def submit(
        self, actor: Actor, campaign_id: int, url: str, *, wait_seconds: float = 0.0
    ) -> ClipSubmission:
        """Submit a link and wait up to `wait_seconds` for its baseline.

        Reading continues after that.

        Raises InvalidLink and the errors of `service.submit`.
        """
        actor.must_be_clipper()
        video = await links.resolve(url)
        async with self._database.writing() as session:
            submission = await self.take(session, actor, campaign_id, video)
        return await self.with_baseline(submission, wait_seconds=wait_seconds)

    async def take(
        self, session: AsyncSession, actor: Actor, campaign_id: int, video: VideoRef
    ) -> ClipSubmission:
        """Store a submission whose baseline the caller reads next. Raises as `service.submit`.

        If the process dies before, the baseline becomes due.
        """
        submission = await service.submit(session, actor, campaign_id, video, retry_in=CLAIM)
        changes.mark(session, users=[actor.user_id], campaigns=[campaign_id])
        return submission

    async def with_baseline(
        self, submission: ClipSubmission, *, wait_seconds: float
    ) -> ClipSubmission:
        """Start reading the baseline, and return the submission after at most `wait_seconds`."""
        reading = asyncio.create_task(self.read_baselines([submission]))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)
        await asyncio.wait([reading], timeout=wait_seconds)
        async with self._database.reading() as session:
            return await service.get(session, submission.id)

    async def read_due_baselines(self) -> int:
        """Read all due baselines. Return how many were attempted."""
        if self._readers is None:
            return 0
        async with self._database.writing() as session:
            due = await service.claim_due_baselines(
                session, limit=MOST_AT_ONCE, until=clock.now() + CLAIM
            )
        await self.read_baselines(due)
        return len(due)

    async def read_baselines(self, submissions: Sequence[ClipSubmission]) -> None:
        """Read and store these submissions' baselines, with one scraper run per platform."""
        by_platform: defaultdict[Platform, list[ClipSubmission]] = defaultdict(list)
        for submission in submissions:
            by_platform[submission.platform].append(submission)
        for platform, group in by_platform.items():
            readings = await self._read(platform, [submission.video for submission in group])
            async with self._database.writing() as session:
                for submission in group:
                    await service.record_baseline(
                        session, submission.id, readings[submission.external_id]
                    )
                changes.mark(
                    session,
                    users=[submission.user_id for submission in group],
                    campaigns=[submission.campaign_id for submission in group],
                )

    async def _read(self, platform: Platform, videos: Sequence[VideoRef]) -> dict[str, Reading]:
        if self._readers is None:
            return _unread(videos, "no Apify key is set")
        try:
            collected = await self._readers.for_platform(platform).read(videos)
        except (ReadingUnavailable, ReaderStopped) as problem:
            log.warning(
                "Reading the baseline of %d %s links failed: %s", len(videos), platform, problem
            )
            return _unread(videos, problem.sentence)
        return {reading.ref.external_id: reading for reading in collected.readings}


def _unread(videos: Sequence[VideoRef], detail: str) -> dict[str, Reading]:
    return {
        video.external_id: Reading(
            video,
            Outcome.ERROR,
            None,
            metric="",
            source="",
            author=None,
            detail=detail,
            read_at=clock.now(),
        )
        for video in videos
    }
