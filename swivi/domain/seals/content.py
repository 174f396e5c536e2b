"""The content of a row that is hashed, the same on SQLite and PostgreSQL.

The content is a JSON object in ASCII: the row's fields in alphabetical order, without white space
and without NULL fields. So an empty text differs from NULL, and a new column that is NULL in old
rows changes no digest. Times are microseconds since 1970 in UTC. JSON columns are JSON with sorted
keys. docs/adr/0012-seals.md shows a row and its content.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from json.encoder import encode_basestring_ascii
from typing import Any

from swivi.domain.seals.models import Stream

LEAF = 16
"""Bytes kept of a row's digest. A second row with the same digest would take 2^128 attempts."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Forms(dict[type, Callable[[Any], str]]):
    """How a column's values are written. SQLite lets a column hold values of any type."""

    def __missing__(self, _kind: type) -> Callable[[Any], str]:
        return canonical


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed table: its columns in alphabetical order, and the form of those that need one."""

    stream: Stream
    table: str
    subject: str
    """The noun for a row in findings."""
    columns: tuple[str, ...]
    times: frozenset[str]
    documents: frozenset[str] = frozenset()

    @property
    def select(self) -> str:
        """Return the start of the statement that reads rows for `leaves`."""
        columns = ", ".join(f'"{name}"' for name in self.columns)
        return f"SELECT {columns} FROM {self.table}"  # noqa: S608 - our own names

    @property
    def sent(self) -> str:
        """Return SQL for a row's binary form on PostgreSQL: each column's type, length, bytes."""
        columns = ", ".join(f'"{name}"' for name in self.columns)
        return f"pg_catalog.record_send(ROW({columns}))"

    @property
    def select_with_sent(self) -> str:
        """Return `select` with the binary form as an additional last column."""
        return self.select.replace(" FROM ", f", {self.sent} FROM ", 1)

    @property
    def id_at(self) -> int:
        """Return the index of the id in a row that was read."""
        return self.columns.index("id")


TRANSFERS = Sealed(
    Stream.TRANSFERS,
    "ledger_transfers",
    "transfer",
    (
        *(
            "amount",
            "audit_id",
            "campaign_id",
            "clip_id",
            "created_at",
            "credit_account",
            "debit_account",
        ),
        *("id", "idempotency_key", "kind", "payout_request_id", "reverses", "run_id", "user_id"),
    ),
    times=frozenset({"created_at"}),
)
ENTRIES = Sealed(
    Stream.ENTRIES,
    "audit_log",
    "audit entry",
    (
        "action",
        "actor_id",
        "after",
        "amount",
        "at",
        "before",
        "id",
        "reason",
        "state",
        "subject",
        "subject_id",
    ),
    times=frozenset({"at"}),
    documents=frozenset({"before", "after", "state"}),
)
READINGS = Sealed(
    Stream.READINGS,
    "view_tracking",
    "reading",
    (
        "attempt",
        "clip_id",
        "date",
        "detail",
        "id",
        "metric",
        "outcome",
        "run_id",
        "source",
        "views",
        "word",
    ),
    times=frozenset({"date"}),
)
THINNED = Sealed(
    Stream.THINNED,
    "thinned_readings",
    "thinned readings",
    ("at", "day", "first_id", "id", "ids", "last_id"),
    times=frozenset({"at", "day"}),
)
SEALED = {one.stream: one for one in (TRANSFERS, ENTRIES, READINGS, THINNED)}


def contents(of: Sealed, rows: Iterable[Sequence[Any]]) -> Iterable[bytes]:
    """Return each row's content. The rows come from `of.select`."""
    # One expression, because this runs for millions of rows: further calls cost more than SHA-256.
    keys = [f'"{name}":' for name in of.columns]
    forms = [_forms_of(of, name) for name in of.columns]
    for row in rows:
        parts = [
            key + form[type(value)](value)
            for key, form, value in zip(keys, forms, row, strict=True)
            if value is not None
        ]
        yield ("{" + ",".join(parts) + "}").encode("ascii")


def leaves(of: Sealed, rows: Iterable[Sequence[Any]]) -> list[bytes]:
    """Return each row's digest, shortened to its first bytes."""
    return [sha256(content).digest()[:LEAF] for content in contents(of, rows)]


def canonical(value: object) -> str:
    """Return the JSON text that is hashed: ASCII, sorted keys, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_foreign)


def microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970 in UTC."""
    return (moment - EPOCH) // MICROSECOND


def ranges(ids: Sequence[int]) -> str:
    """Return ascending ids as ranges: `1-17,19`."""
    written, first = [], 0
    for at, row_id in enumerate(ids):
        if at + 1 == len(ids) or ids[at + 1] != row_id + 1:
            written.append(f"{ids[first]}-{row_id}" if first < at else f"{row_id}")
            first = at + 1
    return ",".join(written)


def ids_of(written: str) -> list[int]:
    """Return the ids of a text that `ranges` wrote. Raise ValueError for any other text."""
    ids: list[int] = []
    for part in written.split(",") if written else ():
        first, _, last = part.partition("-")
        ids += range(int(first), int(last or first) + 1)
    return ids


def _forms_of(of: Sealed, name: str) -> Forms:
    if name in of.times:
        return TIMES
    return DOCUMENTS if name in of.documents else PLAIN


def _time_of_postgresql(value: datetime) -> str:
    return str(microseconds(value))


def _time_of_sqlite(value: str) -> str:
    try:
        return str(microseconds(datetime.fromisoformat(value).replace(tzinfo=UTC)))
    except ValueError:
        return canonical(value)


def _document(value: str) -> str:
    try:
        return canonical(json.loads(value))
    except ValueError:
        return canonical(value)


def _foreign(value: object) -> str:
    """Return a form for any value of another type that SQLite may hold."""
    return value.hex() if isinstance(value, bytes) else repr(value)


PLAIN = Forms({int: str, str: encode_basestring_ascii})
TIMES = Forms({datetime: _time_of_postgresql, str: _time_of_sqlite})
DOCUMENTS = Forms({str: _document})
