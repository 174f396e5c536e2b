"""The chain of seals, the slices of rows under each seal, and the progress of checks."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from swivi.core.db import ID, choice, counted, moment, reference, row_id


class Stream(StrEnum):
    """A sealed table. Rows are sealed in the order of their ids."""

    TRANSFERS = "TRANSFERS"
    ENTRIES = "ENTRIES"
    READINGS = "READINGS"
    THINNED = "THINNED"


class Seal(SQLModel, table=True):
    """One link of the chain: SHA-256 over the previous seal and the new rows. Append-only.

    `..._last` is the last covered id of a table, `..._rows` the number of rows from the first one
    on. `previous` is unique, so two processes cannot continue the chain differently.
    """

    __tablename__ = "seals"

    id: int = Field(sa_column=Column(ID, primary_key=True, autoincrement=False))
    """From 1, without gaps."""
    previous: str = Field(unique=True)
    digest: str = Field(unique=True)
    made_at: datetime = moment()
    transfers_last: int = counted()
    transfers_rows: int = counted()
    entries_last: int = counted()
    entries_rows: int = counted()
    readings_last: int = counted()
    readings_rows: int = counted()
    thinned_last: int = counted()
    thinned_rows: int = counted()

    def last(self, stream: Stream) -> int:
        """Return the last covered id of a stream; 0 before the first seal."""
        return int(getattr(self, f"{stream.lower()}_last"))

    def rows(self, stream: Stream) -> int:
        """Return the number of covered rows of a stream."""
        return int(getattr(self, f"{stream.lower()}_rows"))

    @property
    def all_rows(self) -> int:
        """Return the number of covered rows of all streams."""
        return sum(self.rows(stream) for stream in Stream)


class SealedSlice(SQLModel, table=True):
    """At most 1,000 rows of one stream under one seal: all with `after_id` < id <= `last_id`.

    Append-only.
    """

    __tablename__ = "sealed_slices"

    id: int = row_id()
    seal_id: int = reference("seals.id", index=True)
    stream: Stream = choice(Stream)
    after_id: int = counted()
    last_id: int = counted()
    rows: int = counted()
    ids: str
    """The rows' ids as ranges, such as `1-17,19`."""
    leaves: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The first 16 bytes of each row's SHA-256 in the order of ids. They identify a changed row."""
    sent_digest: str | None = None
    """SHA-256 over the rows in PostgreSQL's own encoding; None on SQLite."""
    digest: str
    """SHA-256 over all columns above except `id` and `seal_id`."""


class ThinnedReadings(SQLModel, table=True):
    """The ids of readings that retention deleted in one transaction. Append-only and sealed.

    The digests of these readings stay in the leaves of their slices.
    """

    __tablename__ = "thinned_readings"
    __table_args__ = (Index("ix_thinned_readings_first_id_last_id", "first_id", "last_id"),)

    id: int = row_id()
    at: datetime = moment()
    day: datetime = moment()
    """Start of the readings' UTC day."""
    first_id: int = counted(default=None)
    last_id: int = counted()
    ids: str


class SealCheck(SQLModel, table=True):
    """The seal up to which rows are known to be unchanged: one row.

    Scheduled checks start from here.
    """

    __tablename__ = "seal_checks"

    id: int = Field(default=1, sa_column=Column(ID, primary_key=True, autoincrement=False))
    seal_id: int = counted()
    """Each seal up to this one was checked at least once."""
    digest: str
    """That seal's digest, which reveals a rebuilt chain."""
    at: datetime = moment()
    rotated_to: int = counted()
    """The last older seal that a scheduled check checked again."""
    whole_seal_id: int = counted(default=0)
    whole_at: datetime | None = moment(nullable=True)
    """When one check covered all seals up to `whole_seal_id`; None if none did."""
