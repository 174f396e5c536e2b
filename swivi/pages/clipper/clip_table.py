"""Clips as a table: on the dashboard, and on the page of all clips."""

from typing import Any

import reflex as rx

from swivi.ui.feedback import status_badge
from swivi.ui.layout import stack
from swivi.ui.numbers import count, flash_row, money, when
from swivi.ui.platform_marks import platform_mark
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Flag, Handler, Node, Rows, Text

_COLUMNS = (
    Column("Campaign"),
    Column("Platform", wide_only=True),
    Column("Status"),
    Column("At submission", "right", wide_only=True),
    Column("Views", "right", wide_only=True),
    Column("Earned", "right"),
    Column("Submitted", "right", wide_only=True),
)

Line = Any
"""The Var of a ClipLine; its fields are Vars too."""


def clip_table(
    rows: Rows, *, caption: str, loading: Flag, problem: Text, retry: Handler, empty: rx.Component
) -> rx.Component:
    """A table of `ClipLine`s; a row leads to its clip, and flashes when its numbers change."""
    return data_table(
        _COLUMNS,
        rows,
        _cells,
        caption=caption,
        href=lambda line: f"/clippers/clips/{line.id}",
        key=lambda line: line.id,
        loading=loading,
        error=problem,
        retry=retry,
        empty=empty,
    )


def _cells(line: Line) -> list[Node]:
    return [
        rx.el.span(line.campaign),
        platform_mark(line.platform, named=True),
        clip_status(line),
        count(line.baseline),
        count(line.views),
        _earned(line),
        when(line.submitted_at),
    ]


def _earned(line: Line) -> rx.Component:
    return rx.fragment(
        money(line.earnings),
        # Where the views have no column of their own.
        rx.el.div(count(line.views), " views", class_name="hint num narrow-only"),
        flash_row(f"{line.status} {line.views} {line.earnings}"),
    )


def clip_status(line: Line) -> rx.Component:
    """How a clip fares, with the reason where there is one."""
    return stack(
        rx.el.div(status_badge(line.status)),
        rx.cond(line.note != "", rx.el.span(line.note, class_name="hint")),
        gap=1,
    )
