"""Tracking by an external scheduler, its runs, readings of links, and the health checks."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text

from swivi.api.routes import health
from swivi.core import leases
from swivi.core.rates import Rate
from swivi.domain.tracking.service import LEASE
from swivi.runtime.runtime import Runtime, open_runtime
from tests import factories
from tests.api import contract
from tests.api.addressed import at
from tests.api.conftest import Person, Snapshot, client, refusal, wrong_fields
from tests.conftest import SettingsFor
from tests.factories import instagram, tiktok, youtube
from tests.simulator import RunningSimulator

SECRET = {"Authorization": "Bearer cron-secret-of-32-characters-or-more"}


@pytest.fixture
async def bare(settings_for: SettingsFor) -> AsyncIterator[httpx.AsyncClient]:
    """A Swivi with neither a cron secret nor an Apify key."""
    async with (
        open_runtime(settings_for(cron_secret=None, apify_api_key=None)),
        client(contract.api()) as http,
    ):
        yield http


async def test_only_the_secret_starts_a_run(
    guest: httpx.AsyncClient, admin: Person, everything: Snapshot
) -> None:
    before = await everything()
    for path in ("/cron/view-tracking", "/cron/payout-calculation"):
        for method in ("GET", "POST"):
            wrong = {"Authorization": "Bearer cron-secre"}
            assert refusal(await guest.request(method, path)) == (401, "wrong_cron_secret")
            assert refusal(await guest.request(method, path, headers=wrong)) == (
                401,
                "wrong_cron_secret",
            )
            assert refusal(await admin.http.request(method, path)) == (401, "wrong_cron_secret")
    assert await everything() == before


async def test_without_a_secret_nobody_does(bare: httpx.AsyncClient) -> None:
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer None"}):
        assert refusal(await bare.get("/cron/view-tracking", headers=headers)) == (
            503,
            "no_cron_secret",
        )


async def test_a_run_answers_in_the_products_shape(guest: httpx.AsyncClient) -> None:
    report = (await guest.post("/cron/view-tracking", headers=SECRET)).json()
    duration = report.pop("durationSeconds")
    assert duration >= 0
    assert report == {
        "runId": "1",
        "status": "COMPLETED",
        "processed": 0,
        "successful": 0,
        "failed": 0,
        "earningsAdded": 0.0,
        "campaignsCompleted": 0,
        "problem": None,
    }


async def test_a_second_run_waits_for_the_first(guest: httpx.AsyncClient, running: Runtime) -> None:
    hold = await leases.acquire(running.database, LEASE, running.tracker.options.lease_ttl)
    assert hold is not None
    assert refusal(await guest.get("/cron/view-tracking", headers=SECRET)) == (409, "run_under_way")
    await hold.release()
    assert (await guest.get("/cron/view-tracking", headers=SECRET)).status_code == 200


async def test_a_run_that_the_reader_stopped_says_so(
    running: Runtime,
    guest: httpx.AsyncClient,
    clipper: Person,
    admin: Person,
    simulator: RunningSimulator,
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    await factories.a_clip(running.database, clipper.actor, admin.actor, campaign, tiktok(1))
    simulator.set(refuse="quota")
    report = (await guest.get("/cron/view-tracking", headers=SECRET)).json()
    assert (report["status"], report["earningsAdded"]) == ("FAILED", 0)
    assert "limit is used up" in report["problem"]
    [run] = (await admin.http.get("/admin/tracking-runs")).json()["items"]
    assert (run["id"], run["status"], run["trigger"]) == (report["runId"], "FAILED", "CRON")


async def test_a_balance_that_left_the_ledger_is_reported(
    running: Runtime, guest: httpx.AsyncClient, clipper: Person
) -> None:
    async with running.database.writing() as session:
        await session.execute(
            text(f"UPDATE users SET total_earnings = 2500 WHERE id = {clipper.id}")
        )
    report = (await guest.get("/cron/payout-calculation", headers=SECRET)).json()
    assert report["allAgree"] is False
    [balance] = report["clippers"]
    assert (balance["clipperId"], balance["agrees"]) == (clipper.id, False)
    assert (balance["available"], balance["payable"], balance["ledgerAvailable"]) == (
        25.0,
        25.0,
        0.0,
    )
    assert (report["totalPayable"], balance["blocked"], report["totalBlocked"]) == (25.0, 0.0, 0.0)


async def test_a_disabled_clippers_money_is_blocked_and_not_payable(
    running: Runtime, guest: httpx.AsyncClient, clipper: Person
) -> None:
    async with running.database.writing() as session:
        await session.execute(
            text(
                "UPDATE users SET total_earnings = 2500, status = 'DISABLED' WHERE id = "
                f"{clipper.id}"
            )
        )
    report = (await guest.get("/cron/payout-calculation", headers=SECRET)).json()
    [balance] = report["clippers"]
    assert (balance["available"], balance["payable"], balance["blocked"]) == (25.0, 0.0, 25.0)
    assert (report["totalPayable"], report["totalBlocked"]) == (0.0, 25.0)


async def test_a_look_reads_now_and_stores_nothing(
    admin: Person, simulator: RunningSimulator, everything: Snapshot
) -> None:
    simulator.script(tiktok(1), 1234)
    simulator.script(youtube(2), 0)
    simulator.script(instagram(3), state="private")
    urls = [
        youtube(2).canonical_url,
        "https://example.com/",
        tiktok(1).canonical_url,
        instagram(3).canonical_url,
        f"https://youtu.be/{youtube(2).external_id}",
    ]
    before = await everything()
    answer = await admin.http.post("/test/view-tracking", json={"urls": urls})
    results = answer.json()["results"]
    assert [result["url"] for result in results] == urls
    assert [result["views"] for result in results] == [0, None, 1234, None, 0]
    assert [result["platform"] for result in results] == [
        "youtube",
        None,
        "tiktok",
        "instagram",
        "youtube",
    ]
    assert [bool(result["error"]) for result in results] == [False, True, False, True, False]
    assert await everything() == before


async def test_a_look_says_why_nothing_could_be_read(
    admin: Person, simulator: RunningSimulator
) -> None:
    simulator.set(refuse="token")
    answer = await admin.http.post("/test/view-tracking", json={"urls": [tiktok(1).canonical_url]})
    assert "APIFY_API_KEY" in answer.json()["results"][0]["error"]
    for urls in ([], ["x"] * 51, "x", [7], None):
        wrong = await admin.http.post("/test/view-tracking", json={"urls": urls})
        assert (refusal(wrong), wrong_fields(wrong)) == ((422, "invalid_input"), {"urls"}), urls


@pytest.fixture
async def ticking(running: Runtime) -> AsyncIterator[Runtime]:
    """The same process with its scheduler started."""
    running.schedule.start()
    yield running
    running.schedule.stop()


async def test_ready_with_database_schema_and_scheduler(
    guest: httpx.AsyncClient, ticking: Runtime
) -> None:
    answer = await guest.get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {"database": True, "migrations": True, "scheduler": True},
    }


async def test_many_who_ask_whether_it_is_ready_cause_one_check(
    guest: httpx.AsyncClient, ticking: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = 0

    async def check() -> bool:
        nonlocal checked
        checked += 1
        return True

    monkeypatch.setattr(health, "CHECKS", {"database": check})
    answers = await asyncio.gather(*(guest.get("/ready") for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert checked == 1


async def test_alive_but_not_ready_without_scheduler_or_newest_schema(
    guest: httpx.AsyncClient, running: Runtime
) -> None:
    async with running.database.writing() as session:
        await session.execute(text("DELETE FROM alembic_version"))
    answer = await guest.get("/ready")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "checks": {"database": True, "migrations": False, "scheduler": False},
    }
    assert (await guest.get("/health")).json() == {"status": "ok"}


async def test_guessing_at_the_secret_ends_and_the_right_one_goes_on_elsewhere(
    settings_for: SettingsFor,
) -> None:
    settings = settings_for(limit_secrets_address=Rate(3, 600), trusted_proxy_hops=1)
    wrong = {"Authorization": "Bearer a-wrong-secret", "X-Forwarded-For": "198.51.100.7"}
    async with open_runtime(settings), at("127.0.0.1") as http:
        answers = [await http.get("/cron/payout-calculation", headers=wrong) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
        assert "retry-after" in answers[-1].headers
        here = await http.get(
            "/cron/payout-calculation", headers=SECRET | {"X-Forwarded-For": "198.51.100.7"}
        )
        assert here.status_code == 429, "it is refused before it is compared"
        elsewhere = await http.get(
            "/cron/payout-calculation", headers=SECRET | {"X-Forwarded-For": "203.0.113.9"}
        )
        assert elsewhere.status_code == 200
