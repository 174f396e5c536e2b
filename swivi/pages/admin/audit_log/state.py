"""The audit log's state: which entries are shown, and each of them in words."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from swivi.core.money import format_dollars
from swivi.domain.accounts.models import Role
from swivi.insights.operations.audit_log import (
    SWIVI,
    AuditFilter,
    AuditLine,
    audit_actions,
    audit_actors,
    audit_lines,
)
from swivi.pages.admin.shared.times import iso
from swivi.pages.engine.gate import public
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked, asked_number
from swivi.pages.engine.loading import loading
from swivi.pages.engine.session import visitor

SUBJECTS = {
    "campaign": "Campaigns",
    "submission": "Submissions",
    "clip": "Clips",
    "payout_request": "Payouts",
    "user": "Users",
    "webhook": "Webhooks",
}
_PLACES = {
    "campaign": "/admin/campaigns/{}",
    "payout_request": "/admin/payouts",
    "user": "/admin/users/{}",
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
} | {
    "payout_rate",
    "spent",
    "wanted",
}
"""What before and after hold in cents."""

_PARAMETERS = ("subject", "id", "action", "actor", "since", "until")


@dataclass(frozen=True)
class EntryRow:
    """An entry as its row shows it.

    `amount` is cents, None where no money moved; `place` its subject's page or "".
    """

    id: int
    at: str
    actor: str
    action: str
    about: str
    place: str
    changes: list[tuple[str, str, str]]
    reason: str
    amount: int | None


class AuditState(Listing, rx.State):
    """One page of the log. `export` is the address of the same entries, all of them, as CSV."""

    rows: list[EntryRow] = []
    subject: str = ""
    subject_id: str = ""
    action: str = ""
    actor: str = ""
    since: str = ""
    until: str = ""
    kept: str = ""
    """The filters besides the subject, as the rest of an address."""
    export: str = ""
    actions: list[tuple[str, str]] = []
    actors: list[tuple[str, str]] = []

    @public
    async def load(self) -> None:
        """Read what the address asks for."""
        if await visitor(self, Role.ADMIN) is None:
            return
        offset = self._read_place()
        self._read_filters()
        async with loading(self, "The audit log") as session:
            lines, total = await audit_lines(
                session, self._wanted(), limit=PAGE_SIZE, offset=offset
            )
            actions, actors = (
                await audit_actions(session),
                await audit_actors(session, besides=self._chosen()),
            )
            self.actions = [("", "Everything")] + [(name, _words(name)) for name in actions]
            people = [(str(number), name) for number, name in actors]
            self.actors = [("", "Everybody"), (str(SWIVI), "Swivi"), *people]
            self.rows = [_row(line) for line in lines]
            self._found(total)

    def _read_filters(self) -> None:
        self.subject = asked(self, "subject") if asked(self, "subject") in SUBJECTS else ""
        self.subject_id = str(asked_number(self, "id") or "")
        self.action = asked(self, "action")[:80].replace("\x00", "")
        self.actor = "0" if asked(self, "actor") == "0" else str(asked_number(self, "actor") or "")
        self.since, self.until = (_day(asked(self, name)) for name in ("since", "until"))
        given = {name: value for name, value in self._filters().items() if value}
        self.export = "/api/admin/exports/audit.csv?" + urlencode(given)
        self.kept = "".join(
            f"&{urlencode({name: given[name]})}" for name in given if name not in ("subject", "id")
        )

    def _filters(self) -> dict[str, str]:
        values = (self.subject, self.subject_id, self.action, self.actor, self.since, self.until)
        return dict(zip(_PARAMETERS, values, strict=True))

    def _chosen(self) -> int | None:
        return int(self.actor) if self.actor else None

    def _wanted(self) -> AuditFilter:
        return AuditFilter(
            action=self.action,
            subject=self.subject,
            subject_id=int(self.subject_id) if self.subject_id else None,
            actor_id=self._chosen(),
            since=date.fromisoformat(self.since) if self.since else None,
            until=date.fromisoformat(self.until) if self.until else None,
        )


def _day(written: str) -> str:
    """A day as YYYY-MM-DD, or "" for anything else."""
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        return ""


def _row(line: AuditLine) -> EntryRow:
    entry = line.entry
    return EntryRow(
        id=entry.id,
        at=iso(entry.at),
        actor=line.actor or "Swivi",
        action=_words(entry.action),
        about=line.about or f"{entry.subject.replace('_', ' ')} {entry.subject_id}",
        place=_PLACES.get(entry.subject, "").format(entry.subject_id),
        changes=_changes(entry.before, entry.after),
        reason=entry.reason or "",
        amount=entry.amount,
    )


def _words(name: str) -> str:
    """`submission.approved` -> `Submission approved`."""
    return name.replace(".", " ").replace("_", " ").capitalize()


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What differs: its name, its value before ("" where there was none) and after."""
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
    return (
        "none"
        if value is None or value == ""
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )
