"""Whatever people do in whatever order, every invariant holds after every step.

Three clippers and an admin act on the real services and a real database; only the scraper is made
up. After each step `checker` looks at the plain rows. What Swivi refuses is fine; what it breaks is
not.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import text

from swivi.core.errors import SwiviError
from swivi.core.money import format_dollars
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Role, UserStatus
from swivi.domain.campaigns import service as campaigns
from swivi.domain.campaigns.models import CampaignStatus
from swivi.domain.clips import holds, review
from swivi.domain.clips import service as clips
from swivi.domain.payouts import service as payouts
from swivi.domain.payouts.terms import PayoutTerms
from swivi.domain.platforms.models import Outcome, Platform, VideoRef
from swivi.domain.tracking import ends
from swivi.domain.tracking.manual_readings import read_by_hand
from swivi.domain.tracking.models import Trigger
from swivi.domain.tracking.reading import ReadingOptions
from swivi.domain.tracking.service import Tracker, TrackingOptions
from tests import factories
from tests.property.checker import ReconciliationState, check
from tests.property.events import (
    ANY,
    DECIDED_FROM,
    GONE,
    MAKERS,
    MINIMUM,
    OPEN,
    PENDING,
    STATE_OF,
    TRACKED,
    UNDER_WAY,
    UNFINISHED,
    WAYS_OF_A_REQUEST,
    Opening,
    decisions,
    picks,
    problems,
    readings,
    terms,
)
from tests.property.ground import Died, Eyes, Ground, MortalDatabase
from tests.property.history import check_step
from tests.told import ToldReaders
from tests.world import findings

Result = TypeVar("Result")

OPTIONS = TrackingOptions(reading=ReadingOptions(batch_size=3, pause_seconds=0))


def where(table: str, *states: str, more_than: int = 0) -> Callable[[Any], Any]:
    """So many rows are in such a state: a run would soon have nothing left to do if it did
    everything at any time.
    """
    return precondition(
        lambda machine: (
            sum(row[STATE_OF[table]] in states for row in machine.books[table].values()) > more_than
        )
    )


class MoneyMachine(RuleBasedStateMachine):
    """The rules are what people, the clock and bad luck do; `seen` counts what came of it."""

    def __init__(self, ground: Ground, opening: Opening, seen: Counter[str]) -> None:
        super().__init__()
        self.ground, self.opening, self.seen = ground, opening, seen
        self.admin, self.clippers = ground.admin, ground.clippers
        self.numbers, self.readers = count(1), ToldReaders()
        self.url = ground.fresh_url()
        self.database = ground.database(self.url)
        self.tracker = Tracker(self.database, self.readers, OPTIONS)
        self.eyes = Eyes(self.url)
        self.books: ReconciliationState = {}
        self.sound = True

    @initialize(writes=st.integers(2, 14))
    def open(self, writes: int) -> None:
        """A run that dies credits two clippers $75, or uses up what there is; one asks for half,
        and is answered.
        """
        self.books = self.ground.run(self.eyes.books())
        terms = {"budget": self.opening.budget, "max_per_clip": "60.00", "max_per_clipper": None}
        self.open_campaign(terms, "ACTIVE", ended=False)
        self.look()
        for clipper in range(2):
            self.send_clip(0, clipper, clipper, 0, "approve")
        self.look()
        self.crash(
            {0: ("rises", 20_000), 1: ("rises", 10_000)}, writes, before_commit=False, then="resume"
        )
        self.ask_and_be_answered(0, 3, self.opening.way)

    # -- what admins and clippers do
    # -----------------------------------------------------------------------------

    @rule(
        changed=terms,
        status=st.sampled_from(["ACTIVE"] * 4 + ["DRAFT", "SCHEDULED"]),
        ended=st.booleans(),
    )
    def open_campaign(self, changed: dict[str, Any], status: str, ended: bool) -> None:
        known = {"title": "T", "platforms": list(Platform), "status": status}
        known |= {"budget": "25.00", "payout_rate": "2.50", "max_per_clipper": "15.00"}
        if (
            status == "SCHEDULED"
        ):  # its time has come, and perhaps gone, when somebody looks at the clock
            known |= {"starts_at": "2026-01-01", "ends_at": "2026-01-02" if ended else None}
        self.write(lambda session: campaigns.create(session, self.admin, known | changed))

    @rule(campaign=picks, changed=terms)
    def change_terms(self, campaign: int, changed: dict[str, Any]) -> None:
        self.act(self.changing(campaign, changed))

    @rule(
        campaign=picks,
        status=st.sampled_from(["ACTIVE", "ACTIVE", "PAUSED", "SCHEDULED", "ARCHIVED"]),
    )
    def step(self, campaign: int, status: str) -> None:
        number = self.one("campaigns", campaign, UNFINISHED)
        self.write(
            lambda session: campaigns.step(session, self.admin, number, CampaignStatus(status))
        )

    @where("campaigns", "ACTIVE", more_than=1)
    @rule(campaign=picks, problem=problems, force=st.booleans())
    def complete(self, campaign: int, problem: Exception | None, force: bool) -> None:
        self.readers.problem, self.readers.good = problem, 0
        self.act(self.completing(campaign, force=force))
        self.readers.problem = None

    @where("campaigns", "ACTIVE", more_than=1)
    @rule(campaign=picks, problem=problems, patience=st.sampled_from([0, 48]))
    def end_by_the_clock(self, campaign: int, problem: Exception | None, patience: int) -> None:
        """Its time is over: it ends, or waits, and after its patience ends anyway."""
        self.readers.problem, self.readers.good = problem, 0
        number = self.one("campaigns", campaign, UNDER_WAY)
        self.act(ends.end(self.tracker, number, timedelta(hours=patience)))
        self.readers.problem = None

    @rule(
        campaign=picks,
        clipper=picks,
        platform=picks,
        baseline=st.sampled_from([0, 0, 7, 9_000]),
        then=st.sampled_from(["approve", "approve", "approve", "reject", "leave", "unread"]),
    )
    def send_clip(
        self, campaign: int, clipper: int, platform: int, baseline: int, then: str
    ) -> None:
        if not any(row["status"] in OPEN for row in self.books["campaigns"].values()):
            self.open_campaign({}, "ACTIVE", ended=False)
            self.look()
        video = MAKERS[platform % 3](next(self.numbers))
        by, number = self.clippers[clipper % 3], self.one("campaigns", campaign, OPEN)

        async def send(session: Any) -> None:
            sent = await clips.submit(session, by, number, video)
            if then != "unread":
                await clips.record_baseline(session, sent.id, factories.a_reading(video, baseline))
            if then == "approve":
                await review.approve(session, self.admin, sent.id)
            if then == "reject":
                await review.reject(session, self.admin, sent.id, "No.")

        self.write(send)

    @where("clip_submissions", "PENDING")
    @rule(submission=picks, approve=st.booleans())
    def review(self, submission: int, approve: bool) -> None:
        self.act(self.reviewing(submission, approve))

    @where("clips", "TRACKED", more_than=1)
    @rule(clip=picks)
    def revoke(self, clip: int) -> None:
        self.act(self.revoking(clip))

    @where("clips", "TRACKED")
    @rule(clip=picks, views=st.integers(0, 30_000))
    def read_by_hand(self, clip: int, views: int) -> None:
        number = self.one("clips", clip, TRACKED | GONE)
        self.write(
            lambda session: read_by_hand(
                session, self.admin, number, views=views, reason="Seen.", limit=10_000
            )
        )

    @precondition(
        lambda machine: any(row["decision"] is None for row in machine.books["clip_holds"].values())
    )
    @rule(pick=picks, decide=st.sampled_from([holds.pay] + [holds.correct] * 3))
    def decide_on_hold(self, pick: int, decide: Callable[..., Awaitable[object]]) -> None:
        held = [
            row["clip_id"] for row in self.books["clip_holds"].values() if row["decision"] is None
        ]
        number = held[pick % len(held)]
        self.write(lambda session: decide(session, self.admin, number, "Looked at it."))

    @where("clips", "TRACKED", "REMOVED")
    @rule(clip=picks)
    def track_again(self, clip: int) -> None:
        number = self.one("clips", clip, GONE)
        self.write(lambda session: review.track_again(session, self.admin, number, "It is there."))

    @rule(clipper=picks, status=st.sampled_from([UserStatus.ACTIVE] * 3 + [UserStatus.DISABLED]))
    def set_status(self, clipper: int, status: UserStatus) -> None:
        user = self.clippers[clipper % 3].user_id
        self.write(
            lambda session: accounts.set_role_and_status(
                session, self.admin, user, role=Role.CLIPPER, status=status
            )
        )

    @rule(
        clipper=picks,
        percent=st.integers(1, 110),
        fee=st.sampled_from([0, 5]),
        key=st.sampled_from([None, "a", "b"]),
    )
    def ask(self, clipper: int, percent: int, fee: int, key: str | None) -> None:
        self.act(self.asking(clipper, percent, fee, key))

    @where("payout_requests", "PENDING", "APPROVED", "COMPLETED")
    @rule(request=picks, action=decisions, transaction=st.integers(1, 3))
    def decide(self, request: int, action: str, transaction: int) -> None:
        self.act(self.deciding(request, action, transaction))

    @rule(clipper=picks, transaction=st.integers(4, 40), way=st.sampled_from(WAYS_OF_A_REQUEST))
    def ask_and_be_answered(self, clipper: int, transaction: int, way: tuple[str, ...]) -> None:
        self.act(self.asking(clipper, 50, 5, None))
        self.look()
        for action in way:
            self.act(self.deciding(0, action, transaction))
            self.look()

    @rule(request=picks, clipper=picks)
    def cancel(self, request: int, clipper: int) -> None:
        self.act(self.cancelling(request, by=self.clippers[clipper % 3] if clipper > 4 else None))

    # -- what the clock and the scraper do
    # -----------------------------------------------------------------------

    @where("clips", "TRACKED", "REMOVED")
    @rule(found=readings, problem=problems, good=st.integers(0, 2))
    def track(
        self, found: dict[int, tuple[str, int]], problem: Exception | None, good: int
    ) -> None:
        self.say(found)
        self.readers.problem, self.readers.good = problem, good
        self.ground.run(
            self.tracker.run(Trigger.CLI)
        )  # whatever the scraper says, it comes to an end
        self.readers.problem = None

    @where("clips", "TRACKED")
    @rule(views=st.integers(1_000, 60_000))
    def everybody_watches(self, views: int) -> None:
        self.track(dict.fromkeys(range(ANY), ("rises", views)), None, 0)

    @where("clips", "TRACKED")
    @rule(views=st.integers(0, 9_000), come_back=st.booleans())
    def all_are_gone(self, views: int, come_back: bool) -> None:
        """Two runs find none of the newest videos; perhaps the next one finds them again."""
        for _ in range(2):
            self.track(dict.fromkeys(range(ANY), ("not_found", 0)), None, 0)
            self.look()
        if come_back:
            self.everybody_watches(views)

    @where("campaigns", "SCHEDULED")
    @rule()
    def start_what_is_due(self) -> None:
        self.write(campaigns.start_due)

    @where("clips", "TRACKED")
    @rule(
        found=readings,
        writes=st.integers(2, 14),
        before_commit=st.booleans(),
        then=st.sampled_from(["resume"] * 3 + ["die again", "leave", "pause", "revoke"]),
    )
    def crash(
        self, found: dict[int, tuple[str, int]], writes: int, before_commit: bool, then: str
    ) -> None:
        """A run dies at its nth commit, its lease ends; it is resumed, perhaps later, or of what
        was paused by then.
        """
        self.say(found)
        undisturbed = self.twin()
        deaths = self.dies(lambda tracker: tracker.run(Trigger.CLI), writes, before_commit)
        if then == "die again":
            deaths += self.dies(lambda tracker: tracker.resume(), 3, before_commit)
        self.seen["deaths"] += deaths
        if then == "pause":
            self.step(0, "PAUSED")
        if then == "revoke":
            self.revoke(0)
        self.look()
        if then == "leave":
            return
        self.ground.run(self.tracker.resume())
        self.look()
        if undisturbed is not None and deaths and then in {"resume", "die again"}:
            self.compare(undisturbed)

    def compare(self, undisturbed: str) -> None:
        after = self.ground.run(self.run_of(undisturbed))
        if set(after["tracking_runs"]) == set(self.books["tracking_runs"]):
            self.seen["deaths compared with a run that was let be"] += 1
            assert moved(after) == moved(self.books), "I6: resumed, the ledger is another one"

    @rule(pair=st.lists(st.integers(0, 8), min_size=2, max_size=3), pick=picks, clipper=picks)
    def at_once(self, pair: list[int], pick: int, clipper: int) -> None:
        """Two or three of these at the same moment, about the same things."""
        makers: list[Callable[[], Awaitable[object]]] = [
            lambda: self.asking(clipper, 100, 0, "same"),
            lambda: self.asking(clipper, 60, 5, None),
            lambda: self.deciding(0, "approve", 0),
            lambda: self.deciding(0, "complete", 50 + pick),
            lambda: self.cancelling(0),
            lambda: self.revoking(pick),
            lambda: self.changing(pick, {"budget": "$1.00"}),
            lambda: self.reviewing(pick, pick % 2 == 0),
            lambda: self.tracker.run(Trigger.CLI),
        ]

        async def together() -> None:
            async with asyncio.TaskGroup() as group:
                for number in pair:
                    group.create_task(self.unless_refused(makers[number]()))

        self.ground.run(together())
        self.seen["moments with several at once"] += 1

    # -- after each step
    # -----------------------------------------------------------------------------------------

    @invariant()
    def look(self) -> None:
        before, self.books = self.books, self.ground.run(self.eyes.books())
        now = datetime.now(UTC).replace(tzinfo=None)
        wrong = check(self.books, now=now, minimum=MINIMUM) + check_step(
            before or self.books, self.books
        )
        self.sound = not wrong
        self.seen["clips that came back"] += sum(
            row["state"] == "REMOVED" and self.books["clips"][number]["state"] == "TRACKED"
            for number, row in (before or self.books)["clips"].items()
        )
        assert self.sound, "\n".join(wrong)
        self.seen["looks"] += 1

    def teardown(self) -> None:
        self.ground.run(self.eyes.close())
        found = self.ground.run(self.audited())
        assert not found or not self.sound, f"the audit found what the checker did not: {found}"
        self.seen.update(reached(self.books))
        self.seen["runs of the machine"] += 1

    async def audited(self) -> list[str]:
        try:
            return await findings(self.database)
        finally:
            await self.database.dispose()

    # -- how it is done
    # ------------------------------------------------------------------------------------------

    def one(self, table: str, pick: int, fits: frozenset[str] | None = None) -> int:
        """A row's id, counted from the newest, most often of one whose state fits; 0, which nobody
        has, if none is.
        """
        rows = self.books[table]
        fitting = [key for key, row in rows.items() if fits and row[STATE_OF[table]] in fits]
        choice = fitting if fitting and pick != ANY else list(rows)
        return choice[-1 - pick % len(choice)] if choice else 0

    def act(self, work: Awaitable[object]) -> None:
        self.ground.run(self.unless_refused(work))

    async def unless_refused(self, work: Awaitable[object]) -> None:
        try:
            await work
        except SwiviError:
            self.seen["refusals"] += 1

    def write(self, work: Callable[[Any], Awaitable[object]]) -> None:
        self.act(self.writing(work))

    async def writing(self, work: Callable[[Any], Awaitable[object]]) -> None:
        async with self.database.writing() as session:
            await work(session)

    def changing(self, campaign: int, changed: dict[str, Any]) -> Coroutine[Any, Any, None]:
        number = self.one("campaigns", campaign, UNFINISHED)
        return self.writing(lambda session: campaigns.change(session, self.admin, number, changed))

    def completing(self, campaign: int, *, force: bool) -> Coroutine[Any, Any, object]:
        number = self.one("campaigns", campaign, UNDER_WAY)
        return self.tracker.complete(number, actor=self.admin, reason="Over.", force=force)

    def reviewing(self, submission: int, approve: bool) -> Coroutine[Any, Any, None]:
        pending = [
            number
            for number, row in self.books["clip_submissions"].items()
            if row["status"] == "PENDING"
        ]
        number = (
            pending[submission % len(pending)]
            if pending
            else self.one("clip_submissions", submission)
        )
        if approve:
            return self.writing(lambda session: review.approve(session, self.admin, number))
        return self.writing(lambda session: review.reject(session, self.admin, number, "No."))

    def revoking(self, clip: int) -> Coroutine[Any, Any, None]:
        number = self.one("clips", clip, TRACKED)
        return self.writing(lambda session: review.revoke(session, self.admin, number, "Fraud."))

    def asking(
        self, clipper: int, percent: int, fee: int, key: str | None
    ) -> Coroutine[Any, Any, None]:
        by = self.clippers[clipper % 3]
        user = self.books["users"][by.user_id]
        amount = (user["total_earnings"] - user["paid"] - user["reserved"]) * percent // 100
        return self.writing(
            lambda session: payouts.request(
                session,
                by,
                amount=format_dollars(max(1, amount)),
                method="paypal",
                details="casey@swivi.test",
                terms=PayoutTerms(MINIMUM, Decimal(fee)),
                idempotency_key=key,
            )
        )

    def deciding(self, request: int, action: str, transaction: int) -> Coroutine[Any, Any, None]:
        number = self.one("payout_requests", request, DECIDED_FROM[action])
        said = {"transaction_id": f"TX-{transaction}", "notes": "So."}
        return self.writing(
            lambda session: payouts.process(session, self.admin, number, action, **said)
        )

    def cancelling(self, request: int, by: Actor | None = None) -> Coroutine[Any, Any, None]:
        number = self.one("payout_requests", request, PENDING)
        owner = self.books["payout_requests"].get(number, {}).get("user_id")
        actor = by or next(
            (each for each in self.clippers if each.user_id == owner), self.clippers[0]
        )
        return self.writing(lambda session: payouts.cancel(session, actor, number))

    def say(self, found: dict[int, tuple[str, int]]) -> None:
        """What the scraper finds from now on; of a video that nobody spoke of, it finds what it
        found before.
        """
        for pick, (way, views) in found.items():
            clip = self.books["clips"].get(self.one("clips", pick, TRACKED | GONE))
            if clip is None:
                continue
            impossible = 1_000 * max(1, clip["peak_views"]) + 1_000_001
            counts = {
                "rises": clip["peak_views"] + views,
                "leaps": impossible,
                "falls": clip["views"] // 2,
                "zero": 0,
            }
            outcome = Outcome.OK if way in counts else Outcome(way)
            self.readers.tell(
                VideoRef(Platform(clip["platform"]), clip["external_id"]), counts.get(way), outcome
            )

    def dies(
        self, work: Callable[[Tracker], Awaitable[object]], writes: int, before_commit: bool
    ) -> int:
        """Whether the process that does `work` died of it; its lease ends in any case."""

        async def act() -> int:
            mortal = MortalDatabase(self.database, writes=writes, before_commit=before_commit)
            died = 0
            try:
                await self.unless_refused(work(Tracker(mortal, self.readers, OPTIONS)))
            except Died:
                died = 1
            async with self.database.writing() as session:
                await session.execute(text("DELETE FROM leases"))
            return died

        died = self.ground.run(act())
        self.look()
        return died

    def twin(self) -> str | None:
        """The URL of a copy of the database as it is now, where it is a file."""
        if not self.database.is_sqlite:
            return None
        path = Path(self.url.removeprefix("sqlite:///"))
        return f"sqlite:///{self.eyes.copy_to(path.with_name('twin.db'))}"

    async def run_of(self, url: str) -> ReconciliationState:
        """The books of the twin after the very run that died here."""
        database, eyes = self.ground.database(url), Eyes(url)
        try:
            with suppress(SwiviError):
                await Tracker(database, self.readers, OPTIONS).run(Trigger.CLI)
            return await eyes.books()
        finally:
            await eyes.close()
            await database.dispose()


def moved(books: ReconciliationState) -> list[tuple[object, ...]]:
    """The ledger without what differs between two processes: ids of rows and moments."""
    names = ("kind", "amount", "debit_account", "credit_account", "clip_id", "run_id")
    return sorted(
        tuple(str(row[name]) for name in names) for row in books["ledger_transfers"].values()
    )


def reached(books: ReconciliationState) -> Counter[str]:
    """What came of a run."""
    found = Counter(f"transfers: {row['kind']}" for row in books["ledger_transfers"].values())
    found += Counter(f"requests: {row['status']}" for row in books["payout_requests"].values())
    found += Counter(f"campaigns: {row['status']}" for row in books["campaigns"].values())
    found += Counter(f"clips: {row['state']}" for row in books["clips"].values())
    found += Counter(f"holds: {row['decision'] or 'open'}" for row in books["clip_holds"].values())
    found += Counter(f"readings: {row['outcome']}" for row in books["view_tracking"].values())
    exhausted = [
        row
        for row in books["campaigns"].values()
        if row["completed_at"] and row["spent"] == row["budget"]
    ]
    return found + Counter(
        {"campaigns exhausted": len(exhausted), "tracking runs": len(books["tracking_runs"])}
    )
