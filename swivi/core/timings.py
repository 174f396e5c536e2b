"""Response times of this process, for Prometheus: of requests and of page events."""

from prometheus_client import CollectorRegistry, Histogram

REGISTRY = CollectorRegistry()
"""Metrics of this process alone. Those of the database are in `insights/operations/counts.py`."""

BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REQUESTS = Histogram(
    "swivi_request_seconds",
    "Time to answer an HTTP request, by route template and class of status.",
    ("method", "route", "status"),
    buckets=BUCKETS_SECONDS,
    registry=REGISTRY,
)
EVENTS = Histogram(
    "swivi_event_seconds",
    "Time to handle an event of a page, by handler and outcome.",
    ("handler", "outcome"),
    buckets=BUCKETS_SECONDS,
    registry=REGISTRY,
)
