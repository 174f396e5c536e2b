"""How long this process takes to answer: what Prometheus is told of requests and of events of
pages.
"""

from prometheus_client import CollectorRegistry, Histogram

REGISTRY = CollectorRegistry()
"""Of this process alone; what the database knows is read from there (`insights/counts.py`)."""

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
