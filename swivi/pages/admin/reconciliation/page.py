"""Reconciliation: every balance against its transfers, by rule, with findings and history."""

import reflex as rx

from swivi import routes
from swivi.pages.admin.reconciliation.rows import FindingRow, ReconciliationRow, RuleRow
from swivi.pages.admin.reconciliation.state import ReconciliationHistory, ReconciliationState
from swivi.pages.shared.frame import admin_page
from swivi.ui.buttons import button, link_button
from swivi.ui.cards import panel
from swivi.ui.feedback import badge, empty_state, notice
from swivi.ui.layout import cluster, dotted, stack
from swivi.ui.numbers import count, count_text, when
from swivi.ui.tables import Column, data_table, pager
from swivi.ui.types import Node, Number
from swivi.ui.vars import number_var


def reconciliation_page() -> rx.Component:
    """`/admin/books`."""
    return admin_page(
        "Reconciliation",
        stack(_last(), _rules(), _seals(), _history()),
        current=routes.ADMIN_RECONCILIATION,
        subtitle=rx.el.span("Every balance is compared with the transfers behind it."),
        actions=_check_now(),
    )


def reconciliation_panel() -> rx.Component:
    """Show the newest reconciliation in a line, for the dashboard."""
    actions = cluster(link_button("Details", routes.ADMIN_RECONCILIATION), _check_now())
    return panel("Reconciliation", _last(), action=actions)


def _check_now() -> rx.Component:
    return button(
        "Check now",
        ReconciliationState.check,
        icon="book_check",
        pending=ReconciliationState.busy,
    )


def _last() -> rx.Component:
    state = ReconciliationState
    never = rx.el.p(
        "Not checked yet. A check compares every balance with its transfers and changes nothing.",
        class_name="quiet",
    )
    covered = dotted(
        rx.fragment(count(state.checks), " checks"),
        rx.fragment(count(state.transfers), " transfers"),
        _took(state.took),
        rx.fragment("checked ", when(state.checked_at)),
    )
    right = notice("good", "No findings: every rule holds.")
    shown = stack(covered, _scope(), rx.cond(state.found == 0, right, _findings()))
    return rx.el.div(rx.cond(state.checked_at == "", never, shown), id="reconciliation")


def _scope() -> rx.Component:
    """What the newest reconciliation compared, and since when rows are sealed."""
    state = ReconciliationState
    whole = rx.fragment(
        "Every rule was checked over all rows, and all ", count(state.compared), " sealed rows."
    )
    part = rx.fragment(
        "Every rule was checked over all rows. Of the sealed rows, ",
        count(state.compared),
        " were compared: all new ones, and the next part of the older ones.",
    )
    since = rx.fragment(" Rows are sealed since ", when(state.seal.since), ".")
    return rx.el.p(
        rx.cond(state.is_whole, whole, part),
        rx.cond(state.seal.since != "", since),
        class_name="quiet",
        id="reconciliation-scope",
    )


def _findings() -> rx.Component:
    state = ReconciliationState
    more = rx.el.p(
        "The first ", count(state.listed), " of ", count(state.found), ".", class_name="quiet"
    )
    return stack(
        data_table(
            (Column("Rule"), Column("What is wrong"), Column("", "right")),
            state.findings,
            _finding_cells,
            caption="Findings",
            stacks=True,
        ),
        rx.cond(state.found > state.listed, more),
    )


def _finding_cells(row: FindingRow) -> list[Node]:
    link = rx.el.a("Open", href=row.place, aria_label=f"Open: {row.sentence}")
    return [
        rx.el.div(rx.el.strong(row.invariant), " ", row.rule),
        row.sentence,
        rx.cond(row.place != "", link),
    ]


_RULE_COLUMNS = (
    Column("Rule"),
    Column("Checks", "right"),
    Column("Rows", "right"),
    Column("Took", "right"),
    Column("Findings", "right"),
)


def _rules() -> rx.Component:
    state = ReconciliationState
    return panel(
        "What is checked",
        data_table(
            _RULE_COLUMNS,
            state.rules,
            _rule_cells,
            caption="What is checked",
            key=lambda row: row.invariant,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "book_check", "Not checked yet", "The first check lists each rule here."
            ),
            stacks=True,
        ),
    )


def _rule_cells(row: RuleRow) -> list[Node]:
    return [
        rx.el.div(rx.el.strong(row.invariant), " ", row.rule),
        count(row.checks),
        count(row.rows),
        _took(row.took),
        _found(row.found),
    ]


def _seals() -> rx.Component:
    seal = ReconciliationState.seal
    covered = dotted(
        rx.fragment("Seal ", count(seal.number)),
        rx.fragment("made ", when(seal.made_at)),
        rx.fragment(count(seal.transfers), " transfers"),
        rx.fragment(count(seal.audit_entries), " audit entries"),
        rx.fragment(count(seal.readings), " readings"),
    )
    checked = rx.el.p(
        "Seals up to ",
        count(seal.checked),
        " were compared with their rows ",
        when(seal.checked_at),
        ".",
    )
    whole = rx.el.p(
        "All seals up to ",
        count(seal.whole),
        " were compared in one check ",
        when(seal.whole_at),
        ".",
    )
    keep = rx.el.p(
        "Keep this digest outside of Swivi. ",
        rx.el.code("python -m swivi audit --since"),
        " with the digest then shows whether any of these rows changed.",
        class_name="quiet",
    )
    shown = stack(
        covered,
        rx.el.code(seal.digest, style={"overflow_wrap": "anywhere"}, id="seal"),
        rx.cond(seal.checked_at != "", checked, rx.el.p("Not compared with the rows yet.")),
        rx.cond(seal.whole_at != "", whole),
        keep,
    )
    none = rx.el.p(
        "Nothing is sealed yet. New rows are sealed every few seconds.", class_name="quiet"
    )
    return panel("Seals", rx.cond(seal.number > 0, shown, none))


_HISTORY_COLUMNS = (
    Column("When"),
    Column("Why"),
    Column("Transfers", "right"),
    Column("Took", "right"),
    Column("Findings", "right"),
)


def _history() -> rx.Component:
    state = ReconciliationHistory
    return panel(
        "History",
        data_table(
            _HISTORY_COLUMNS,
            state.rows,
            _history_cells,
            caption="Reconciliations",
            key=lambda row: row.id,
            loading=state.loading,
            error=state.problem,
            retry=state.load,
            empty=empty_state(
                "history",
                "No reconciliation yet",
                "Swivi runs one after each tracking run and one every night.",
            ),
            stacks=True,
        ),
        rx.cond(
            state.pages > 1,
            pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
        ),
    )


def _history_cells(row: ReconciliationRow) -> list[Node]:
    return [when(row.at), row.why, count(row.transfers), _took(row.took), _found(row.found)]


def _took(milliseconds: Number) -> rx.Component:
    return rx.el.span(count(milliseconds), " ms")


def _found(found: Number) -> rx.Component:
    wrong = badge(count_text(found), "bad", "book_x")
    return rx.cond(number_var(found) > 0, wrong, badge("None", "good", "check"))
