"""No request of a stranger costs the server seconds of processor time."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.test_costly_bodies import COSTLY
from tests.doors.wire import HYDRATE, HandshakeRefused, Tab, place
from tests.servers import AppServer

TICKS = os.sysconf("SC_CLK_TCK")
MOST_SECONDS = 1.0
"""Processor time allowed for one request. Each of these once took 1.7 to 30 seconds."""

JSON = {"Content-Type": "application/json"}
QUOTED = 'other="' + "\\0" * 7_000 + '"'
COSTLY_PASSWORD = "4@8({[<369&#!1/|0$5+7%2" * 2


@pytest.fixture(scope="module")
def server(
    front_end: None, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppServer]:
    home = tmp_path_factory.mktemp("costly")
    shutil.copy(migrated_sqlite, home / "swivi.db")
    with AppServer({"DATABASE_URL": f"sqlite:///{home}/swivi.db"}, home / "log") as started:
        yield started


def processor_seconds(server: AppServer) -> float:
    """Return the processor time of the server's processes so far, in seconds."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(told[2]) == server.group:
            ticks += int(told[11]) + int(told[12])
    return ticks / TICKS


@pytest.fixture
def cheap(server: AppServer) -> Iterator[None]:
    """Fail the test if the server uses more processor time than allowed."""
    before = processor_seconds(server)
    yield
    assert httpx.get(f"{server.url}/api/health").is_success
    assert processor_seconds(server) - before < MOST_SECONDS


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("kind", COSTLY)
def test_a_costly_body_is_cheap_to_refuse(server: AppServer, kind: str) -> None:
    for path in ("signup", "token"):
        content = COSTLY[kind].encode("latin-1")
        answer = httpx.post(f"{server.url}/api/auth/{path}", content=content, headers=JSON)
        assert answer.status_code in (400, 413)


@pytest.mark.usefixtures("cheap")
def test_a_costly_password_is_cheap_to_judge(server: AppServer) -> None:
    body = {"email": "costly@swivi.test", "name": "Casey", "password": COSTLY_PASSWORD}
    assert httpx.post(f"{server.url}/api/auth/signup", json=body).status_code == 201


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("path", ["sign-in", "sign-up", "forgot", "reset", "verify", "code"])
def test_a_long_form_is_cheap_to_refuse(server: AppServer, path: str) -> None:
    for size, status in ((990_000, 413), (5_000, 400)):
        form = {"email": "a" * size + "@b.co"}
        answer = httpx.post(f"{server.url}/auth/{path}", data=form, headers={"Origin": server.url})
        assert answer.status_code == status


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize("path", ["/", "/api/clippers/dashboard", "/auth/sign-out"])
def test_a_cookie_full_of_quotes_is_cheap_to_read(server: AppServer, path: str) -> None:
    headers = {"Cookie": QUOTED, "Origin": server.url}
    for _ in range(3):
        answer = httpx.request(
            "POST" if "auth" in path else "GET", server.url + path, headers=headers
        )
        assert answer.status_code < 500


@pytest.mark.usefixtures("cheap")
async def test_a_long_place_is_refused_with_the_first_event(server: AppServer) -> None:
    for query in (
        {"q": "x" * 120_000},
        {f"q{number}": "x" for number in range(1_500)},
        {"splat": ["x" * 90] * 999},
    ):
        first = {"name": HYDRATE, "payload": {}, "router_data": place("/") | {"query": query}}
        with pytest.raises(HandshakeRefused):
            await Tab(server.url).connect(boot=first)
    for address in ("[::1", "//" + "x" * 5_000):
        first = {"name": HYDRATE, "payload": {}, "router_data": place(address)}
        with pytest.raises(HandshakeRefused):
            await Tab(server.url).connect(boot=first)


async def test_a_handshake_with_a_long_query_is_refused(server: AppServer) -> None:
    tab = Tab(server.url)
    with pytest.raises(HandshakeRefused, match="403"):
        await tab.open(query="EIO=4&transport=websocket&more=" + "x" * 1_000)
