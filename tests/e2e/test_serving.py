"""One production build serves pages, websocket and API on one port, on any port, under any host
name.

It holds what the server relies on inside Reflex 0.10.1: two internal settings (scripts/serve.py)
and two lines of generated JavaScript (swivi/reflex_ext/one_origin.py).
"""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Page, WebSocket

from swivi.core.db import Database
from tests.factories import a_clipper
from tests.servers import NOTHING_OUTSIDE, ROOT, AppServer, free_port, listens

pytestmark = pytest.mark.asyncio(loop_scope="session")

STATE_ARRIVED = "42"
"""How a Socket.IO message with an event begins: the server's answer to the page's first question.
"""

ANSWER_SECONDS = 20


@pytest.fixture(scope="module")
def server(front_end: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    home = tmp_path_factory.mktemp("serving")
    with AppServer({"DATABASE_URL": f"sqlite:///{home}/swivi.db"}, home / "log") as server:
        yield server


@pytest.fixture(scope="module")
def named_server(front_end: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    home = tmp_path_factory.mktemp("named")
    database = f"sqlite:///{home}/swivi.db"
    with AppServer(
        {"DATABASE_URL": database, "SWIVI_PUBLIC_URL": "http://swivi.lan"}, home / "log"
    ) as server:
        yield server


async def websocket_of_live_page(page: Page, url: str) -> WebSocket:
    """Opens a page and returns its websocket once the page's state came through it."""
    live: asyncio.Future[WebSocket] = asyncio.get_running_loop().create_future()

    def watch(websocket: WebSocket) -> None:
        websocket.on("framereceived", lambda frame: heard(websocket, frame))

    def heard(websocket: WebSocket, frame: str | bytes) -> None:
        if str(frame).startswith(STATE_ARRIVED) and not live.done():
            live.set_result(websocket)

    page.on("websocket", watch)
    await page.goto(url)
    return await asyncio.wait_for(live, ANSWER_SECONDS)


async def get(server: AppServer, path: str, **headers: str) -> httpx.Response:
    """What the server answers; of a websocket's handshake only the head."""
    async with (
        httpx.AsyncClient() as client,
        client.stream("GET", server.url + path, headers=headers) as answer,
    ):
        return answer


def build_as_it_is() -> dict[str, int]:
    """Every file of the build folder, less the packages, with its time of change in nanoseconds."""
    web = ROOT / ".web"
    files = (path for path in web.rglob("*") if path.is_file() and "node_modules" not in path.parts)
    return {str(path.relative_to(web)): path.stat().st_mtime_ns for path in files}


async def test_two_servers_share_one_build_and_write_nothing_into_it(
    server: AppServer, start_server: Callable[..., AppServer], page: Page
) -> None:
    built = build_as_it_is()
    for each in (server, start_server()):
        websocket = await websocket_of_live_page(page, each.url)
        assert urlsplit(websocket.url).port == each.port
        assert (await get(each, "/api/health")).is_success
    assert build_as_it_is() == built


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "swivi.lan"])
async def test_a_page_is_live_under_its_public_name_and_loopback_names(
    named_server: AppServer, page: Page, host: str
) -> None:
    websocket = await websocket_of_live_page(page, f"http://{host}:{named_server.port}")
    assert urlsplit(websocket.url).netloc == f"{host}:{named_server.port}"


async def test_other_names_are_refused_by_pages_api_and_websocket_and_answered_to_probes(
    server: AppServer,
) -> None:
    rebound = {"Host": f"rebound.example:{server.port}"}
    page, endpoint = (
        await get(server, "/login/", **rebound),
        await get(server, "/api/campaigns", **rebound),
    )
    assert (page.status_code, endpoint.status_code) == (421, 421)
    assert endpoint.headers["content-type"] == "application/json"
    assert (await get(server, "/api/ready", **rebound)).is_success
    handshake = await websocket_handshake(server, origin=f"http://{rebound['Host']}", **rebound)
    assert handshake == httpx.codes.FORBIDDEN


@pytest.mark.parametrize("path", ["/login?next=%2Fadmin", "/api/health/?status=active"])
async def test_redirects_of_trailing_slashes_name_no_host_and_no_scheme(
    server: AppServer, path: str
) -> None:
    location = (await get(server, path)).headers["location"]
    assert location.startswith("/")
    assert location.partition("?")[2] == path.partition("?")[2]


async def test_a_redirect_leads_to_no_other_host(server: AppServer) -> None:
    for path in ("//evil.example/login", "/%2Fevil.example/api", "/api//evil.example/"):
        location = (await get(server, path)).headers.get("location", "/")
        assert re.match(r"/[^/\\]", location) or location == "/", path


async def test_files_are_sent_compressed_whole_to_a_head_and_not_again_to_who_has_them(
    server: AppServer,
) -> None:
    async with httpx.AsyncClient(base_url=server.url) as http:
        plain = await http.get("/swivi.css", headers={"Accept-Encoding": "identity"})
        squeezed = await http.get("/swivi.css", headers={"Accept-Encoding": "gzip"})
        assert squeezed.headers["content-encoding"] == "gzip"
        assert (
            int(squeezed.headers["content-length"])
            < len(plain.content)
            == int(plain.headers["content-length"])
        )
        assert squeezed.text == plain.text
        head = await http.head("/swivi.css", headers={"Accept-Encoding": "identity"})
        assert (head.content, head.headers["content-length"]) == (
            b"",
            plain.headers["content-length"],
        )
        known = {"If-None-Match": plain.headers["etag"], "Accept-Encoding": "identity"}
        again = await http.get("/swivi.css", headers=known)
        assert (again.status_code, again.content) == (304, b"")
        assert "server" not in again.headers


async def test_the_websocket_refuses_pages_of_other_sites(server: AppServer) -> None:
    assert await websocket_handshake(server, origin=server.url) == httpx.codes.SWITCHING_PROTOCOLS
    assert await websocket_handshake(server, origin="http://evil.example") == httpx.codes.FORBIDDEN


async def websocket_handshake(server: AppServer, origin: str, **more: str) -> int:
    """The status the server answers a browser's websocket handshake with."""
    headers = {
        "Origin": origin,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        **more,
    }
    return (
        await get(server, f"/_event/?EIO=4&transport=websocket&token={uuid4()}", **headers)
    ).status_code


async def test_unknown_addresses_are_answered_by_the_side_they_belong_to(server: AppServer) -> None:
    page, endpoint = await get(server, "/no-such-page"), await get(server, "/api/no-such-endpoint")
    assert (page.status_code, endpoint.status_code) == (404, 404)
    assert page.headers["content-type"].startswith("text/html")
    assert endpoint.headers["content-type"].startswith("application/json")


async def test_browsers_keep_hashed_files_for_ever_and_ask_for_all_others(
    server: AppServer,
) -> None:
    page = await get_text(server, "/")
    script = re.search(r"/assets/[^\"]+\.js", page)
    assert script is not None
    assert "immutable" in (await get(server, script[0])).headers["cache-control"]
    for path in ("/", "/swivi.css", "/campaigns/1", "/api/health", "/assets/gone.js"):
        rule = (await get(server, path)).headers["cache-control"]
        assert rule in ("no-cache", "private, no-cache", "no-store"), path


async def test_a_page_with_an_id_has_something_to_paint_before_its_scripts(
    server: AppServer,
) -> None:
    assert "Loading" in await get_text(server, "/campaigns/1")


async def test_what_a_page_is_painted_with_goes_before_its_scripts(server: AppServer) -> None:
    page = await get_text(server, "/login/")
    preloads = re.findall(r'<link[^>]*rel="modulepreload"[^>]*>', page)
    assert preloads
    assert all('fetchpriority="low"' in preload for preload in preloads)
    assert [script for script in re.findall(r"<script[^>]*>", page) if "module" in script] == [
        '<script type="module">'
    ]


async def get_text(server: AppServer, path: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(server.url + path)).text


async def test_a_server_asked_to_stop_leaves_no_process_behind(
    start_server: Callable[..., AppServer], page: Page
) -> None:
    server = start_server()
    await websocket_of_live_page(page, server.url)
    assert server.stop() == 0
    assert not listens(server.port)


async def test_a_taken_port_is_refused_instead_of_shared(server: AppServer) -> None:
    assert f"cannot listen on 127.0.0.1 port {server.port}" in await refusal(PORT=str(server.port))


async def test_the_demo_is_refused_on_a_database_of_somebody_else(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path)}"
    database = Database(url)
    await a_clipper(database)
    await database.dispose()
    told = await refusal(PORT=str(free_port()), DATABASE_URL=url, SWIVI_DEMO="1")
    assert told.splitlines()[-1].startswith("swivi: This database has users of its own")


async def refusal(**environment: str) -> str:
    """What a server that does not start says."""
    refused = await asyncio.create_subprocess_exec(
        sys.executable,
        ROOT / "scripts" / "serve.py",
        env={**os.environ, **NOTHING_OUTSIDE, "HOST": "127.0.0.1", **environment},
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaint = await refused.communicate()
    assert refused.returncode == 1
    return complaint.decode()
