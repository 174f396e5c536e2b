"""The state of the audit log: filters and one page of entries."""

from datetime import date
from typing import ClassVar
from urllib.parse import urlencode

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.insights.operations.audit_log import (
    SWIVI,
    AuditFilter,
    audit_actions,
    audit_actors,
    audit_lines,
)
from swivi.pages.admin.audit_log.rows import EntryRow, action_words, entry_row
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked, asked_number
from swivi.pages.engine.live import AdminLive

SUBJECTS = {
    "campaign": "Campaigns",
    "submission": "Submissions",
    "clip": "Clips",
    "payout_request": "Payouts",
    "user": "Users",
    "webhook": "Webhooks",
}

_PARAMETERS = ("subject", "id", "action", "actor", "since", "until")


class AuditState(AdminLive, Listing, rx.State):
    """One page of the log. `export` is the address of all entries of these filters as CSV."""

    _content: ClassVar[str] = "The audit log"
    rows: list[EntryRow] = []
    subject: str = ""
    subject_id: str = ""
    action: str = ""
    actor: str = ""
    since: str = ""
    until: str = ""
    kept: str = ""
    """The address's query without the subject."""
    export: str = ""
    actions: list[tuple[str, str]] = []
    actors: list[tuple[str, str]] = []

    async def _arrive(self) -> None:
        self._read_place()
        self._read_filters()

    async def _refresh_live(self, session: AsyncSession) -> None:
        offset = (self.page - 1) * PAGE_SIZE
        lines, total = await audit_lines(session, self._wanted(), limit=PAGE_SIZE, offset=offset)
        actions = await audit_actions(session)
        actors = await audit_actors(session, besides=self._chosen())
        self.actions = [("", "Everything")] + [(name, action_words(name)) for name in actions]
        users = [(str(number), name) for number, name in actors]
        self.actors = [("", "Everybody"), (str(SWIVI), "Swivi"), *users]
        self.rows = [entry_row(line) for line in lines]
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
    """Return a day as YYYY-MM-DD; "" if it is none."""
    try:
        return date.fromisoformat(written).isoformat()
    except ValueError:
        return ""
