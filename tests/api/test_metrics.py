"""Metrics: right numbers, in Prometheus' format, for authorized readers only."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text

from swivi.core.db import Database
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking.models import RunStatus, TrackingRun, Trigger
from swivi.middleware.request_log import observed
from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api.conftest import ORIGIN, Person, refusal
from tests.factories import tiktok, youtube
from tests.simulator import RunningSimulator

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]
At = Callable[..., float]


async def scrape(http: httpx.AsyncClient, path: str = "/metrics") -> At:
    """What a sample says, by its name and labels."""
    answer = await http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    samples: Samples = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation
        for sample in family.samples:
            samples[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return lambda name, **labels: samples.get((name, tuple(sorted(labels.items()))), 0.0)


async def test_before_anything_was_done_all_is_nought(admin: Person) -> None:
    at = await scrape(admin.http)
    for name in ("swivi_clips_read_total", "swivi_credited_cents_total", "swivi_reviews_pending"):
        assert at(name) == 0
    assert at("swivi_tracking_runs_total", outcome="completed") == 0
    assert at("swivi_build_info", version="0.1.0") == 1


async def test_the_numbers_are_those_of_what_was_done(
    running: Runtime, simulator: RunningSimulator, clipper: Person, admin: Person
) -> None:
    database = running.database
    campaign = await factories.a_campaign(database, admin.actor, title="One")
    await factories.a_clip(database, clipper.actor, admin.actor, campaign, tiktok(1))
    await factories.a_clip(database, clipper.actor, admin.actor, campaign, youtube(2))
    other = await factories.a_campaign(database, admin.actor, title="Two")
    await factories.a_submission(database, clipper.actor, other, tiktok(3))
    await factories.a_submission(database, clipper.actor, other, tiktok(4), baseline=None)
    simulator.script(tiktok(1), 20_000)
    simulator.script(youtube(2), state="private")
    await running.tracker.run(Trigger.CLI)
    body = {"amount": 25, "method": "paypal", "details": "casey@swivi.test"}
    assert (await clipper.http.post("/clippers/payout-request", json=body)).status_code == 201
    hook = {"url": "http://127.0.0.1:9/", "events": ["payout.completed"]}
    webhook = (await admin.http.post("/admin/webhooks", json=hook)).json()
    assert (await admin.http.post(f"/admin/webhooks/{webhook['id']}/test")).status_code == 202

    at = await scrape(admin.http)
    assert at("swivi_tracking_runs_total", outcome="completed") == 1
    assert at("swivi_tracking_runs_total", outcome="failed") == 0
    assert at("swivi_tracking_runs_under_way") == 0
    assert (at("swivi_clips_read_total"), at("swivi_clips_settled_total")) == (2, 2)
    assert at("swivi_credited_cents_total") == 5_000 == await credited(database)
    assert at("swivi_clips_failed_total") == await failed_clips(database)
    for outcome in (each for each in Outcome if each is not Outcome.OK):
        assert at("swivi_readings_failed_total", reason=outcome) == await failures(
            database, outcome
        )
    assert sum(at("swivi_readings_failed_total", reason=each) for each in Outcome) >= 1
    assert at("swivi_last_tracking_run_timestamp_seconds") > 1_700_000_000
    assert (at("swivi_reviews_pending"), at("swivi_baselines_awaited")) == (1, 1)
    assert at("swivi_payout_requests", status="pending") == 1
    assert at("swivi_payouts_open_cents") == 2_500
    assert at("swivi_webhook_deliveries_due") == 1
    await running.sender.send_due()
    assert (await scrape(admin.http))("swivi_webhook_deliveries_due") == 0


async def test_what_a_run_under_way_could_not_read_so_far_is_counted(
    running: Runtime, simulator: RunningSimulator, clipper: Person, admin: Person
) -> None:
    campaign = await factories.a_campaign(running.database, admin.actor)
    await factories.a_clip(running.database, clipper.actor, admin.actor, campaign, tiktok(1))
    simulator.script(tiktok(1), state="private")
    ended, under_way = [await running.tracker.run(Trigger.CLI) for _ in range(2)]
    ended_in = (await scrape(admin.http))("swivi_readings_failed_total", reason="private")
    async with running.database.writing() as session:
        run = await session.get_one(TrackingRun, under_way.id)
        run.status, run.finished_at, run.failed_readings = RunStatus.RUNNING, None, None

    assert (
        (await scrape(admin.http))("swivi_readings_failed_total", reason="private") == ended_in >= 2
    )
    assert ended.failed_readings == {"private": ended_in / 2}


async def credited(database: Database) -> int:
    return await one(database, "SELECT SUM(amount) FROM ledger_transfers WHERE kind = 'ACCRUAL'")


async def failed_clips(database: Database) -> int:
    return await one(database, "SELECT SUM(clips_failed) FROM tracking_runs")


async def failures(database: Database, outcome: Outcome) -> int:
    return await one(database, f"SELECT COUNT(*) FROM view_tracking WHERE outcome = '{outcome}'")


async def one(database: Database, query: str) -> int:
    async with database.reading() as session:
        return int((await session.execute(text(query))).scalar_one() or 0)


async def test_requests_are_timed_by_route_and_class_of_status(
    api: FastAPI, admin: Person, clipper: Person
) -> None:
    transport = httpx.ASGITransport(observed(api))
    async with httpx.AsyncClient(
        transport=transport, base_url=ORIGIN, headers=admin.http.headers
    ) as http:
        before = await scrape(http)
        for known in ("1", "2", "3"):
            await http.get(f"/admin/campaigns/{known}")
        await http.get("/admin/campaigns")
        after = await scrape(http)

    def more(name: str, **labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    of_one = {"method": "GET", "route": "/admin/campaigns/{campaign_id}", "status": "4xx"}
    assert more("swivi_request_seconds_count", **of_one) == 3
    assert more("swivi_request_seconds_bucket", **of_one, le="+Inf") == 3
    assert more("swivi_request_seconds_sum", **of_one) > 0
    assert (
        more("swivi_request_seconds_count", method="GET", route="/admin/campaigns", status="2xx")
        == 1
    )


async def test_the_token_of_the_settings_reads_them_and_nothing_else(
    running: Runtime, guest: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    scraper = {"Authorization": "Bearer scrape-me"}
    assert refusal(await guest.get("/metrics", headers=scraper)) == (401, "not_signed_in")
    monkeypatch.setattr(running.settings, "metrics_token", SecretStr("scrape-me"))
    assert (await guest.get("/metrics", headers=scraper)).status_code == 200
    for wrong in ("Bearer scrape-mi", "Bearer", "Basic scrape-me"):
        answer = await guest.get("/metrics", headers={"Authorization": wrong})
        assert refusal(answer) == (401, "not_signed_in"), wrong
    assert refusal(await guest.get("/admin/users", headers=scraper)) == (401, "not_signed_in")


async def test_admins_read_them_and_clippers_do_not(
    running: Runtime,
    guest: httpx.AsyncClient,
    admin: Person,
    clipper: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running.settings, "metrics_token", SecretStr("scrape-me"))
    assert (await admin.http.get("/metrics")).status_code == 200
    assert refusal(await clipper.http.get("/metrics")) == (403, "admins_only")
    assert refusal(await guest.get("/metrics")) == (401, "not_signed_in")
