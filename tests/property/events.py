"""What may happen in the money machine: how much, how often, and from which states it makes
sense.
"""

from dataclasses import dataclass

from hypothesis import strategies as st

from swivi.core.money import format_dollars
from swivi.domain.platforms.errors import QuotaExhausted, ReadingUnavailable
from swivi.domain.platforms.models import Platform
from tests.factories import tiktok, youtube

MAKERS = (tiktok, tiktok, youtube)
MINIMUM = 5
STATE_OF = {
    "campaigns": "status",
    "clip_submissions": "status",
    "payout_requests": "status",
    "clips": "state",
}
OPEN, UNFINISHED = frozenset({"ACTIVE"}), frozenset({"DRAFT", "SCHEDULED", "ACTIVE", "PAUSED"})
UNDER_WAY = frozenset({"ACTIVE", "PAUSED"})
TRACKED, GONE, PENDING = frozenset({"TRACKED"}), frozenset({"REMOVED"}), frozenset({"PENDING"})
DECIDED_FROM = {
    "approve": PENDING,
    "reject": PENDING | {"APPROVED"},
    "complete": frozenset({"APPROVED"}),
    "fail": frozenset({"APPROVED"}),
    "reverse": frozenset({"COMPLETED"}),
}
"""The states from which an admin's step goes: what is most often tried, and the rest now and then.
"""

WAYS_OF_A_REQUEST = (
    ("approve", "complete"),
    ("approve", "complete", "reverse"),
    ("approve", "fail"),
    ("approve", "reject"),
    ("reject",),
)


@dataclass(frozen=True)
class Opening:
    """How a run of the machine begins: a campaign's budget, and what becomes of the first request.

    `reaches` is what many runs come to, whatever else happens in them.
    """

    budget: str
    way: tuple[str, ...]
    reaches: tuple[str, ...]


OPENINGS = (
    Opening("60.00", ("approve", "complete"), ("campaigns exhausted",)),
    Opening("200.00", ("approve", "complete"), ("requests: COMPLETED",)),
    Opening(
        "200.00",
        ("approve", "complete", "reverse"),
        ("requests: REVERSED", "transfers: ACCRUAL_REVERSED"),
    ),
    Opening("200.00", ("approve", "fail"), ("requests: FAILED",)),
)

ANY = 7
picks = st.integers(0, ANY)
dollars = st.integers(1, 6_000).map(format_dollars)
caps = st.none() | st.integers(1, 1_500).map(format_dollars)
terms = st.fixed_dictionaries(
    {},
    optional={
        "budget": dollars,
        "payout_rate": dollars,
        "max_per_clip": caps,
        "max_per_clipper": caps,
        "min_views": st.sampled_from([0, 1, 20_000, 50_000]),
        "platform_rates": st.dictionaries(
            st.sampled_from([each.value for each in Platform]), dollars, max_size=2
        ),
    },
)
ways = st.sampled_from(
    ["rises"] * 6
    + ["leaps", "falls", "zero", "private", "error", "missing", "not_found", "not_found"]
)
readings = st.dictionaries(picks, st.tuples(ways, st.integers(0, 12_000)), min_size=1, max_size=6)
problems = st.sampled_from([None] * 5 + [ReadingUnavailable("Away."), QuotaExhausted("used up")])
decisions = st.sampled_from(
    ["approve", "approve", "complete", "complete", "reject", "fail", "reverse"]
)
