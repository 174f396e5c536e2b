"""A statement, of a clipper or a campaign: every movement and how it was calculated, by month."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

import reflex as rx
from sqlmodel.ext.asyncio.session import AsyncSession

from swivi.core import clock
from swivi.insights.money import statement
from swivi.insights.money.statement import Account, Line, Period, PeriodSums
from swivi.insights.shared.days import DAY
from swivi.pages.engine.listing import PAGE_SIZE, Listing, asked
from swivi.pages.shared.frame import sends
from swivi.pages.shared.statement_words import DOES_NOT_ADD_UP, WHAT, how
from swivi.ui.buttons import link_button
from swivi.ui.cards import stat_card
from swivi.ui.feedback import empty_state
from swivi.ui.forms import select_field
from swivi.ui.layout import card_grid, cluster, stack
from swivi.ui.numbers import money, when
from swivi.ui.tables import Column, data_table, pager
from swivi.ui.types import Node, Text
from swivi.ui.vars import rows_var

Words = Callable[[Line], tuple[str, str]]
"""Return the subject of a line in words, and the address of its page; "" for none."""

Row = Any
"""The Var of a StatementRow; its fields are Vars too."""


@dataclass(frozen=True)
class StatementRow:
    """One movement. `amount` is in cents, negative for money that left.

    `place` is the address of the page of its subject, "" for none.
    """

    id: int
    at: str
    what: str
    about: str
    place: str
    how: list[str]
    amount: int
    balance: int


class Statement(Listing, rx.State, mixin=True):
    """One page of the lines of the month in the address, and the sums of that month in cents."""

    rows: list[StatementRow] = []
    month: str = ""
    months: list[tuple[str, str]] = []
    opening: int = 0
    money_in: int = 0
    money_out: int = 0
    closing: int = 0
    csv: str = ""
    json: str = ""

    async def _show(
        self, session: AsyncSession, account: Account, words: Words, export: str
    ) -> None:
        """Read one page of lines. `export` is the address of the files, without a suffix."""
        offset = self._read_place()
        first = await statement.first_day(session, account)
        self.months = [
            ("", "All months"),
            *((each.isoformat()[:7], f"{each:%B %Y}") for each in months_since(first)),
        ]
        wanted = asked(self, "month")
        self.month = wanted if wanted in dict(self.months) else ""
        period = period_of(self.month)
        lines = await statement.page(session, account, period, limit=PAGE_SIZE, offset=offset)
        self._sum_up(await statement.sums(session, account, period))
        self.rows = [_row(line, words) for line in lines]
        self.csv, self.json = (f"{export}.{kind}{_days(period)}" for kind in ("csv", "json"))

    def _sum_up(self, sums: PeriodSums) -> None:
        self.opening, self.closing = sums.opening, sums.closing
        self.money_in = sum(cents for cents in sums.moved.values() if cents > 0)
        self.money_out = sum(cents for cents in sums.moved.values() if cents < 0)
        self._found(sums.lines)


def period_of(month: str) -> Period:
    """Return the days of a month such as 2026-11; all days for "". Raise ValueError."""
    if not month:
        return Period()
    first = date.fromisoformat(f"{month}-01")
    return Period(first, _next_month(first) - DAY)


def months_since(first: date | None) -> list[date]:
    """Return the first day of each month from `first` to now, newest first."""
    if first is None:
        return []
    months, last = [first.replace(day=1)], clock.now().date().replace(day=1)
    while months[-1] < last:
        months.append(_next_month(months[-1]))
    return months[::-1]


def _next_month(first: date) -> date:
    return (first + 31 * DAY).replace(day=1)


def _days(period: Period) -> str:
    named = {"since": period.first, "until": period.last}
    given = {name: day.isoformat() for name, day in named.items() if day is not None}
    return f"?{urlencode(given)}" if given else ""


def _row(line: Line, words: Words) -> StatementRow:
    about, place = words(line)
    return StatementRow(
        id=line.transfer_id,
        at=line.at.isoformat(),
        what=WHAT.get(line.kind, line.kind),
        about=about,
        place=place,
        how=how(line),
        amount=line.amount,
        balance=line.balance,
    )


_COLUMNS = (
    Column("When"),
    Column("What"),
    Column("How it was calculated"),
    Column("Amount", "right"),
    Column("Balance", "right"),
)


def statement_parts(state: type[Statement], nothing: Text) -> rx.Component:
    """The sums, the choice of a month, and the lines."""
    return stack(
        card_grid(
            stat_card("Opening balance", money(state.opening)),
            stat_card("Money in", money(state.money_in, "in")),
            stat_card("Money out", money(state.money_out)),
            stat_card("Closing balance", money(state.closing)),
            min_width=140,
        ),
        cluster(
            select_field(
                "Month (UTC)",
                "month",
                state.months,
                value=state.month,
                on_change=sends(state.filter_by, "month"),
            )
        ),
        data_table(
            _COLUMNS,
            state.rows,
            _cells,
            caption="Statement",
            key=lambda row: row.id,
            loading=state.loading,
            error=state.problem,
            empty=empty_state("scroll_text", "No movements", nothing),
            stacks=True,
        ),
        rx.cond(
            state.pages > 1,
            pager(state.page, state.pages, state.previous_page, state.next_page, state.total),
        ),
    )


def exports(state: type[Statement]) -> rx.Component:
    """The links that export the statement."""
    return cluster(
        *[
            link_button(
                f"Export as {name}", address, icon="download", reload_document=True, download=True
            )
            for name, address in (("CSV", state.csv), ("JSON", state.json))
        ]
    )


def _cells(row: Row) -> list[Node]:
    return [
        when(row.at),
        stack(
            rx.el.span(row.what),
            rx.cond(
                row.place != "",
                rx.el.a(row.about, href=row.place),
                rx.el.span(row.about, class_name="hint"),
            ),
            gap=1,
        ),
        rx.el.ul(rx.foreach(rows_var(row.how), _sentence), class_name="plain-list quiet"),
        rx.cond(row.amount > 0, money(row.amount, "in"), money(row.amount)),
        money(row.balance),
    ]


def _sentence(sentence: Text) -> rx.Component:
    return rx.cond(
        sentence == DOES_NOT_ADD_UP, rx.el.li(sentence, class_name="error"), rx.el.li(sentence)
    )
