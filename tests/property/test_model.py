"""Swivi credits exactly what an independent model of accrual and settlement says, clip by clip,
cent by cent.
"""

import asyncio
import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.accounts import service as accounts
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import Campaign, CampaignStatus
from swivi.domain.clips import review
from swivi.domain.clips.models import Clip, ClipSubmission, SubmissionStatus, ViewTracking
from swivi.domain.ledger import states
from swivi.domain.ledger.models import Transfer, TransferKind
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking import accrual
from swivi.domain.tracking.accrual import Earner
from swivi.domain.tracking.errors import UnreadClipsLeft
from swivi.domain.tracking.models import Trigger
from swivi.domain.tracking.reading import ReadingOptions
from swivi.domain.tracking.service import Tracker, TrackingOptions
from tests import factories
from tests.factories import tiktok
from tests.property.model import ModelCampaign, ModelClip
from tests.told import ToldReaders
from tests.world import findings

LONG = int(os.environ.get("SWIVI_PROOF", "1"))
"""How many times as much is tried: see CONTRIBUTING.md."""

OUTCOMES = ("ok",) * 12 + ("not_found", "private", "restricted", "error", "missing")
HOURS_BETWEEN_RUNS = (1, 4, 4, 24, 25, 80, 200)
QUICKLY = TrackingOptions(reading=ReadingOptions(pause_seconds=0))


def a_random_campaign(numbers: Random, clips: int) -> ModelCampaign:
    """Terms are edited between approvals, so that clips of one campaign may differ; often more is
    due than there is.
    """
    campaign = ModelCampaign(
        budget=numbers.choice([1, 7, 99, 1_000, 12_345, clips * 50, clips * 2_000])
    )
    terms = _random_terms(numbers)
    for number in range(1, clips + 1):
        if numbers.random() < 0.1:
            terms = _random_terms(numbers)
        baseline = numbers.choice([0, 0, numbers.randrange(50_000)])
        campaign.clips[number] = ModelClip(numbers.randint(1, 5), baseline, **terms)
    return campaign


def _random_terms(numbers: Random) -> dict[str, int | None]:
    return {
        "rate": numbers.choice([1, 3, 100, 250, 999, numbers.randint(1, 2_000)]),
        "minimum": numbers.choice([0, 0, 1, 999, 10_000]),
        "cap": numbers.choice([None, None, 1, 50, numbers.randint(1, 5_000)]),
        "clipper_cap": numbers.choice([None, None, 1, 500, numbers.randint(1, 20_000)]),
    }


def a_round(numbers: Random, campaign: ModelCampaign) -> dict[int, tuple[str, int | None]]:
    """What one run reads of each clip: it rises or falls, sometimes to zero, or there is no
    count.
    """
    found: dict[int, tuple[str, int | None]] = {}
    for number, clip in campaign.clips.items():
        outcome = numbers.choice(OUTCOMES)
        grown = clip.peak + numbers.choice([0, 1, 10, 999, 1_000, numbers.randrange(30_000)])
        views = numbers.choice([grown, grown, grown, clip.peak // 2, 0])
        found[number] = (outcome, views if outcome == "ok" else None)
    return found


@settings(max_examples=1_500 * LONG, deadline=None)
@given(seed=st.integers(0, 2**32), clips=st.integers(1, 25), rounds=st.integers(1, 4))
def test_the_rules_of_accrual_credit_what_the_model_credits(
    seed: int, clips: int, rounds: int
) -> None:
    numbers = Random(seed)
    campaign = a_random_campaign(numbers, clips)
    hour = 0
    for _ in range(rounds):
        hour += numbers.choice(HOURS_BETWEEN_RUNS)
        for number, reading in a_round(numbers, campaign).items():
            campaign.clips[number].is_read(*reading, hour)
            campaign.clips[number].earns = numbers.random() > 0.05
            if not campaign.completed and numbers.random() < 0.1:
                kept = campaign.clips[number].credited - campaign.clips[number].recovered
                campaign.revoke(number, numbers.randint(0, kept))
            campaign.clips[number].unread = False  # what waits for it is not of these rules
        earners = [_earner(number, clip) for number, clip in campaign.clips.items()]
        numbers.shuffle(earners)
        remaining = campaign.budget - campaign.spent
        assert accrual.share_out(accrual.capped_demands(earners), remaining) == campaign.settle()


def _earner(number: int, clip: ModelClip) -> Earner:
    return Earner(
        clip_id=number,
        user_id=clip.clipper,
        initial_views=clip.baseline,
        peak_views=clip.peak,
        rate=clip.rate,
        min_views=clip.minimum,
        max_per_clip=clip.cap,
        max_per_clipper=clip.clipper_cap,
        gross_credited=clip.credited,
        may_earn=clip.earns,
        recovered=clip.recovered,
    )


class Ground:
    """One database for many campaigns: each is tracked alone, and all together must balance in the
    end.
    """

    def __init__(self, url: str) -> None:
        self.runner, self.database, self.readers = asyncio.Runner(), Database(url), ToldReaders()
        self.tracker = Tracker(self.database, self.readers, QUICKLY)
        self.videos = count(1)
        self.opened_at, self.hour = clock.now(), 0
        self.runner.run(self._people())

    async def _people(self) -> None:
        self.admin = await factories.an_admin(self.database)
        self.clippers = [
            await factories.a_clipper(self.database, f"Clipper {number}") for number in range(5)
        ]

    def close(self) -> None:
        try:
            found = self.runner.run(findings(self.database))
            assert found == [], found[:20]
        finally:
            self.runner.run(self.database.dispose())
            self.runner.close()

    async def agrees(self, numbers: Random, clips: int, rounds: int) -> None:
        """Let Swivi and the model settle the same campaign, `rounds` times, and compare every
        cent.
        """
        model = a_random_campaign(numbers, clips)
        campaign_id = await self._campaign(model.budget)
        ids = await self._approved(campaign_id, model)
        for _ in range(rounds):
            self.hour += numbers.choice(HOURS_BETWEEN_RUNS)
            found = a_round(numbers, model)
            for number, (outcome, views) in found.items():
                self.readers.tell(tiktok(ids[number][1]), views, Outcome(outcome))
                if not model.completed:
                    model.clips[number].is_read(outcome, views, self.hour)
            due = model.settle()
            before = await self._credited(campaign_id)
            with clock.standing_at(self.opened_at + timedelta(hours=self.hour)):
                await self.tracker.run(Trigger.CLI, campaign_id=campaign_id)
            after = await self._credited(campaign_id)
            credited = {
                number: after.get(ids[number][0], 0) - before.get(ids[number][0], 0)
                for number in model.clips
            }
            assert {number: cents for number, cents in credited.items() if cents} == due
            async with self.database.reading() as session:
                campaign = await session.get_one(Campaign, campaign_id)
            assert (campaign.spent, campaign.completed_at is not None) == (
                model.spent,
                model.completed,
            )
            if not model.completed and numbers.random() < 0.5:
                await self._revoke_one(numbers, model, ids)
        if not model.completed:  # or the next campaigns' runs would not be the only ones
            with clock.standing_at(self.opened_at + timedelta(hours=self.hour)):
                await self._ends_alike(numbers, campaign_id, model, ids)

    async def _ends_alike(
        self,
        numbers: Random,
        campaign_id: int,
        model: ModelCampaign,
        ids: dict[int, tuple[int, int]],
    ) -> None:
        """End it, perhaps while it is paused, on views that only this last run sees; by force if
        that is refused.
        """
        if numbers.random() < 0.5:
            async with self.database.writing() as session:
                await campaigns.step(session, self.admin, campaign_id, CampaignStatus.PAUSED)
        for number, (outcome, views) in a_round(numbers, model).items():
            self.readers.tell(tiktok(ids[number][1]), views, Outcome(outcome))
            model.clips[number].is_read(outcome, views, self.hour, last=True)
        was_refused = False
        try:
            await self.tracker.complete(campaign_id, actor=self.admin, reason="Compared.")
        except UnreadClipsLeft:
            was_refused = True
            assert model.end(forced=False) is None
            await self.tracker.complete(
                campaign_id, actor=self.admin, reason="Compared.", force=True
            )
        returned = model.end(forced=True)
        async with self.database.reading() as session:
            campaign = await session.get_one(Campaign, campaign_id)
            found = await session.exec(
                select(Transfer.amount).where(
                    Transfer.campaign_id == campaign_id,
                    Transfer.kind == TransferKind.BUDGET_RETURNED,
                )
            )
            assert list(found.all()) == ([returned] if returned else [])
        assert was_refused or not model.has_unread() or returned == 0
        assert campaign.spent == model.spent
        credited = await self._credited(campaign_id)
        assert {
            ids[number][0]: clip.credited for number, clip in model.clips.items() if clip.credited
        } == credited

    async def _revoke_one(
        self, numbers: Random, model: ModelCampaign, ids: dict[int, tuple[int, int]]
    ) -> None:
        """Nothing was paid out, so that whatever the clip earned goes back."""
        earning = [number for number, clip in model.clips.items() if clip.earns]
        if not earning:
            return
        number = numbers.choice(earning)
        async with self.database.writing() as session:
            recovered = await review.revoke(session, self.admin, ids[number][0], "Fraud.")
        assert recovered == model.clips[number].credited
        model.revoke(number, recovered)

    async def _campaign(self, budget: int) -> int:
        terms = {"budget": f"{budget // 100}.{budget % 100:02d}", "payout_rate": "1.00"}
        return (await factories.a_campaign(self.database, self.admin, **terms)).id

    async def _approved(self, campaign_id: int, model: ModelCampaign) -> dict[int, tuple[int, int]]:
        """The model's clips as rows, as approvals under changing terms leave them; (clip id, video)
        by number.
        """
        now = clock.now()
        videos = {number: next(self.videos) for number in model.clips}
        async with self.database.writing() as session:
            sent = {
                number: ClipSubmission(
                    user_id=self.clippers[clip.clipper - 1].user_id,
                    campaign_id=campaign_id,
                    platform=tiktok(videos[number]).platform,
                    external_id=tiktok(videos[number]).external_id,
                    url=tiktok(videos[number]).canonical_url,
                    status=SubmissionStatus.APPROVED,
                    initial_views=clip.baseline,
                    created_at=now,
                )
                for number, clip in model.clips.items()
            }
            session.add_all(sent.values())
            await session.flush()
            clips = {
                number: Clip(
                    submission_id=sent[number].id,
                    campaign_id=campaign_id,
                    user_id=sent[number].user_id,
                    platform=sent[number].platform,
                    external_id=sent[number].external_id,
                    initial_views=clip.baseline,
                    views=clip.baseline,
                    peak_views=clip.baseline,
                    rate=clip.rate,
                    min_views=clip.minimum,
                    max_per_clip=clip.cap,
                    max_per_clipper=clip.clipper_cap,
                    created_at=now,
                )
                for number, clip in model.clips.items()
            }
            session.add_all(clips.values())
            await session.flush()
            session.add_all(
                ViewTracking(
                    clip_id=made.id,
                    date=now,
                    outcome=Outcome.OK,
                    views=made.views,
                    source="baseline",
                )
                for made in clips.values()
            )
            for clip in model.clips.values():
                user_id = self.clippers[clip.clipper - 1].user_id
                await accounts.add_views(session, {user_id: clip.baseline})
            for recorded in (states.SUBMISSION, states.CLIP):
                action, of_campaign = f"{recorded.subject}.recorded", "t.campaign_id = :id"
                await states.record_many(
                    session, recorded, action, of_campaign, {"id": campaign_id}
                )
        ids = {number: (clips[number].id, videos[number]) for number in model.clips}
        # Ties go to the smaller clip id, so the model's numbers and Swivi's ids must be in one
        # order.
        assert sorted(ids) == sorted(ids, key=lambda number: ids[number][0])
        return ids

    async def _credited(self, campaign_id: int) -> dict[int, int]:
        async with self.database.reading() as session:
            found = await session.exec(
                select(Transfer.clip_id, Transfer.amount).where(
                    Transfer.campaign_id == campaign_id, Transfer.kind == TransferKind.ACCRUAL
                )
            )
            totals: dict[int, int] = {}
            for clip_id, amount in found.all():
                assert clip_id is not None
                totals[clip_id] = totals.get(clip_id, 0) + amount
            return totals


@pytest.fixture
def ground(database_url: str) -> Iterator[Ground]:
    opened = Ground(database_url)
    yield opened
    opened.close()


def test_the_services_credit_what_the_model_credits(ground: Ground) -> None:
    few = 30 if ground.database.is_sqlite else 8

    @settings(
        max_examples=few * LONG,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given],
    )
    @given(
        seed=st.integers(0, 2**32),
        clips=st.sampled_from([1, 2, 5, 13, 40, 150, 400]),
        rounds=st.integers(1, 4),
    )
    def compare(seed: int, clips: int, rounds: int) -> None:
        ground.runner.run(ground.agrees(Random(seed), clips, rounds))

    compare()
