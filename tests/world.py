"""A small Swivi to act in: real services, a real database, the simulator of Apify; and its books
checked at the end.
"""

import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from argon2 import PasswordHasher
from sqlmodel import SQLModel, col, select

from swivi.core.db import Database
from swivi.core.money import Cents, format_dollars
from swivi.domain.accounts import passwords
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import User
from swivi.domain.campaigns.models import Campaign
from swivi.domain.clips import review
from swivi.domain.clips import service as clips
from swivi.domain.clips.models import Clip, ClipSubmission
from swivi.domain.ledger import invariants
from swivi.domain.notifications.models import Notification, NotificationKind
from swivi.domain.payouts import service as payouts
from swivi.domain.payouts.models import PayoutRequest
from swivi.domain.payouts.terms import PayoutTerms
from swivi.domain.platforms.models import VideoRef
from swivi.domain.tracking.models import TrackingRun, Trigger
from swivi.domain.tracking.service import Tracker
from swivi.runtime.runtime import Runtime
from swivi.settings import Settings
from tests import factories
from tests.simulator import RunningSimulator

Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True)
class World:
    """An admin and a clipper in a running Swivi, whose scraper says what `simulator` is told to
    say.
    """

    running: Runtime
    simulator: RunningSimulator
    admin: Actor
    clipper: Actor

    @property
    def database(self) -> Database:
        return self.running.database

    @property
    def settings(self) -> Settings:
        return self.running.settings

    @property
    def tracker(self) -> Tracker:
        return self.running.tracker

    async def another_clipper(self) -> Actor:
        return await factories.a_clipper(self.database, "Kim Clipper")

    async def another_admin(self) -> Actor:
        return await factories.an_admin(self.database, "Bo Admin")

    async def campaign(self, **terms: object) -> Campaign:
        """See `factories.a_campaign`."""
        return await factories.a_campaign(self.database, self.admin, **terms)

    async def submission(
        self,
        campaign: Campaign,
        video: VideoRef,
        *,
        baseline: int | None = 0,
        by: Actor | None = None,
    ) -> ClipSubmission:
        return await factories.a_submission(
            self.database, by or self.clipper, campaign, video, baseline=baseline
        )

    async def clip(
        self, campaign: Campaign, video: VideoRef, *, baseline: int = 0, by: Actor | None = None
    ) -> Clip:
        if f"{video.platform}/{video.external_id}" not in self.simulator.control.videos:
            # The simulator's own growth is millions by now, which no hold would let pass.
            self.simulator.script(video, baseline)
        return await factories.a_clip(
            self.database, by or self.clipper, self.admin, campaign, video, baseline=baseline
        )

    async def sandbox_clip(
        self, campaign: Campaign, video: VideoRef, *, by: Actor | None = None
    ) -> Clip:
        """An approved clip of a test campaign, as the sandbox submits it."""
        async with self.database.writing() as session:
            sent = await clips.submit(
                session, by or self.clipper, campaign.id, video, in_sandbox=True
            )
            await clips.record_baseline(session, sent.id, factories.a_reading(video, 0))
            await review.approve(session, self.admin, sent.id)
            return (await session.exec(select(Clip).where(Clip.submission_id == sent.id))).one()

    async def track(self, campaign: Campaign | None = None) -> TrackingRun:
        """One tracking run, by hand."""
        return await self.tracker.run(Trigger.CLI, campaign_id=campaign.id if campaign else None)

    async def read(self, *views: tuple[VideoRef, int]) -> TrackingRun:
        """One tracking run that finds these views."""
        for video, count in views:
            self.simulator.script(video, count)
        return await self.track()

    async def earn(self, cents: Cents, *, by: Actor | None = None) -> Clip:
        """A clip of its own campaign that earned exactly so much, at one cent per 10 views."""
        campaign = await self.campaign(budget=format_dollars(cents), payout_rate="1.00")
        video = factories.tiktok(campaign.id)
        clip = await self.clip(campaign, video, by=by)
        await self.read((video, cents * 10))
        return await self.now(clip)

    async def request(
        self, amount: object = "20.00", *, by: Actor | None = None, **changes: Any
    ) -> PayoutRequest:
        """Request a payout. `changes` are fields of the terms or arguments of `payouts.request`."""
        fields = {field.name for field in dataclasses.fields(PayoutTerms)}
        changed = {name: changes.pop(name) for name in fields & changes.keys()}
        known: dict[str, Any] = {
            "method": "paypal",
            "details": "casey@swivi.test",
            "terms": dataclasses.replace(self.running.payout_terms, **changed),
        }
        async with self.database.writing() as session:
            return await payouts.request(
                session, by or self.clipper, amount=amount, **known | changes
            )

    async def process(
        self, request: PayoutRequest, action: str, *, by: Actor | None = None, **said: object
    ) -> PayoutRequest:
        """An admin's step; `said` are arguments of `payouts.process`."""
        async with self.database.writing() as session:
            return await payouts.process(session, by or self.admin, request.id, action, **said)

    async def now(self, row: Row) -> Row:
        """The same row as it is in the database now."""
        async with self.database.reading() as session:
            return await session.get_one(type(row), row.id)  # type: ignore[attr-defined]

    async def all(self, table: type[Row], *conditions: Any) -> list[Row]:
        """The rows of a table, oldest first."""
        async with self.database.reading() as session:
            found = await session.exec(select(table).where(*conditions).order_by(col(table.id)))  # type: ignore[attr-defined]
            return list(found.all())

    async def earnings(self, *clips: Clip) -> list[Cents]:
        return [clip.earnings for clip in await factories.reload_clips(self.database, clips)]

    async def user(self, actor: Actor | None = None) -> User:
        async with self.database.reading() as session:
            return await session.get_one(User, (actor or self.clipper).user_id)

    async def told(self, actor: Actor | None = None) -> list[NotificationKind]:
        """What somebody (the clipper) was notified of, oldest first."""
        told = await self.all(Notification, Notification.user_id == (actor or self.clipper).user_id)
        return [one.kind for one in told]

    @property
    def runs_started(self) -> int:
        """How many scraper runs would have been paid for."""
        return sum(self.simulator.runs_started.values())


async def findings(database: Database) -> list[str]:
    """Every broken invariant, in words."""
    return [
        f"{one.invariant}: {one.sentence}" for one in (await invariants.check(database)).findings
    ]


@pytest.fixture
async def open_world(
    running: Runtime, simulator: RunningSimulator, monkeypatch: pytest.MonkeyPatch
) -> World:
    """A World whose books are not checked at the end, for tests that break them."""
    # Hashes are slow on purpose; here nobody guesses.
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    admin = await factories.an_admin(running.database)
    clipper = await factories.a_clipper(running.database)
    return World(running, simulator, admin, clipper)


@pytest.fixture
async def world(open_world: World) -> AsyncIterator[World]:
    """A World in which every invariant holds when the test ends."""
    yield open_world
    found = await findings(open_world.database)
    assert found == [], found
