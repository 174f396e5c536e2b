"""A served Swivi with users and their data, and access to its log and database."""

import hashlib
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sqlmodel import select

from swivi.core import clock
from swivi.core.db import Database
from swivi.domain.accounts import sessions, social, tokens, totp
from swivi.domain.accounts.actor import Actor
from swivi.domain.accounts.models import Authenticator, SignInSession, User, UserStatus
from swivi.domain.notifications.models import Notification
from swivi.domain.payouts import destinations
from swivi.domain.payouts import service as payouts
from swivi.domain.payouts.terms import PayoutTerms
from swivi.domain.tracking import manual_readings
from swivi.domain.tracking.models import Trigger
from swivi.runtime.runtime import open_runtime
from swivi.settings import Settings
from tests import factories
from tests.doors.wire import SECONDS, Tab
from tests.servers import AppServer
from tests.simulator import RunningSimulator

BOOKKEEPING = {
    *(
        "sessions",
        "rate_limits",
        "leases",
        "audits",
        "audit_log",
        "sqlite_sequence",
        "idempotent_answers",
    ),
    *("seals", "sealed_slices", "seal_checks"),
}
"""Tables that requests write to without an action, or that the schedule writes to."""


@dataclass(frozen=True)
class Person:
    """A user. A guest has no actor. An impostor has no actor but a made-up cookie."""

    kind: str
    actor: Actor | None = None
    cookie: str | None = None

    @property
    def id(self) -> int:
        assert self.actor is not None
        return self.actor.user_id


@dataclass(frozen=True)
class House:
    """The served app, its users, and Ann's rows: `ids` has their ids by argument name."""

    server: AppServer
    database_path: Path
    people: Mapping[str, Person]
    ids: Mapping[str, int]
    secrets: Mapping[str, str]
    """Texts that no browser may receive, by description."""

    @property
    def url(self) -> str:
        return self.server.url

    async def signed_in(self, who: str) -> Tab:
        """Return a new tab of this user, in a browser of its own. It is not connected yet."""
        return Tab(self.url, cookie=await self.cookie_of(self.people[who]))

    async def newcomer(self, like: str) -> tuple[Person, Tab]:
        """Return a new user of the same kind, for destructive tests, and a tab of theirs."""
        person = self.people[like]
        if person.actor is not None and like != "disabled":
            async with self.elsewhere() as database:
                make = factories.an_admin if like == "admin" else factories.a_clipper
                person = Person(like, await make(database, "New Comer"))
        return person, Tab(self.url, cookie=await self.cookie_of(person))

    async def cookie_of(self, person: Person) -> str | None:
        """Return the value of a new session cookie; None for a guest."""
        if person.actor is None:
            return person.cookie
        async with self.elsewhere() as database, database.writing() as session:
            return await sessions.open_session(session, person.id)

    def digest(
        self, *, but: set[str] = BOOKKEEPING, of_others_than: Person | None = None
    ) -> dict[str, str]:
        """Return a hash of each table, without the tables `but` and this person's rows."""
        with sqlite3.connect(f"file:{self.database_path}?mode=ro", uri=True) as database:
            names = {
                name
                for (name,) in database.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                )
            } - but
            rows = {name: database.execute(f"SELECT * FROM {name}") for name in sorted(names)}
            return {name: _digest(name, found, of_others_than) for name, found in rows.items()}

    def at_rest(self) -> None:
        """Return once no tracking run is active."""

        def under_way() -> Lines:
            with sqlite3.connect(f"file:{self.database_path}?mode=ro", uri=True) as database:
                running = "SELECT CAST(id AS TEXT) FROM tracking_runs WHERE status = 'RUNNING'"
                rows = database.execute(
                    f"{running} UNION ALL SELECT name FROM leases WHERE name LIKE 'tracking%'"
                )
                return [{"id": row} for (row,) in rows]

        _once(under_way, lambda found: not found)

    @asynccontextmanager
    async def elsewhere(self) -> AsyncIterator[Database]:
        """Open the database as another process does."""
        database = Database(f"sqlite:///{self.database_path}")
        try:
            yield database
        finally:
            await database.dispose()

    def log_size(self) -> int:
        return self.server.log.stat().st_size

    def lines(self, since: int) -> list[dict[str, Any]]:
        """Return the log lines after this position. Lines that are no JSON become errors."""
        with self.server.log.open("rb") as log:
            log.seek(since)
            written = log.read().decode()
        return [
            json.loads(line)
            if line.startswith("{")
            else {"message": line, "logger": "?", "level": "ERROR"}
            for line in written[: written.rfind("\n") + 1].splitlines()
        ]

    def outcomes(
        self, since: int, count: int, handlers: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """Wait for the log lines of `count` events and of these handlers, and return them.

        Refused messages count too.
        """

        def told() -> list[dict[str, Any]]:
            return [
                line
                for line in self.lines(since)
                if "outcome" in line or line["logger"] == "swivi.inbox"
            ]

        return _once(
            told,
            lambda found: (
                len(found) >= count and set(handlers) <= {line.get("handler") for line in found}
            ),
        )

    def requests(self, since: int, count: int) -> list[dict[str, Any]]:
        """Wait for the log lines of `count` requests, and return them."""
        return _once(
            lambda: [line for line in self.lines(since) if "route" in line],
            lambda found: len(found) >= count,
        )


Lines: TypeAlias = list[dict[str, Any]]


def _once(look: Callable[[], Lines], enough: Callable[[Lines], bool]) -> Lines:
    """Return the lines once they are enough, or those of the last look at the timeout."""
    deadline = time.monotonic() + SECONDS
    while not enough(found := look()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def _digest(table: str, rows: sqlite3.Cursor, but: Person | None) -> str:
    columns = [column[0] for column in rows.description]
    owner = next(
        (name for name in ("user_id", "actor_id") if name in columns),
        "id" if table == "users" else None,
    )
    kept = [
        row for row in rows if but is None or owner is None or row[columns.index(owner)] != but.id
    ]
    return hashlib.sha256(repr(kept).encode()).hexdigest()


async def furnish(
    settings: Settings, simulator: RunningSimulator
) -> tuple[dict[str, Person], dict[str, int]]:
    """Create the users, and return them with Ann's ids.

    There are two clippers, an admin and a disabled clipper. Ann has one row of every kind.
    """
    async with open_runtime(settings) as running:
        database = running.database
        admin = await factories.an_admin(database, "Ada Admin")
        ann = await factories.a_clipper(database, "Ann Abendrot")
        bob = await factories.a_clipper(database, "Bob Clipper")
        gone = await factories.a_clipper(database, "Gone Clipper")
        campaign = await factories.a_campaign(database, admin, budget="1000")
        clip = await factories.a_clip(database, ann, admin, campaign, factories.tiktok(1))
        pending = await factories.a_submission(database, ann, campaign, factories.youtube(2))
        simulator.script(factories.tiktok(1), 40_000)
        run = await running.tracker.run(Trigger.CLI)
        people = {"guest": Person("guest"), "impostor": Person("impostor", cookie="made-up")}
        async with database.writing() as session:
            destination = {"method": "paypal", "details": "ann-abendrot@paypal.test"}
            asked = await payouts.request(
                session, ann, amount="50", **destination, terms=PayoutTerms(2_000)
            )
            await destinations.keep(session, ann, **destination)
            account = await social.link(session, ann, platform="tiktok", handle="ann.abendrot")
            token = await tokens.issue(session, ann.user_id, name="Ann's script")
            await tokens.issue(session, bob.user_id, name="Bob's script")
            for kind, actor in {
                "clipper": ann,
                "other clipper": bob,
                "admin": admin,
                "disabled": gone,
            }.items():
                people[kind] = Person(kind, actor)
            await sessions.open_session(session, ann.user_id, user_agent="Ann's telephone")
            telephone = (
                await session.exec(select(SignInSession).where(SignInSession.user_agent != ""))
            ).one()
            told = (
                await session.exec(select(Notification).where(Notification.user_id == ann.user_id))
            ).first()
            assert told is not None
            user = await session.get_one(User, gone.user_id)
            user.status = UserStatus.DISABLED
            await factories.record_states(session)
            key = totp.new_setup(ann.email).key
            session.add(
                Authenticator(user_id=ann.user_id, key=key, last_step=0, created_at=clock.now())
            )
        async with database.writing() as session:
            waiting = await manual_readings.read_by_hand(
                session, admin, clip.id, views=60_000, reason="Seen.", limit=1
            )
    ids = {
        "reading_id": waiting.id,
        "campaign_id": campaign.id,
        "submission_id": pending.id,
        "clip_id": clip.id,
        "request_id": asked.id,
        "account_id": account.id,
        "token_id": token.row.id,
        "user_id": ann.user_id,
        "run_id": run.id,
        "session_id": telephone.id,
        "notification_id": told.id,
    }
    return people, ids
