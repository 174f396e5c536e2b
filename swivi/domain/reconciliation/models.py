"""Past reconciliations: what each covered and found."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from swivi.core.db import choice, counted, moment, reference, row_id


class AuditTrigger(StrEnum):
    """What started a reconciliation."""

    RUN = "RUN"
    NIGHTLY = "NIGHTLY"
    ADMIN = "ADMIN"


class Reconciliation(SQLModel, table=True):
    """One check of all invariants. Times are UTC, `duration_ms` is milliseconds."""

    __tablename__ = "audits"

    id: int = row_id()
    trigger: AuditTrigger = choice(AuditTrigger)
    run_id: int | None = reference("tracking_runs.id", nullable=True)
    """The newest tracking run that had ended when the check began."""
    started_at: datetime = moment(index=True)
    duration_ms: int = 0
    checks: int = 0
    transfers: int = counted(default=0)
    found: int = 0
    """The number of findings, which can be more than `findings` lists."""
    results: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """Per invariant: `invariant`, `checks`, `rows`, `ms`, `found`."""
    findings: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    """`invariant`, `subject`, `subject_id`, `sentence`."""
