"""Seed the demo: replay the story day by day through the services that users call.

So every cent has its transfers, and every step its audit entry and notification. `python -m swivi
audit` finds nothing.
"""

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from swivi.core import clock
from swivi.core.db import Database
from swivi.core.money import Cents
from swivi.demo import story
from swivi.demo.casting import cast
from swivi.demo.history import HistoryReaders
from swivi.demo.seeded import SEEDED, is_seeded
from swivi.demo.story import ADMIN, DemoCampaign, DemoClip, DemoPayout
from swivi.domain.accounts import passwords, social
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role
from swivi.domain.accounts.sessions import actor_of
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import CampaignStatus
from swivi.domain.clips import review
from swivi.domain.clips.intake import Intake
from swivi.domain.ledger import audit_log
from swivi.domain.payouts import service as payouts
from swivi.domain.payouts.terms import PayoutTerms
from swivi.domain.platforms.models import Platform
from swivi.domain.tracking.models import Trigger
from swivi.domain.tracking.reading import ReadingOptions
from swivi.domain.tracking.service import Tracker, TrackingOptions

SMALLEST_PAYOUT: Cents = 20_00

Act = Callable[[], Awaitable[None]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class StoryEvent:
    """An action at a moment (UTC)."""

    at: datetime
    act: Act


async def seed(database: Database, *, on_progress: Progress | None = None) -> bool:
    """Seed a migrated, empty database. Return False, and add nothing, if the demo is there.

    Calls `on_progress` with the number of finished events and of all. Raises NotADemoDatabase,
    SeedingCutOff.
    """
    if await is_seeded(database):
        return False
    await _Seeding(database, clock.now()).run(on_progress or (lambda done, total: None))
    return True


class _Seeding:
    """A seeding in progress: what exists so far, by the story's keys."""

    def __init__(self, database: Database, now: datetime) -> None:
        readers = HistoryReaders()
        # One batch at a time and no pauses, because nothing here waits for a network.
        reading = ReadingOptions(concurrency=1, pause_seconds=0)
        self._database = database
        self._now = now
        self._readers = readers
        self._intake = Intake(database, readers)
        self._tracker = Tracker(database, readers, TrackingOptions(reading=reading))
        self._users: dict[str, Actor] = {}
        self._campaigns: dict[str, int] = {}
        self._submissions: dict[int, int] = {}
        self._requests: dict[int, int] = {}

    async def run(self, on_progress: Progress) -> None:
        """Run all events in order, with the clock at the moment of each."""
        with clock.standing_at(self._ago(story.HISTORY_DAYS)):
            await self._sign_up_users()
        events = sorted(self._events(), key=lambda event: event.at)
        for done, event in enumerate(events):
            on_progress(done, len(events))
            with clock.standing_at(event.at):
                await event.act()
        await self._close()

    def _ago(self, days: float) -> datetime:
        return self._now - timedelta(days=days)

    def _events(self) -> list[StoryEvent]:
        return [
            *self._campaign_events(),
            *self._tracking_events(),
            *self._clip_events(),
            *self._payout_events(),
            StoryEvent(self._ago(story.PAUSES[1]), self._pause),
            StoryEvent(self._now, self._cut_last_budget),
        ]

    async def _sign_up_users(self) -> None:
        for key, (email, name) in story.USERS.items():
            role = Role.ADMIN if key == ADMIN else Role.CLIPPER
            who = await accounts.newcomer(email=email, password=passwords.generate(), name=name)
            async with self._database.writing() as session:
                user = await accounts.sign_up(session, who, role, is_verified=True)
                for platform in Platform if role is Role.CLIPPER else ():
                    await social.link(
                        session, actor_of(user), platform=platform, handle=story.handle_of(key)
                    )
            self._users[key] = actor_of(user)

    # --- campaigns ------------------------------------------------------------------------------

    def _campaign_events(self) -> list[StoryEvent]:
        return [
            StoryEvent(self._ago(planned.created), partial(self._create, planned))
            for planned in story.CAMPAIGNS
        ]

    async def _create(self, planned: DemoCampaign) -> None:
        opens_later = {CampaignStatus.SCHEDULED, CampaignStatus.DRAFT}
        status = planned.ends_as if planned.ends_as in opens_later else CampaignStatus.ACTIVE
        terms = {**planned.terms, "status": status}
        if planned.starts_in is not None:
            terms["starts_at"] = self._now + timedelta(days=planned.starts_in)
        async with self._database.writing() as session:
            campaign = await campaigns.create(session, self._users[ADMIN], terms)
        self._campaigns[planned.key] = campaign.id

    async def _pause(self) -> None:
        async with self._database.writing() as session:
            campaign_id = self._campaigns[story.PAUSES[0]]
            await campaigns.step(session, self._users[ADMIN], campaign_id, CampaignStatus.PAUSED)

    async def _cut_last_budget(self) -> None:
        key, above = story.LAST_CENTS
        async with self._database.writing() as session:
            campaign = await campaigns.get(session, self._campaigns[key])
            dollars = math.ceil((campaign.spent + above) / 100)
            await campaigns.change(session, self._users[ADMIN], campaign.id, {"budget": dollars})

    # --- clips ----------------------------------------------------------------------------------

    def _clip_events(self) -> list[StoryEvent]:
        events = []
        for number, planned in enumerate(story.CLIPS):
            events.append(StoryEvent(self._ago(planned.sent), partial(self._send, number, planned)))
            if not planned.waits:
                decided = self._ago(planned.sent - story.REVIEW_TAKES_DAYS)
                events.append(StoryEvent(decided, partial(self._review, number, planned)))
        return events

    async def _send(self, number: int, planned: DemoClip) -> None:
        video = cast(planned, self._now, number)
        self._readers.authors[video.external_id] = story.handle_of(planned.clipper)
        clipper = self._users[planned.clipper]
        campaign_id = self._campaigns[planned.campaign]
        sent = await self._intake.submit(clipper, campaign_id, video.canonical_url, wait_seconds=10)
        self._submissions[number] = sent.id

    async def _review(self, number: int, planned: DemoClip) -> None:
        admin = self._users[ADMIN]
        submission_id = self._submissions[number]
        async with self._database.writing() as session:
            if planned.rejected is None:
                await review.approve(session, admin, submission_id)
            else:
                await review.reject(session, admin, submission_id, planned.rejected)

    def _tracking_events(self) -> list[StoryEvent]:
        hours = range(0, story.HISTORY_DAYS * 24 + 1, story.HOURS_BETWEEN_RUNS)
        return [StoryEvent(self._ago(ago / 24), self._track) for ago in hours]

    async def _track(self) -> None:
        await self._tracker.run(Trigger.SCHEDULE)

    # --- payouts --------------------------------------------------------------------------------

    def _payout_events(self) -> list[StoryEvent]:
        events = []
        for number, planned in enumerate(story.PAYOUTS):
            events.append(StoryEvent(self._ago(planned.asked), partial(self._ask, number, planned)))
            decided = self._ago(planned.asked - story.DECISION_TAKES_DAYS)
            if planned.rejected is not None:
                reject = partial(self._process, number, "reject", notes=planned.rejected)
                events.append(StoryEvent(decided, reject))
            if planned.transaction_id is not None:
                events.append(StoryEvent(decided, partial(self._process, number, "approve")))
                pay = partial(
                    self._process, number, "complete", transaction_id=planned.transaction_id
                )
                events.append(StoryEvent(decided + timedelta(hours=2), pay))
        return events

    async def _ask(self, number: int, planned: DemoPayout) -> None:
        async with self._database.writing() as session:
            asked = await payouts.request(
                session,
                self._users[planned.clipper],
                amount=planned.amount,
                method=planned.method,
                details=planned.details,
                terms=PayoutTerms(SMALLEST_PAYOUT),
            )
        self._requests[number] = asked.id

    async def _process(
        self,
        number: int,
        action: str,
        *,
        transaction_id: str | None = None,
        notes: str | None = None,
    ) -> None:
        async with self._database.writing() as session:
            await payouts.process(
                session,
                self._users[ADMIN],
                self._requests[number],
                action,
                transaction_id=transaction_id,
                notes=notes,
            )

    # --- the end --------------------------------------------------------------------------------

    async def _close(self) -> None:
        admin_id = self._users[ADMIN].user_id
        async with self._database.writing() as session:
            audit_log.record(session, audit_log.entry(SEEDED, "user", admin_id, actor_id=None))
