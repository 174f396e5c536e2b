"""The state that an audit entry records: the cells of its subject's row that steer or explain
money.

Each entry about a row of `RECORDED` holds these cells as they are after the action. The audit
compares every row with the last entry that has them (`swivi/domain/ledger/checks/recorded.py`), and
seals protect the entries. A cell of `RECORDED` may change only together with an entry that records
it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.db import UtcDateTime
from swivi.domain.seals.content import microseconds


class Kind(StrEnum):
    """The form of a cell in a state."""

    PLAIN = "plain"
    DOCUMENT = "document"
    """A JSON column as text."""
    MOMENT = "moment"
    """Microseconds since 1970 in UTC."""
    DIGEST = "digest"
    """SHA-256 of a text, because readers of the log need not know payout details."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A table whose rows are recorded under a subject of the audit log."""

    subject: str
    table: str
    called: str
    """The noun for a row in findings."""
    cells: Mapping[str, Kind]
    fixed: frozenset[str]
    """Cells that never change after their first value: an entry with another value is forged."""
    may_go: bool = False
    """Whether rows may be deleted."""


def _fixed(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _cells(names: str, **special: Kind) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), Kind.PLAIN) | special


CAMPAIGN = Recorded(
    "campaign",
    "campaigns",
    "campaign",
    _cells(
        (
            "title payout_rate max_per_clip max_per_clipper min_views status hidden is_test "
            "completion_reason"
        ),
        platforms=Kind.DOCUMENT,
        platform_rates=Kind.DOCUMENT,
        starts_at=Kind.MOMENT,
        ends_at=Kind.MOMENT,
        completed_at=Kind.MOMENT,
        end_waits_since=Kind.MOMENT,
        created_at=Kind.MOMENT,
    ),
    _fixed("completed_at completion_reason created_at"),
)
SUBMISSION = Recorded(
    "submission",
    "clip_submissions",
    "submission",
    _cells(
        "user_id campaign_id platform external_id url status initial_views baseline_metric "
        "reviewer_id reason holds_video",
        baseline_at=Kind.MOMENT,
        reviewed_at=Kind.MOMENT,
        created_at=Kind.MOMENT,
    ),
    _fixed(
        "user_id campaign_id platform initial_views baseline_at reviewer_id reviewed_at created_at"
    ),
)
CLIP = Recorded(
    "clip",
    "clips",
    "clip",
    _cells(
        "submission_id campaign_id user_id platform external_id initial_views"
        " rate max_per_clip max_per_clipper min_views",
        created_at=Kind.MOMENT,
    ),
    _fixed(
        "submission_id campaign_id user_id platform external_id initial_views"
        " rate max_per_clip max_per_clipper min_views created_at"
    ),
)
CLIP_HOLD = Recorded(
    "clip_hold",
    "clip_holds",
    "clip hold",
    _cells(
        "clip_id reason views views_before placed_by lifted_by decision",
        read_at=Kind.MOMENT,
        placed_at=Kind.MOMENT,
        lifted_at=Kind.MOMENT,
    ),
    _fixed(
        "clip_id reason views views_before placed_by lifted_by decision read_at placed_at lifted_at"
    ),
)
PAYOUT_REQUEST = Recorded(
    "payout_request",
    "payout_requests",
    "payout request",
    _cells(
        "user_id amount fee net method status reason idempotency_key body_hash decided_by",
        details=Kind.DIGEST,
        decided_at=Kind.MOMENT,
        created_at=Kind.MOMENT,
    ),
    _fixed("user_id amount fee net method details idempotency_key body_hash created_at"),
)
USER = Recorded(
    "user",
    "users",
    "user",
    _cells("email role status", created_at=Kind.MOMENT),
    _fixed("created_at"),
)
MANUAL_READING = Recorded(
    "manual_reading",
    "manual_readings",
    "manual reading",
    _cells(
        "clip_id views reason worth status asked_by decided_by",
        asked_at=Kind.MOMENT,
        decided_at=Kind.MOMENT,
    ),
    _fixed("clip_id views reason worth asked_by asked_at decided_by decided_at"),
)
PAYOUT = Recorded(
    "payout",
    "payouts",
    "payout",
    _cells("request_id user_id amount fee net method transaction_id paid_by", paid_at=Kind.MOMENT),
    _fixed("request_id user_id amount fee net method transaction_id paid_by paid_at"),
)
PAYOUT_DESTINATION = Recorded(
    "payout_destination",
    "payout_destinations",
    "payout destination",
    _cells("user_id method", details=Kind.DIGEST, kept_at=Kind.MOMENT),
    _fixed(""),  # SQLite may give the id of a row that is gone to another user's
    may_go=True,
)
RECORDED = (
    *(CAMPAIGN, SUBMISSION, CLIP, CLIP_HOLD, PAYOUT_REQUEST, PAYOUT, PAYOUT_DESTINATION),
    *(USER, MANUAL_READING),
)
_BY_SUBJECT = {one.subject: one for one in RECORDED}


def state_of(subject: str, row: Any) -> dict[str, Any]:
    """Return the state of a row, which must be flushed or refreshed.

    Raise KeyError for an unknown subject.
    """
    cells = _BY_SUBJECT[subject].cells
    return {name: _written(kind, getattr(row, name)) for name, kind in cells.items()}


def _written(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case Kind.DOCUMENT:
            return json.dumps(value)
        case Kind.MOMENT:
            return microseconds(value)
        case Kind.DIGEST:
            return sha256(value.encode()).hexdigest()
        case Kind.PLAIN:
            return value


def cell(name: str, kind: Kind, *, sqlite: bool) -> str:
    """Return the SQL that writes a cell of the table `t` as a state does, as text."""
    match kind:
        case Kind.MOMENT if sqlite:
            # SQLite keeps moments as text: 2026-12-01 12:00:00.000000.
            # strftime would round a moment up to the next second.
            whole = f"CAST(strftime('%s', substr(t.{name}, 1, 19)) AS INTEGER)"
            part = f"CAST(substr(t.{name}, 21, 6) AS INTEGER)"
            return f"CAST({whole} * 1000000 + {part} AS TEXT)"
        case Kind.MOMENT:
            return f"CAST(CAST(EXTRACT(EPOCH FROM t.{name}) * 1000000 AS BIGINT) AS TEXT)"
        case Kind.DIGEST if sqlite:
            return f"sha256_hex(t.{name})"  # `core/db.py` adds this function
        case Kind.DIGEST:
            return f"encode(sha256(convert_to(t.{name}, 'UTF8')), 'hex')"
        case _:
            return f"CAST(t.{name} AS TEXT)"


def as_json(recorded: Recorded, *, sqlite: bool) -> str:
    """Return the SQL that makes the state of a row of the table `t`."""
    make = "json_object" if sqlite else "json_build_object"
    cells = (
        f"'{name}', {cell(name, kind, sqlite=sqlite)}" for name, kind in recorded.cells.items()
    )
    return f"{make}({', '.join(cells)})"


async def record_many(
    session: AsyncSession, recorded: Recorded, action: str, where: str, values: Mapping[str, Any]
) -> None:
    """Write an entry by Swivi for each row of table `t` that `where` selects, in one statement.

    `values` are the parameters of `where`.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    # The names of tables and columns are ours.
    insert = text(
        "INSERT INTO audit_log (at, actor_id, action, subject, subject_id, before, after, reason, "  # noqa: S608
        "state)"
        f" SELECT :written_at, NULL, '{action}', '{recorded.subject}', t.id, '{{}}', '{{}}', NULL,"
        f" {as_json(recorded, sqlite=sqlite)} FROM {recorded.table} t WHERE {where} ORDER BY t.id"
    ).bindparams(bindparam("written_at", clock.now(), type_=UtcDateTime))
    await session.execute(insert, dict(values))
