"""Tables with loading, empty and error states, filters and paging."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from swivi.ui.buttons import icon_button
from swivi.ui.feedback import empty_state, error_state, skeleton_rows
from swivi.ui.icons import icon
from swivi.ui.numbers import count, count_text
from swivi.ui.types import Align, Flag, Handler, Node, Number, Rows, Text
from swivi.ui.vars import flag_var, number_var, rows_var, text_if, text_var

_ARROW_SIZE = 14

Row = Any
"""The Var of one row inside `rx.foreach`. Its fields are Vars too."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Align numbers right. `sort_key` makes the head a button. `wide_only` hides the column on phones.
    The column of the rows' buttons has no label.
    """

    label: str
    align: Align = "left"
    sort_key: str = ""
    wide_only: bool = False

    @property
    def class_name(self) -> str:
        return f"align-{self.align}" + (" wide-only" if self.wide_only else "")


@dataclass(frozen=True)
class Sort:
    """The order of the rows. `on_sort(sort_key)` returns the event that sorts by a column."""

    key: Text
    descending: Flag
    on_sort: Callable[[str], Any]


@dataclass(frozen=True)
class FilterTab:
    """One choice of a filter, with its number of rows."""

    label: str
    value: str
    count: Number | None = None


def data_table(
    columns: Sequence[Column],
    rows: Rows,
    row: Callable[[Row], Sequence[Node]],
    *,
    caption: str,
    href: Callable[[Row], Text] | None = None,
    key: Callable[[Row], Any] | None = None,
    loading: Flag = False,
    error: Text = "",
    retry: Handler | None = None,
    empty: rx.Component | None = None,
    sort: Sort | None = None,
    stacks: bool = False,
) -> rx.Component:
    """Render a table of one page of rows.

    `row` returns the contents of a row's cells, one per column. With `href` the whole row is a
    link. The first cell's content becomes the link's text, so it must contain no other link. `key`
    (the row's id) identifies rows when they move.

    While `loading`, existing rows stay and are dimmed. Without rows, and before the page's state
    has loaded, a placeholder is shown. A table that `stacks` shows each row as a card on a phone,
    with the row's buttons below, so that users need not scroll sideways.
    """
    listed = rows_var(rows)
    table = _scroller(
        caption,
        loading,
        _head(columns, sort),
        rx.el.tbody(rx.foreach(listed, lambda item: _body_row(item, columns, row, href, key))),
        stacks=stacks,
    )
    nothing = empty or empty_state("inbox", "Nothing here yet", "")
    not_known_yet = flag_var(loading) | ~flag_var(rx.State.is_hydrated)
    without_rows = rx.cond(not_known_yet, skeleton_rows(), nothing)
    return rx.cond(
        text_var(error) != "",
        error_state(error, retry),
        rx.cond(listed.length() > 0, table, without_rows),
    )


def pager(
    page: Number,
    pages: Number,
    on_prev: Handler,
    on_next: Handler,
    total: Number | None = None,
    most: int | None = None,
) -> rx.Component:
    """Render the paging of a list. Pages count from 1. Hidden if `total` is 0.

    The server stops counting above `most`, so a larger total is shown as "more than" that.
    """
    here, last = number_var(page), number_var(pages)
    found = [] if total is None else [rx.el.span(_in_all(total, most), class_name="quiet")]
    steps = rx.el.nav(
        *found,
        rx.el.span("Page ", count(page), " of ", count(pages), class_name="pager-place"),
        icon_button("chevron_left", "Previous page", on_prev, disabled=here <= 1),
        icon_button("chevron_right", "Next page", on_next, disabled=here >= last),
        class_name="pager",
        aria_label="Pages",
    )
    return steps if total is None else rx.cond(number_var(total) > 0, steps)


def _in_all(total: Number, most: int | None) -> rx.Component:
    known = rx.fragment(count(total), " in total")
    return (
        known if most is None else rx.cond(number_var(total) > most, f"more than {most:,}", known)
    )


def filter_tabs(
    tabs: Sequence[FilterTab], current: Text, href: Callable[[str], str], label: str
) -> rx.Component:
    """Render the choices of a filter as links, so that the address keeps the filter.

    `href(value)` returns an address such as "?status=...".
    """
    return rx.el.nav(
        *[_filter_tab(tab, current, href(tab.value)) for tab in tabs],
        class_name="tabs",
        aria_label=label,
    )


def _filter_tab(tab: FilterTab, current: Text, href: str) -> rx.Component:
    counted = (
        [] if tab.count is None else [rx.el.span(count_text(tab.count), class_name="tab-count num")]
    )
    chosen = text_var(current) == tab.value
    return rx.el.a(
        tab.label,
        *counted,
        href=href,
        class_name="tab",
        aria_current=text_if(chosen, "page", "false"),
    )


def _scroller(caption: str, loading: Flag, *parts: rx.Component, stacks: bool) -> rx.Component:
    """Render a table in a box that scrolls sideways and can receive the focus."""
    class_name = "table table-stacks" if stacks else "table"
    return rx.el.div(
        rx.el.table(rx.el.caption(caption, class_name="sr-only"), *parts, class_name=class_name),
        class_name="table-scroller",
        role="region",
        tab_index=0,
        aria_label=caption,
        aria_busy=loading,
    )


def _head(columns: Sequence[Column], sort: Sort | None) -> rx.Component:
    return rx.el.thead(rx.el.tr(*[_head_cell(column, sort) for column in columns]))


def _head_cell(column: Column, sort: Sort | None) -> rx.Component:
    if not column.label:
        return rx.el.td(class_name=column.class_name)
    if sort is None or not column.sort_key:
        return rx.el.th(column.label, scope="col", class_name=column.class_name)
    chosen = text_var(sort.key) == column.sort_key
    descending = flag_var(sort.descending)
    arrow = rx.cond(
        descending, icon("arrow_down", size=_ARROW_SIZE), icon("arrow_up", size=_ARROW_SIZE)
    )
    return rx.el.th(
        rx.el.button(
            column.label,
            rx.cond(chosen, arrow, icon("chevrons_up_down", size=_ARROW_SIZE)),
            type="button",
            on_click=sort.on_sort(column.sort_key),
            class_name="sort-button",
        ),
        scope="col",
        class_name=column.class_name,
        aria_sort=text_if(chosen, text_if(descending, "descending", "ascending"), "none"),
    )


def _body_row(
    item: Row,
    columns: Sequence[Column],
    row: Callable[[Row], Sequence[Node]],
    href: Callable[[Row], Text] | None,
    key: Callable[[Row], Any] | None,
) -> rx.Component:
    contents = list(row(item))
    if href is not None:
        contents[0] = rx.el.a(contents[0], href=href(item), class_name="row-link")
    cells = [_cell(content, column) for column, content in zip(columns, contents, strict=True)]
    if key is None:
        return rx.el.tr(*cells)
    return rx.el.tr(*cells, key=key(item))


def _cell(content: Node, column: Column) -> rx.Component:
    """Render a cell. A stacked row shows `data-label` in place of the column's head."""
    return rx.el.td(
        content, class_name=column.class_name, custom_attrs={"data-label": column.label}
    )
