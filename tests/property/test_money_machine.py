"""Whatever people do in whatever order, every invariant holds after every step."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from swivi.accounts import service as accounts
from swivi.accounts.models import Role, UserStatus
from swivi.campaigns import service as campaigns
from swivi.campaigns.models import Campaign, CampaignStatus
from swivi.clips import review
from swivi.clips.models import Clip
from swivi.core.errors import SwiviError
from swivi.core.money import Cents, format_dollars
from swivi.payouts import service as payouts
from swivi.payouts.models import PayoutRequest
from swivi.platforms.models import VideoRef
from swivi.runtime import open_runtime
from swivi.settings import Settings
from tests import factories
from tests.factories import instagram, tiktok, youtube
from tests.simulator import RunningSimulator
from tests.world import World, findings

Result = TypeVar("Result")

EXAMPLES, STEPS = 30, 20

MAKERS = (tiktok, youtube, instagram)
picks = st.integers(0, 7)
dollars = st.integers(1, 6_000).map(format_dollars)
maybe_dollars = st.none() | dollars
views = st.integers(0, 40_000)
outcomes = st.sampled_from(["ok", "ok", "ok", "not_found", "private", "error", "omitted"])
keys = st.none() | st.sampled_from(["k1", "k2"])
steps = st.sampled_from(["approve", "complete", "reject", "fail", "reverse"])


class MoneyMachine(RuleBasedStateMachine):
    """One admin, two clippers, and everything that moves money. What Swivi refuses is fine; what it breaks is not."""

    def __init__(self, settings_: Settings, simulator: RunningSimulator) -> None:
        super().__init__()
        self.settings, self.simulator = settings_, simulator
        self.runner, self.stack = asyncio.Runner(), AsyncExitStack()
        self.numbers = count(1)
        self.campaigns: list[Campaign] = []
        self.clips: list[Clip] = []
        self.requests: list[PayoutRequest] = []
        self.closed: dict[int, Cents] = {}

    def run(self, work: Awaitable[Result]) -> Result | None:
        """The result, or None if Swivi refused."""

        async def act() -> Result | None:
            with suppress(SwiviError):
                return await work
            return None

        return self.runner.run(act())

    @initialize()
    def open(self) -> None:
        async def act() -> None:
            running = await self.stack.enter_async_context(open_runtime(self.settings))
            admin, casey = await factories.an_admin(running.database), await factories.a_clipper(running.database)
            self.world = World(running, self.simulator, admin, casey)
            self.clippers = [casey, await self.world.another_clipper()]

        self.simulator.reset()
        self.run(act())
        self.open_campaign("200.00", "2.50", None, None)
        for clipper in range(2):
            self.send_clip(0, clipper, clipper, baseline=0)
        self.track({0: (20_000, "ok"), 1: (10_000, "ok")})

    @rule(budget=dollars, rate=dollars, per_clip=maybe_dollars, per_clipper=maybe_dollars)
    def open_campaign(self, budget: str, rate: str, per_clip: str | None, per_clipper: str | None) -> None:
        caps = {"max_per_clip": per_clip, "max_per_clipper": per_clipper}
        if opened := self.run(self.world.campaign(budget=budget, payout_rate=rate, **caps)):
            self.campaigns.append(opened)

    @rule(campaign=picks, clipper=picks, platform=picks, baseline=views)
    def send_clip(self, campaign: int, clipper: int, platform: int, baseline: int) -> None:
        video = MAKERS[platform % 3](next(self.numbers))
        by = self.clippers[clipper % 2]
        if sent := self.run(self.world.clip(self._one(self.campaigns, campaign), video, baseline=baseline, by=by)):
            self.clips.append(sent)

    @rule(campaign=picks, clipper=picks)
    def leave_a_clip_unreviewed(self, campaign: int, clipper: int) -> None:
        video, by = tiktok(next(self.numbers)), self.clippers[clipper % 2]
        self.run(self.world.submission(self._one(self.campaigns, campaign), video, by=by))

    @rule(found=st.dictionaries(picks, st.tuples(views, outcomes), max_size=4))
    def track(self, found: dict[int, tuple[int, str]]) -> None:
        for pick, (seen, outcome) in found.items():
            clip = self._one(self.clips, pick)
            self.simulator.script(VideoRef(clip.platform, clip.external_id), seen, state=outcome)  # type: ignore[arg-type]
        self.run(self.world.track())

    @rule(campaign=picks, budget=dollars)
    def set_budget(self, campaign: int, budget: str) -> None:
        self._write(
            lambda session: campaigns.change(
                session, self.world.admin, self._one(self.campaigns, campaign).id, {"budget": budget}
            )
        )

    @rule(campaign=picks, status=st.sampled_from([CampaignStatus.PAUSED, CampaignStatus.ACTIVE]))
    def pause_or_go_on(self, campaign: int, status: CampaignStatus) -> None:
        self._write(
            lambda session: campaigns.step(session, self.world.admin, self._one(self.campaigns, campaign).id, status)
        )

    @rule(campaign=picks)
    def complete(self, campaign: int) -> None:
        campaign_id = self._one(self.campaigns, campaign).id
        self.run(self.world.tracker.complete(campaign_id, actor=self.world.admin, reason="Over."))

    @rule(clip=picks)
    def revoke(self, clip: int) -> None:
        self._write(lambda session: review.revoke(session, self.world.admin, self._one(self.clips, clip).id, "Fraud."))

    @rule(clipper=picks, status=st.sampled_from(UserStatus))
    def set_status(self, clipper: int, status: UserStatus) -> None:
        user_id = self.clippers[clipper % 2].user_id
        self._write(
            lambda session: accounts.set_role_and_status(
                session, self.world.admin, user_id, role=Role.CLIPPER, status=status
            )
        )

    @rule(clipper=picks, percent=st.integers(1, 110), fee=st.sampled_from([0, 5]), key=keys)
    def ask(self, clipper: int, percent: int, fee: int, key: str | None) -> None:
        by = self.clippers[clipper % 2]
        available = self.runner.run(self.world.user(by)).available
        amount = format_dollars(max(1, available * percent // 100))
        asked = self.run(self.world.request(amount, by=by, minimum=1, fee_percent=fee, idempotency_key=key))
        if asked:
            self.requests.append(asked)

    @precondition(lambda self: self.requests)
    @rule(number=st.integers(1, 3), comes_back=st.booleans())
    def pay_the_newest_request(self, number: int, comes_back: bool) -> None:
        for action in ["approve", "complete"] + ["reverse"] * comes_back:
            self.decide(0, action, f"TX-{number}")

    @precondition(lambda self: self.requests)
    @rule(request=picks, action=steps, transaction_id=st.sampled_from(["TX-1", "TX-2", "TX-3"]))
    def decide(self, request: int, action: str, transaction_id: str) -> None:
        asked = self._one(self.requests, -1 - request)
        self.run(self.world.process(asked, action, transaction_id=transaction_id, notes="A reason."))

    @precondition(lambda self: self.requests)
    @rule(request=picks)
    def cancel(self, request: int) -> None:
        asked = self._one(self.requests, -1 - request)
        [by] = [clipper for clipper in self.clippers if clipper.user_id == asked.user_id]
        self._write(lambda session: payouts.cancel(session, by, asked.id))

    @invariant()
    def every_invariant_holds(self) -> None:
        assert self.runner.run(findings(self.world.database)) == []

    @invariant()
    def closed_books_stay_closed(self) -> None:
        for campaign in self.runner.run(self.world.all(Campaign)):
            if campaign.completed_at is not None:
                assert self.closed.setdefault(campaign.id, campaign.spent) == campaign.spent

    def teardown(self) -> None:
        self.runner.run(self.stack.aclose())
        self.runner.close()

    @staticmethod
    def _one(rows: list[Result], pick: int) -> Result:
        return rows[pick % len(rows)]

    def _write(self, work: Callable[..., Awaitable[object]]) -> None:
        async def act() -> None:
            async with self.world.database.writing() as session:
                await work(session)

        self.run(act())


def test_no_order_of_events_breaks_an_invariant(
    migrated_sqlite: Path, tmp_path: Path, simulator: RunningSimulator
) -> None:
    copies = count()

    def machine() -> MoneyMachine:
        path = shutil.copy(migrated_sqlite, tmp_path / f"swivi-{next(copies)}.db")
        known: dict[str, object] = {"database_url": f"sqlite:///{path}", "env": "test", "apify_api_key": "k"}
        known |= {"apify_api_url": simulator.url, "tracking_batch_pause_seconds": 0}
        return MoneyMachine(Settings.model_validate(known), simulator)

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
