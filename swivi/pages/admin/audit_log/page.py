"""The audit log: who did what, when, and why."""

import reflex as rx

from swivi import routes
from swivi.core.bounded_count import MOST_COUNTED
from swivi.pages.admin.audit_log.rows import EntryRow
from swivi.pages.admin.audit_log.state import SUBJECTS, AuditState
from swivi.pages.shared.frame import admin_page, sends
from swivi.ui.buttons import button, link_button
from swivi.ui.feedback import empty_state
from swivi.ui.forms import select_field, text_field
from swivi.ui.layout import cluster, stack
from swivi.ui.numbers import money, when
from swivi.ui.tables import Column, FilterTab, data_table, filter_tabs, pager
from swivi.ui.types import Node
from swivi.ui.vars import rows_var

_COLUMNS = (
    Column("When"),
    Column("Who"),
    Column("Did"),
    Column("To"),
    Column("Before and after"),
    Column("Why"),
    Column("Amount", "right"),
)


def _cells(row: EntryRow) -> list[Node]:
    return [
        when(row.at),
        row.actor,
        row.action,
        rx.cond(row.place != "", rx.el.a(row.about, href=row.place), rx.el.span(row.about)),
        rx.el.ul(rx.foreach(rows_var(row.changes), _change), style={"list_style": "none"}),
        rx.el.span(row.reason, style={"overflow_wrap": "anywhere"}),
        rx.cond(row.amount, money(rx.Var.create(row.amount).to(int))),
    ]


def _change(change: tuple[str, str, str]) -> rx.Component:
    """Show one change. A value may be one long word, so that it breaks anywhere."""
    name, before, after = change[0], change[1], change[2]
    return rx.el.li(
        rx.el.span(name, ": ", class_name="quiet"),
        rx.cond(before != "", rx.fragment(rx.el.del_(before), " → ")),
        rx.el.span(after),
        style={"overflow_wrap": "anywhere"},
    )


def audit_page() -> rx.Component:
    """`/admin/audit`."""
    state = AuditState
    tabs = [FilterTab("Everything", "")] + [
        FilterTab(words, subject) for subject, words in SUBJECTS.items()
    ]
    return admin_page(
        "Audit log",
        stack(
            filter_tabs(
                tabs, state.subject, lambda subject: f"?subject={subject}{state.kept}", "About"
            ),
            _filters(),
            data_table(
                _COLUMNS,
                state.rows,
                _cells,
                caption="Audit log",
                key=lambda row: row.id,
                loading=state.loading,
                error=state.problem,
                retry=state.load,
                empty=empty_state("scroll_text", "No entries", "No entry fits these filters."),
                stacks=True,
            ),
            pager(
                state.page,
                state.pages,
                state.previous_page,
                state.next_page,
                state.total,
                most=MOST_COUNTED,
            ),
        ),
        current=routes.ADMIN_AUDIT_LOG,
        actions=link_button(
            "Export as CSV", state.export, icon="download", reload_document=True, download=True
        ),
    )


def _filters() -> rx.Component:
    state = AuditState
    return cluster(
        select_field(
            "Action",
            "action",
            state.actions,
            value=state.action,
            on_change=sends(state.filter_by, "action"),
        ),
        select_field(
            "Who",
            "actor",
            state.actors,
            value=state.actor,
            on_change=sends(state.filter_by, "actor"),
        ),
        _day("From day (UTC)", "since", state.since),
        _day("To day (UTC)", "until", state.until),
        rx.cond(
            state.subject_id != "",
            button(
                "One subject",
                sends(state.filter_by, "id", ""),
                icon="x",
                aria_label="Show every subject",
            ),
        ),
        gap=3,
    )


def _day(label: str, name: str, value: str) -> rx.Component:
    """Filter when the field is left: while a day is typed, browsers report it as empty."""
    return text_field(
        label,
        name,
        type="date",
        default_value=value,
        on_blur=sends(AuditState.filter_by, name),
        # A new control for a new address, so that it shows the present filter.
        key=value,
    )
