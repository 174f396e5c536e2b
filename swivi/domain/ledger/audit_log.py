"""The audit log: one entry per action, in the action's transaction."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.core.money import Cents
from swivi.domain.ledger.models import AuditEntry
from swivi.domain.ledger.states import state_of


def entry(
    action: str,
    subject: str,
    subject_id: int,
    *,
    actor_id: int | None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
    amount: Cents | None = None,
    row: Any = None,
) -> AuditEntry:
    """Return an entry to write. `actor_id` None means Swivi itself.

    `row` is the subject's row after the action, whose state is recorded. Every entry about a cell
    of `states.RECORDED` needs it, or the audit reports the row.
    """
    return AuditEntry(
        at=clock.now(),
        actor_id=actor_id,
        action=action,
        subject=subject,
        subject_id=subject_id,
        before=before or {},
        after=after or {},
        reason=reason,
        amount=amount,
        state=None if row is None else state_of(subject, row),
    )


def record(session: AsyncSession, written: AuditEntry) -> None:
    """Write an entry that moves no money. The ledger writes the others."""
    session.add(written)
