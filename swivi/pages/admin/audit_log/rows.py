"""An entry of the audit log in words."""

from dataclasses import dataclass
from typing import Any

from swivi import routes
from swivi.core.money import format_dollars
from swivi.insights.operations.audit_log import AuditLine
from swivi.pages.admin.shared.times import iso

_PLACES = {
    "campaign": routes.admin_campaign("{}"),
    "payout_request": routes.ADMIN_PAYOUTS,
    "user": routes.admin_user("{}"),
}
_MONEY = {
    "amount",
    "budget",
    "earnings",
    "fee",
    "max_per_clip",
    "max_per_clipper",
    "net",
    "not_recovered",
    "payout_rate",
    "spent",
    "wanted",
}
"""Fields in cents."""


@dataclass(frozen=True)
class EntryRow:
    """An entry. `amount` is cents, None if no money moved; `place` is the subject's page or ""."""

    id: int
    at: str
    actor: str
    action: str
    about: str
    place: str
    changes: list[tuple[str, str, str]]
    reason: str
    amount: int | None


def entry_row(line: AuditLine) -> EntryRow:
    """Return the row of an entry."""
    entry = line.entry
    return EntryRow(
        id=entry.id,
        at=iso(entry.at),
        actor=line.actor or "Swivi",
        action=action_words(entry.action),
        about=line.about or f"{entry.subject.replace('_', ' ')} {entry.subject_id}",
        place=_PLACES.get(entry.subject, "").format(entry.subject_id),
        changes=_changes(entry.before, entry.after),
        reason=entry.reason or "",
        amount=entry.amount,
    )


def action_words(name: str) -> str:
    """Return an action in words: `submission.approved` becomes `Submission approved`."""
    return name.replace(".", " ").replace("_", " ").capitalize()


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what differs: its name, its value before ("" for none) and after."""
    names = [name for name in after if after[name] != before.get(name)]
    return [
        (
            name.replace("_", " "),
            _value(name, before[name]) if name in before else "",
            _value(name, after[name]),
        )
        for name in names
    ]


def _value(name: str, value: Any) -> str:
    if name in _MONEY and isinstance(value, int):
        return format_dollars(value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if value is None or value == "":
        return "none"
    return f"{value:,}" if isinstance(value, int) else str(value)
