"""What is hashed of a row, the same on SQLite and PostgreSQL.

A row's content is a JSON object in ASCII: its fields in alphabetical order, without white space,
and without the fields that are NULL (so an empty text differs from none, and a column that is added
later and is NULL in old rows changes no digest). Times are microseconds since 1970 in UTC; JSON
columns stand as JSON with sorted keys. docs/adr/0012-seals.md shows a row and its content.
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
"""Bytes of a row's digest that are kept. A second row with the same would take 2^128 attempts."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Forms(dict[type, Callable[[Any], str]]):
    """How a column's values are written, by their type; on SQLite a column may hold any."""

    def __missing__(self, _kind: type) -> Callable[[Any], str]:
        return canonical


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed table: its columns in alphabetical order, and which of them need a form of their
    own.
    """

    stream: Stream
    table: str
    subject: str
    """What findings call a row."""
    columns: tuple[str, ...]
    times: frozenset[str]
    documents: frozenset[str] = frozenset()

    @property
    def select(self) -> str:
        """The beginning of the statement that reads rows for `leaves`."""
        columns = ", ".join(f'"{name}"' for name in self.columns)
        return f"SELECT {columns} FROM {self.table}"  # noqa: S608 - our own names

    @property
    def id_at(self) -> int:
        """Where a row that was read so has its id."""
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
        "subject",
        "subject_id",
    ),
    times=frozenset({"at"}),
    documents=frozenset({"before", "after"}),
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
    """Return each row's content, of rows as `of.select` reads them."""
    # One expression, because this runs for millions of rows: more calls would cost more than
    # SHA-256.
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
    """Return each row's digest, shortened to what is kept."""
    return [sha256(content).digest()[:LEAF] for content in contents(of, rows)]


def canonical(value: object) -> str:
    """Write JSON the one way in which it is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_foreign)


def microseconds(moment: datetime) -> int:
    """Return the microseconds since 1970 in UTC."""
    return (moment - EPOCH) // MICROSECOND


def ranges(ids: Sequence[int]) -> str:
    """Write ascending ids as ranges: `1-17,19`."""
    written, first = [], 0
    for at, row_id in enumerate(ids):
        if at + 1 == len(ids) or ids[at + 1] != row_id + 1:
            written.append(f"{ids[first]}-{row_id}" if first < at else f"{row_id}")
            first = at + 1
    return ",".join(written)


def ids_of(written: str) -> list[int]:
    """Read what `ranges` wrote. Raises ValueError for anything else."""
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
    """Anything else that a column of SQLite may hold, whatever its type."""
    return value.hex() if isinstance(value, bytes) else repr(value)


PLAIN = Forms({int: str, str: encode_basestring_ascii})
TIMES = Forms({datetime: _time_of_postgresql, str: _time_of_sqlite})
DOCUMENTS = Forms({str: _document})
