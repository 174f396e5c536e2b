"""Three processes of one Swivi, as on three machines; between them and everybody a load
balancer.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio
from sqlmodel import col, select

from swivi.core.db import Database
from swivi.core.money import Cents
from swivi.domain.accounts import sessions, tokens
from swivi.domain.accounts.actor import Actor
from swivi.domain.payouts.models import PayoutRequest
from swivi.domain.platforms.models import VideoRef
from swivi.domain.tracking.models import RunStatus, TrackingRun
from tests import factories
from tests.balancer import Balancer
from tests.many.dashboards import Dashboard
from tests.servers import NEVER, AppServer, Postgres, Redis, running_postgres, running_redis
from tests.simulator import RunningSimulator

PROCESSES = 3
CRON_SECRET = "cron-secret-of-many-with-32-characters"
CLIPPERS = 4
CAMPAIGNS = 6
CLIPS = 5
"""In each campaign: a slice, in batches of one."""

PER_ROUND = 400
"""Views by which each clip grows from round to round: $1.00."""


@dataclass
class Many:
    """The servers and what they stand on, and clippers who look at their dashboards from one test
    to the next.
    """

    servers: Sequence[AppServer]
    url: str
    """The balancer's."""
    postgres: Postgres
    redis: Redis
    database: Database
    simulator: RunningSimulator
    clippers: list[Actor] = field(default_factory=list)
    dashboards: list[Dashboard] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    """Each clipper's session."""
    videos: list[VideoRef] = field(default_factory=list)
    rounds: int = 0

    async def furnish(self) -> None:
        """Clippers with a dashboard each, and approved clips in several campaigns."""
        admin = await factories.an_admin(self.database)
        self.clippers = [await factories.a_clipper(self.database) for _ in range(CLIPPERS)]
        for number in range(CAMPAIGNS):
            campaign = await factories.a_campaign(self.database, admin)
            for clip in range(CLIPS):
                video = factories.tiktok(number * 100 + clip)
                self.videos.append(video)
                await factories.a_clip(
                    self.database, self.clippers[clip % CLIPPERS], admin, campaign, video
                )
        for clipper in self.clippers:
            async with self.database.writing() as session:
                cookie = await sessions.open_session(session, clipper.user_id)
            self.cookies.append(cookie)
            self.dashboards.append(Dashboard(self.url, cookie))

    async def next_round(self, *, run_seconds: float) -> None:
        """All clips have grown; each scraper run takes so long.

        The processes are up, and the dashboards are right.
        """
        await self.all_show_the_truth()
        self.rounds += 1
        self.simulator.reset()
        self.simulator.set(run_seconds=run_seconds)
        for video in self.videos:
            self.simulator.script(video, self.rounds * PER_ROUND)

    async def all_show_the_truth(self) -> None:
        """Returns once each dashboard shows what its clipper has earned in all rounds."""
        for number, dashboard in enumerate(self.dashboards):
            await dashboard.shows(self.truth_for(number, self.rounds))

    def truth_for(self, number: int, rounds: int) -> Cents:
        """What this clipper has earned after so many rounds."""
        clips = sum(clip % CLIPPERS == number for clip in range(CLIPS)) * CAMPAIGNS
        return rounds * clips * 100

    async def track(self, server: AppServer) -> httpx.Response | None:
        """Have this process run tracking; None if it did not live to answer."""
        headers = {"Authorization": f"Bearer {CRON_SECRET}"}
        try:
            async with httpx.AsyncClient(timeout=120) as http:
                return await http.post(f"{server.url}/api/cron/view-tracking", headers=headers)
        except httpx.TransportError:
            return None

    async def token_of(self, number: int) -> str:
        """A new API token of this clipper."""
        async with self.database.writing() as session:
            return (await tokens.issue(session, self.clippers[number].user_id)).token

    async def requests_of(self, number: int) -> list[PayoutRequest]:
        """This clipper's payout requests, oldest first."""
        async with self.database.reading() as session:
            found = await session.exec(
                select(PayoutRequest)
                .where(PayoutRequest.user_id == self.clippers[number].user_id)
                .order_by(col(PayoutRequest.id))
            )
            return list(found.all())

    async def newest_run(self) -> TrackingRun:
        async with self.database.reading() as session:
            return (
                await session.exec(
                    select(TrackingRun).order_by(col(TrackingRun.id).desc()).limit(1)
                )
            ).one()

    async def at_rest(self) -> bool:
        """Whether no tracking run is under way."""
        return not await self.running()

    async def running(self) -> bool:
        """Whether one is."""
        async with self.database.reading() as session:
            found = await session.exec(
                select(TrackingRun.id).where(TrackingRun.status == RunStatus.RUNNING)
            )
            return found.first() is not None


TotpStatus = tuple[list[AppServer], str, Postgres, Redis, str]


@pytest.fixture(scope="session")
def standing(
    front_end: None, _simulator_server: RunningSimulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TotpStatus]:
    """The processes and what they stand on."""
    home = tmp_path_factory.mktemp("many")
    with ExitStack() as stack:
        postgres, redis = (
            stack.enter_context(running_postgres()),
            stack.enter_context(running_redis()),
        )
        database_url = postgres.create_database()
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis.url,
            "APIFY_API_KEY": "key",
            "APIFY_API_URL": _simulator_server.url,
            "CRON_SECRET": CRON_SECRET,
            "SWIVI_MIN_PAYOUT": "1.00",
            "SWIVI_TRACKING_CRON": NEVER,
            "SWIVI_TRACKING_BATCH_SIZE": "1",
            "SWIVI_TRACKING_CONCURRENCY": "2",
            "SWIVI_TRACKING_BATCH_PAUSE_SECONDS": "0",
        }
        servers = [AppServer(environment, home / f"log-{number}") for number in range(PROCESSES)]
        for server in servers:
            stack.callback(server.stop)
        with ThreadPoolExecutor() as at_once:
            list(at_once.map(AppServer.start, servers))
        balancer = stack.enter_context(Balancer([server.port for server in servers]))
        yield servers, balancer.url, postgres, redis, database_url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def many(standing: TotpStatus, _simulator_server: RunningSimulator) -> AsyncIterator[Many]:
    """See Many."""
    servers, url, postgres, redis, database_url = standing
    database = Database(database_url)
    crew = Many(servers, url, postgres, redis, database, _simulator_server)
    await crew.furnish()
    yield crew
    for dashboard in crew.dashboards:
        dashboard.close()
    await database.dispose()
