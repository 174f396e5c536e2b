"""What operators see of a whole server: ids on answers, lines in the log, metrics, webhooks that
are sent at once.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.async_api import Page
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.people import PASSWORD, Visitor, swivi
from tests.receiver import running_receiver
from tests.servers import AppServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

ADMIN = "ada@swivi.test"
METRICS_TOKEN = "scrape-me-with-a-token-of-32-characters"
SECONDS = 20


@pytest.fixture
def server(start_server: Callable[..., AppServer]) -> AppServer:
    server = start_server(SWIVI_ENV="test", SWIVI_LOG_FORMAT="json", METRICS_TOKEN=METRICS_TOKEN)
    swivi(server, "create-admin", ADMIN, "--password-stdin", typed=f"{PASSWORD}\n")
    return server


@pytest.fixture(scope="module")
def server_of_ids(front_end: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    home = tmp_path_factory.mktemp("ids")
    with AppServer({"DATABASE_URL": f"sqlite:///{home}/swivi.db"}, home / "log") as server:
        yield server


async def metrics(server: AppServer) -> dict[str, float]:
    """Each metric's samples added up, whatever their labels."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {METRICS_TOKEN}"}) as http:
        answer = await http.get(f"{server.url}/api/metrics")
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0) + sample.value
    return sums


async def until(server: AppServer, name: str, value: float) -> None:
    """Returns once the metric has that value; TimeoutError if it never does."""
    async with asyncio.timeout(SECONDS):
        while True:
            if (await metrics(server)).get(name, 0) == value:
                return
            await asyncio.sleep(0.2)


def logged(server: AppServer, logger: str) -> list[dict[str, Any]]:
    """What the server wrote as JSON, by that logger."""
    lines = [
        json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")
    ]
    return [line for line in lines if line["logger"] == logger]


async def test_an_open_dashboard_is_counted_and_its_events_are_logged(
    server: AppServer, page: Page
) -> None:
    visitor = Visitor(page, server)
    await visitor.signs_in(ADMIN)
    await page.wait_for_url(f"{server.url}/admin**")
    await visitor.opens("/admin/")
    await until(server, "swivi_connected_dashboards", 1)
    counted = await metrics(server)
    assert counted["swivi_event_seconds_count"] >= 1
    assert counted["swivi_request_seconds_count"] >= 1
    await page.goto("about:blank")
    await until(server, "swivi_connected_dashboards", 0)

    events = logged(server, "swivi.events")
    assert {"OverviewState.load"} <= {line["handler"] for line in events}
    assert {line["outcome"] for line in events} <= {"done", "cancelled"}, (
        "a page that is left cancels its loading"
    )
    assert all(line["request_id"] for line in events)
    assert {line["user_id"] for line in events if line["handler"] == "OverviewState.load"} == {1}
    requests = logged(server, "swivi.requests")
    assert {"/login", "/auth/sign-in", "/admin"} <= {line["route"] for line in requests}
    assert "(asset)" not in {line["route"] for line in requests}
    assert all(line["bytes"] > 0 for line in requests if line["status"] == 200)
    assert ADMIN not in server.log.read_text()


@pytest.mark.parametrize(
    "path", ["/", "/login/", "/swivi.css", "/no-such-page", "/api/health", "/api/nope", "/ping"]
)
async def test_whatever_answers_the_answer_has_an_id(server_of_ids: AppServer, path: str) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.get(
            server_of_ids.url + path, headers={"X-Request-Id": "my-own-request"}
        )
    assert answer.headers.get_list("X-Request-Id") == ["my-own-request"]


async def test_a_webhook_is_sent_by_the_server_as_soon_as_it_was_asked_to(
    server: AppServer,
) -> None:
    token = swivi(server, "token", ADMIN).splitlines()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        running_receiver() as receiver,
        httpx.AsyncClient(base_url=f"{server.url}/api", headers=headers) as http,
    ):
        body = {"url": receiver.url, "events": ["payout.completed"]}
        made = (await http.post("/admin/webhooks", json=body)).json()
        assert (await http.post(f"/admin/webhooks/{made['id']}/test")).status_code == 202
        await receiver.until(lambda received: len(received) == 1)
        assert receiver.received[0].verified(made["secret"])["type"] == "webhook.test"
        assert server.stop() == 0
    assert made["secret"] not in server.log.read_text()
