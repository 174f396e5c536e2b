"""What the demo and other tests rely on in the simulator of the Apify API."""

import asyncio
import gzip
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount

from swivi.core.clock import now
from swivi.demo.simulator import create_simulator
from swivi.demo.simulator_api import MAX_BODY_BYTES
from swivi.demo.simulator_growth import FIRST_DAY, mint_id, views_at
from swivi.demo.simulator_items import MAX_LINKS_PER_RUN
from swivi.demo.simulator_state import MAX_INPUT_KEPT, MAX_RUNS_KEPT, SimulatorState
from swivi.domain.platforms.links import recognise
from swivi.domain.platforms.models import Outcome, Platform, VideoRef
from swivi.domain.platforms.readers.apify import ApifyReaders
from swivi.settings import Settings
from tests.servers import ROOT, free_port
from tests.simulator import RunningSimulator

VIDEO = VideoRef(Platform.TIKTOK, "7592641437091532062")
ids = st.text("abcXYZ019_-", min_size=11, max_size=11) | st.integers(10**14, 10**20 - 1).map(str)
moments = st.datetimes(datetime(2026, 9, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(ids, moments, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_views_never_fall(external_id: str, when: datetime, later: timedelta) -> None:
    assert 0 <= views_at(external_id, when) <= views_at(external_id, when + later)


@given(
    st.sampled_from(Platform),
    moments.filter(lambda moment: moment > FIRST_DAY),
    st.integers(0, 2**24 - 1),
)
def test_a_minted_video_is_modest_until_it_takes_off_and_then_grows_by_the_minute(
    platform: Platform, take_off: datetime, serial: int
) -> None:
    ref = VideoRef(platform, mint_id(platform, take_off, serial))
    assert recognise(ref.canonical_url) == ref
    minutes = [
        views_at(ref.external_id, take_off + timedelta(minutes=minute)) for minute in range(-1, 12)
    ]
    assert minutes[0] < 80_000
    assert all(100 <= later - earlier <= 5_000 for earlier, later in pairwise(minutes[2:]))


@pytest.mark.parametrize("platform", Platform)
def test_serials_make_different_ids(platform: Platform) -> None:
    take_off = now()
    assert len({mint_id(platform, take_off, serial) for serial in range(10_000)}) == 10_000


async def test_what_it_says_agrees_with_the_history_that_a_seed_can_compute(
    simulator: RunningSimulator,
) -> None:
    async with ApifyReaders("a-token", simulator.url) as readers:
        before = now()
        reading = await readers.for_platform(VIDEO.platform).read_one(VIDEO)
    assert reading.views is not None
    assert (
        views_at(VIDEO.external_id, before) <= reading.views <= views_at(VIDEO.external_id, now())
    )


async def test_a_script_gives_each_run_its_next_value_and_stays_at_the_last(
    simulator: RunningSimulator,
) -> None:
    simulator.script(VIDEO, 100, 250)
    async with ApifyReaders("a-token", simulator.url) as readers:
        reader = readers.for_platform(VIDEO.platform)
        assert [(await reader.read_one(VIDEO)).views for _ in range(3)] == [100, 250, 250]


async def test_a_run_that_is_held_ends_when_it_is_let_go(simulator: RunningSimulator) -> None:
    simulator.set(hold=True)
    async with ApifyReaders("a-token", simulator.url) as readers:
        reader = readers.for_platform(VIDEO.platform)
        started = await reader.start([VIDEO])
        collecting = asyncio.create_task(reader.collect(started.run_id, [VIDEO]))
        assert simulator.status(simulator.runs[started.run_id]) == "RUNNING"
        simulator.set(hold=False)
        assert (await collecting).complete


async def test_twenty_five_runs_at_once_read_ten_thousand_videos(
    simulator: RunningSimulator,
) -> None:
    refs = [
        VideoRef(Platform.YOUTUBE, mint_id(Platform.YOUTUBE, now(), serial))
        for serial in range(10_000)
    ]
    async with ApifyReaders("a-token", simulator.url) as readers:
        reader = readers.for_platform(Platform.YOUTUBE)
        collected = await asyncio.gather(
            *(reader.read(refs[at : at + 400]) for at in range(0, 10_000, 400))
        )
    readings = [reading for batch in collected for reading in batch.readings]
    assert [reading.ref for reading in readings] == refs
    assert {reading.outcome for reading in readings} == {Outcome.OK}
    assert sum(simulator.runs_started.values()) == 25


def test_old_runs_are_forgotten_and_still_counted() -> None:
    state = SimulatorState()
    for _ in range(MAX_RUNS_KEPT + 10):
        state.start(
            "clockworks/tiktok-scraper", {"postURLs": [VIDEO.canonical_url]}, timeout_seconds=0
        )
    assert len(state.runs) == MAX_RUNS_KEPT
    assert state.runs_started["clockworks/tiktok-scraper"] == MAX_RUNS_KEPT + 10


STARTS = "/demo/apify/v2/actors/clockworks~tiktok-scraper/runs"


@pytest.fixture
async def mounted() -> AsyncIterator[httpx.AsyncClient]:
    """The simulator as the demo mounts it."""
    app = Starlette(routes=[Mount("/demo/apify", create_simulator(token="its-own"))])
    headers = {"Authorization": "Bearer its-own"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://app", headers=headers
    ) as client:
        yield client


async def test_mounted_in_an_app_it_opens_no_control(mounted: httpx.AsyncClient) -> None:
    started = await mounted.post(STARTS, json={"postURLs": [VIDEO.canonical_url]})
    assert started.status_code == 201
    for method, path in (("PUT", "/control"), ("DELETE", "/control"), ("GET", "/control/runs")):
        assert (await mounted.request(method, f"/demo/apify{path}")).status_code == 404


@pytest.mark.parametrize(
    "header", ["Bearer demo", "Bearer ", "Bearer its-own2", "Basic its-own", "Bearer its-öwn"]
)
async def test_mounted_in_an_app_it_lets_in_nobody_without_its_token(
    mounted: httpx.AsyncClient, header: str
) -> None:
    bearer = {"Authorization": header.encode()}
    assert (await mounted.post(STARTS, json={"postURLs": []}, headers=bearer)).status_code == 401
    assert (await mounted.get("/demo/apify/v2/actor-runs/none", headers=bearer)).status_code == 401


def test_the_demos_token_is_random_and_one_for_the_whole_process() -> None:
    demo, again = Settings(demo=True), Settings(demo=True)
    assert demo.scraper_token == again.scraper_token
    assert len(demo.scraper_token or "") >= 32
    command = "from swivi.settings import Settings; print(Settings(demo=True).scraper_token)"
    other = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert other.stdout.strip() not in ("", "None", demo.scraper_token)


def packed(size: int) -> bytes:
    return gzip.compress(b'{"postURLs": [], "x": "' + b"0" * size + b'"}')


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (packed(1_000), "gzip", 201),
        (packed(MAX_BODY_BYTES), "gzip", 413),
        (packed(50_000_000), "gzip", 413),
        (packed(1_000)[:-12], "gzip", 400),
        (b"no gzip", "gzip", 400),
        (b" " * (MAX_BODY_BYTES + 1), "identity", 413),
        (b"[" * MAX_BODY_BYTES, "identity", 400),
    ],
    ids=["small", "at the bound", "a bomb", "cut off", "no gzip", "too large", "deep"],
)
async def test_what_a_request_unpacks_to_is_bounded(
    mounted: httpx.AsyncClient, body: bytes, encoding: str, status: int
) -> None:
    tracemalloc.start()
    answer = await mounted.post(STARTS, content=body, headers={"Content-Encoding": encoding})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == status
    assert peak < 40 * MAX_BODY_BYTES


async def test_a_run_takes_a_bounded_number_of_links_and_numbers(
    mounted: httpx.AsyncClient,
) -> None:
    links = [VIDEO.canonical_url] * MAX_LINKS_PER_RUN
    assert (await mounted.post(STARTS, json={"postURLs": links})).status_code == 201
    assert (await mounted.post(STARTS, json={"postURLs": [*links, links[0]]})).status_code == 400
    assert (await mounted.post(STARTS, json={"postURLs": {links[0]: 1}})).status_code == 400
    assert (
        await mounted.post(f"{STARTS}?timeout={'9' * 5_000}", json={"postURLs": links})
    ).status_code == 400


def test_inputs_that_are_kept_are_bounded_in_all() -> None:
    state = SimulatorState()
    large = {"postURLs": [VIDEO.canonical_url], "x": "0" * (MAX_INPUT_KEPT // 10)}
    for _ in range(30):
        newest = state.start("clockworks/tiktok-scraper", large, timeout_seconds=0)
    assert len(state.runs) == 9
    assert newest.id in state.runs
    state.reset()
    state.start("clockworks/tiktok-scraper", large, timeout_seconds=0)
    assert len(state.runs) == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("clockworks~tiktok-scraper", {"postURLs": ["https://www.tiktok.com/@x"]}, 400),
        ("clockworks~tiktok-scraper", {"urls": []}, 400),
        ("clockworks~tiktok-scraper", ["no object"], 400),
        ("nobody~nothing", {}, 404),
    ],
)
async def test_a_run_that_the_real_actor_would_not_take_is_refused(
    simulator: RunningSimulator, path: str, body: object, status: int
) -> None:
    async with httpx.AsyncClient(
        trust_env=False, headers={"Authorization": "Bearer a-token"}
    ) as client:
        answer = await client.post(f"{simulator.url}/v2/actors/{path}/runs", json=body)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"type", "message"}


@pytest.fixture
def process_url() -> Iterator[str]:
    """The simulator as a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "swivi.demo.simulator", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"Simulator ready at http://127.0.0.1:{port}\n"
        yield f"http://127.0.0.1:{port}"
        process.terminate()


async def test_as_a_process_it_is_pulled_over_http(
    process_url: str, simulator: RunningSimulator
) -> None:
    script = {
        "videos": {f"{VIDEO.platform}/{VIDEO.external_id}": {"views": [7, "8"], "state": "ok"}}
    }
    async with (
        httpx.AsyncClient(base_url=process_url, trust_env=False) as control,
        ApifyReaders("a-token", process_url) as readers,
    ):
        reader = readers.for_platform(VIDEO.platform)
        assert (
            await control.put("/control", json=script | {"token": "a-token"})
        ).status_code == 200
        assert (await control.put("/control", json={"no such": 1})).status_code == 400
        assert [(await reader.read_one(VIDEO)).views for _ in range(2)] == [7, 8]
        told = (await control.get("/control/runs")).json()
        assert told["started"] == {"clockworks/tiktok-scraper": 2}
        assert told["runs"][0]["input"]["postURLs"] == [VIDEO.canonical_url]
        assert (await control.delete("/control")).status_code == 204
        assert (await control.get("/control/runs")).json() == {"started": {}, "runs": []}
