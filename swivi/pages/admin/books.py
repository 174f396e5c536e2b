"""Checking the books from the dashboard: every invariant of money, when an admin asks for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import reflex as rx
from sqlalchemy.exc import SQLAlchemyError

from swivi.core import clock
from swivi.ledger import invariants
from swivi.ledger.invariants import INVARIANTS, Finding, Report
from swivi.pages.gate import admins_only
from swivi.runtime import runtime
from swivi.ui.buttons import button
from swivi.ui.cards import panel
from swivi.ui.feedback import notice, toast_error, toast_success
from swivi.ui.layout import dotted, stack
from swivi.ui.numbers import count, when
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Handler, Node

PLACE = "books"
"""The panel's id, for links to it."""

_HANDLED_AT: Final = {
    "campaign": "/admin/campaigns/{}",
    "clip": "/admin/audit?subject=clip&id={}",
    "submission": "/admin/audit?subject=submission&id={}",
    "payout request": "/admin/audit?subject=payout_request&id={}",
    "user": "/admin/audit?subject=user&id={}",
    "run": "/admin/tracking",
}
"""Where an admin sees more of what a finding is about. Transfers, leases and the database itself have no page."""


@dataclass(frozen=True)
class FindingRow:
    """A broken invariant: which, what it demands, what is wrong, and where to look ("" for nowhere)."""

    invariant: str
    rule: str
    sentence: str
    place: str


class BooksState(rx.State):
    """The last check that this tab asked for. `took` is seconds as text; `checked_at` is "" before the first."""

    checking: bool = False
    checked_at: str = ""
    checks: int = 0
    transfers: int = 0
    took: str = ""
    found: int = 0
    findings: list[FindingRow] = []

    @rx.event(background=True)
    @admins_only
    async def check(self) -> AsyncIterator[Handler]:
        """Check every invariant on one snapshot. In the background: large books take a while."""
        async with self:
            if self.checking:
                return
            self.checking = True
        try:
            report = await invariants.check(runtime().database)
            async with self:
                self._show(report)
            yield _outcome(report)
        except SQLAlchemyError:
            yield toast_error("The books could not be read. Please try again.")
        finally:
            async with self:
                self.checking = False

    def _show(self, report: Report) -> None:
        self.checks, self.transfers, self.took = report.checks, report.transfers, f"{report.seconds:,.2f}"
        self.found = len(report.findings)
        self.findings = [_row(finding) for finding in report.findings]
        self.checked_at = clock.now().isoformat()


def _row(finding: Finding) -> FindingRow:
    place = _HANDLED_AT.get(finding.subject, "").format(finding.subject_id)
    return FindingRow(finding.invariant, INVARIANTS[finding.invariant], finding.sentence, place)


def _outcome(report: Report) -> Handler:
    if report.clean:
        return toast_success(f"The books are right: {report.checks} checks, no findings")
    number = len(report.findings)
    return toast_error("One finding in the books" if number == 1 else f"{number:,} findings in the books")


def books_panel() -> rx.Component:
    """The button, what the last check covered, and what it found."""
    state = BooksState
    return rx.el.div(
        panel(
            "The books",
            rx.cond(
                state.checked_at == "",
                rx.el.p(
                    "Every amount is kept twice, as a balance and as the transfers behind it. "
                    "A check compares all of them and changes nothing.",
                    class_name="quiet",
                ),
                _result(),
            ),
            action=button("Check the books", state.check, icon="book_check", pending=state.checking),
        ),
        id=PLACE,
    )


def _result() -> rx.Component:
    state = BooksState
    covered = dotted(
        rx.fragment(count(state.checks), " checks"),
        rx.fragment(count(state.transfers), " transfers"),
        rx.fragment(rx.el.span(state.took, class_name="num"), " seconds"),
        rx.fragment("checked ", when(state.checked_at)),
    )
    return stack(covered, rx.cond(state.found == 0, notice("good", "No findings: every invariant holds."), _findings()))


def _findings() -> rx.Component:
    return data_table(
        (Column("Rule"), Column("What is wrong"), Column("", "right")),
        BooksState.findings,
        _cells,
        caption="Findings",
    )


def _cells(row: FindingRow) -> list[Node]:
    look = rx.el.a("Look", href=row.place, aria_label=f"Look: {row.sentence}")
    return [
        rx.el.div(rx.el.strong(row.invariant), " ", row.rule),
        row.sentence,
        rx.cond(row.place != "", look),
    ]
