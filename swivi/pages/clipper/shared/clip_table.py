"""Clips as a table: on the dashboard, and on the page of all clips."""

from typing import Any

import reflex as rx

from swivi import routes
from swivi.pages.shared.platform_mark import platform_mark
from swivi.ui.feedback import status_badge
from swivi.ui.layout import stack
from swivi.ui.numbers import count, flash_row, money, when
from swivi.ui.tables import Column, data_table
from swivi.ui.types import Flag, Handler, Node, Rows, Text

_FIRST = (Column("Campaign"), Column("Platform", wide_only=True))
_FIRST_IN_CAMPAIGN = (Column("Clip"),)
_COLUMNS = (
    Column("Status"),
    Column("At submission", "right", wide_only=True),
    Column("Views", "right", wide_only=True),
    Column("Earned", "right"),
    Column("Submitted", "right", wide_only=True),
)

Line = Any
"""The Var of a ClipLine; its fields are Vars too."""


def clip_table(
    rows: Rows,
    *,
    caption: str,
    loading: Flag,
    problem: Text,
    retry: Handler,
    empty: rx.Component,
    in_campaign: bool = False,
) -> rx.Component:
    """A table of `ClipLine`s; a row leads to its clip, and flashes when its numbers change.

    `in_campaign` says that all are of the campaign around it, which then needs no column.
    """
    first = _FIRST_IN_CAMPAIGN if in_campaign else _FIRST
    return data_table(
        (*first, *_COLUMNS),
        rows,
        lambda line: [
            *(_platform(line) if in_campaign else _campaign_and_platform(line)),
            *_cells(line),
        ],
        caption=caption,
        href=lambda line: routes.clipper_clip(line.id),
        key=lambda line: line.id,
        loading=loading,
        error=problem,
        retry=retry,
        empty=empty,
    )


def _platform(line: Line) -> list[Node]:
    return [rx.fragment(platform_mark(line.platform, named=True), _when_narrow(line))]


def _campaign_and_platform(line: Line) -> list[Node]:
    mark = platform_mark(line.platform, named=True)
    return [
        rx.fragment(
            rx.el.span(line.campaign),
            rx.el.div(
                platform_mark(line.platform),
                when(line.submitted_at),
                class_name="hint in-line narrow-only",
            ),
        ),
        mark,
    ]


def _when_narrow(line: Line) -> rx.Component:
    return rx.el.div(when(line.submitted_at), class_name="hint narrow-only")


def _cells(line: Line) -> list[Node]:
    return [
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
