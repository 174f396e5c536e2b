"""A table of clips: for the dashboard, the page of all clips, and a campaign's page."""

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

Row = Any
"""The Var of an OwnClipRow; its fields are Vars too."""


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
    """Show `OwnClipRow`s. A row links to its clip, and flashes when its numbers change.

    With `in_campaign`, all rows belong to the campaign of the page, so that column is left out.
    """
    first = _FIRST_IN_CAMPAIGN if in_campaign else _FIRST
    return data_table(
        (*first, *_COLUMNS),
        rows,
        lambda row: [
            *(_platform(row) if in_campaign else _campaign_and_platform(row)),
            *_cells(row),
        ],
        caption=caption,
        href=lambda row: routes.clipper_clip(row.id),
        key=lambda row: row.id,
        loading=loading,
        error=problem,
        retry=retry,
        empty=empty,
    )


def _platform(row: Row) -> list[Node]:
    return [rx.fragment(platform_mark(row.platform, named=True), _when_narrow(row))]


def _campaign_and_platform(row: Row) -> list[Node]:
    mark = platform_mark(row.platform, named=True)
    return [
        rx.fragment(
            rx.el.span(row.campaign),
            rx.el.div(
                platform_mark(row.platform),
                when(row.submitted_at),
                class_name="hint in-row narrow-only",
            ),
        ),
        mark,
    ]


def _when_narrow(row: Row) -> rx.Component:
    return rx.el.div(when(row.submitted_at), class_name="hint narrow-only")


def _cells(row: Row) -> list[Node]:
    return [
        clip_status(row),
        count(row.baseline),
        count(row.views),
        _earned(row),
        when(row.submitted_at),
    ]


def _earned(row: Row) -> rx.Component:
    return rx.fragment(
        money(row.earnings),
        # A narrow screen has no column of views.
        rx.el.div(count(row.views), " views", class_name="hint num narrow-only"),
        flash_row(f"{row.status} {row.views} {row.earnings}"),
    )


def clip_status(row: Row) -> rx.Component:
    """Show the status of a clip, with its reason if it has one."""
    return stack(
        rx.el.div(status_badge(row.status)),
        rx.cond(row.note != "", rx.el.span(row.note, class_name="hint")),
        gap=1,
    )
