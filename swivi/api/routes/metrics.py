"""Metrics for Prometheus: current numbers of the database, and this process's response times."""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse
from prometheus_client import generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

import swivi
from swivi.api.http.access import metrics_reader
from swivi.core.timings import REGISTRY
from swivi.domain.payouts.models import PayoutStatus
from swivi.domain.platforms.models import Outcome
from swivi.domain.tracking.models import RunStatus
from swivi.domain.webhooks.models import DeliveryStatus
from swivi.insights.operations.counts import Queues, RunTotals, queues, tracked
from swivi.runtime.live import hub
from swivi.runtime.runtime import runtime

router = APIRouter(tags=["health"], dependencies=[Depends(metrics_reader)])

MICROS_PER_DOLLAR = 1_000_000


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics() -> PlainTextResponse:
    """Return metrics in Prometheus' text format.

    Send METRICS_TOKEN as the bearer token, or call as an admin.
    """
    async with runtime().database.reading() as session:
        done, waiting = await tracked(session), await queues(session)
    families = [*_of_tracking(done), *_of_queues(waiting), *_of_process()]
    text = generate_latest(_Families(families))
    return PlainTextResponse(
        text, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST
    )


class _Families(Collector):
    """The database's numbers, followed by this process's own measurements."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        yield from self._families
        yield from REGISTRY.collect()


def _of_tracking(done: RunTotals) -> Iterator[Metric]:
    ended = {status: done.runs.get(status, 0) for status in (RunStatus.COMPLETED, RunStatus.FAILED)}
    failed = {
        outcome: done.readings_failed.get(outcome, 0)
        for outcome in Outcome
        if outcome is not Outcome.OK
    }
    yield _counters("swivi_tracking_runs", "Tracking runs that ended.", "outcome", ended.items())
    yield _gauge(
        "swivi_tracking_runs_under_way",
        "Tracking runs under way.",
        done.runs.get(RunStatus.RUNNING, 0),
    )
    yield _counter("swivi_clips_read", "Clips that tracking runs read.", done.clips_read)
    yield _counter(
        "swivi_clips_failed", "Clips that a tracking run could not read.", done.clips_failed
    )
    yield _counter(
        "swivi_clips_settled", "Clips whose campaign a tracking run settled.", done.clips_settled
    )
    yield _counters(
        "swivi_readings_failed", "Readings that failed, each attempt.", "reason", failed.items()
    )
    yield _counter("swivi_credited_cents", "US cents credited to clippers.", done.credited)
    cost = done.cost_micro_usd / MICROS_PER_DOLLAR
    yield _counter("swivi_scraper_cost_dollars", "What reading views cost, in US dollars.", cost)
    if done.last_finished_at is not None:
        last = done.last_finished_at.timestamp()
        yield _gauge(
            "swivi_last_tracking_run_timestamp_seconds", "When the newest tracking run ended.", last
        )


def _of_queues(waiting: Queues) -> Iterator[Metric]:
    payouts = {status: waiting.payouts.get(status, 0) for status in PayoutStatus}
    sent = {status: waiting.deliveries.get(status, 0) for status in DeliveryStatus}
    yield _gauge("swivi_reviews_pending", "Submissions that wait for an admin.", waiting.reviews)
    yield _gauge(
        "swivi_baselines_awaited", "Submissions whose views are not read yet.", waiting.baselines
    )
    yield _gauges("swivi_payout_requests", "Payout requests.", "status", payouts.items())
    yield _gauge(
        "swivi_payouts_open_cents",
        "US cents in payout requests that are open.",
        waiting.payouts_open,
    )
    yield _gauge(
        "swivi_webhook_deliveries_due",
        "Webhook deliveries that should be sent now.",
        waiting.deliveries_due,
    )
    yield _gauges(
        "swivi_webhook_deliveries",
        "Webhook deliveries of the last 30 days.",
        "status",
        sent.items(),
    )


def _of_process() -> Iterator[Metric]:
    yield _gauge(
        "swivi_connected_dashboards", "Tabs with live numbers at this process.", hub.tabs()
    )
    build = GaugeMetricFamily("swivi_build_info", "The release that runs.", labels=["version"])
    build.add_metric([swivi.__version__], 1)
    yield build


def _counter(name: str, means: str, value: float) -> Metric:
    return CounterMetricFamily(name, means, value=value)


def _gauge(name: str, means: str, value: float) -> Metric:
    return GaugeMetricFamily(name, means, value=value)


def _counters(name: str, means: str, label: str, values: Iterable[tuple[StrEnum, int]]) -> Metric:
    family = CounterMetricFamily(name, means, labels=[label])
    for each, value in values:
        family.add_metric([each.lower()], value)
    return family


def _gauges(name: str, means: str, label: str, values: Iterable[tuple[StrEnum, int]]) -> Metric:
    family = GaugeMetricFamily(name, means, labels=[label])
    for each, value in values:
        family.add_metric([each.lower()], value)
    return family
