"""Small bars for the amounts of the last days, drawn without a chart library."""

from typing import Any, cast

import reflex as rx

from swivi.ui.numbers import money_text
from swivi.ui.types import Node, Number, Rows, Text
from swivi.ui.vars import number_var, rows_var


def money_bars(days: Rows, today: Number, *, title: Text, highest: Number) -> rx.Component:
    """Show the cents of each day and of today, which may be live.

    `highest` is the largest amount in `days`. Every bar tells its day and amount on hover and to
    screen readers.
    """
    now, first = number_var(today), cast(Any, rows_var(days)[0])
    top: Any = rx.cond(now > number_var(highest), now, number_var(highest))
    return rx.el.div(
        rx.el.p(title, class_name="stat-label"),
        rx.el.ol(
            rx.foreach(rows_var(days), lambda each: _bar(each.day, each.amount, top)),
            _bar("Today", now, top),
            class_name="bars",
            aria_label=title,
        ),
        rx.el.div(
            rx.el.span(first.day, class_name="quiet"),
            rx.el.span("Today ", rx.el.strong(money_text(now), class_name="num")),
            class_name="bars-ends",
            aria_hidden="true",
        ),
        class_name="hero-beside",
    )


def _bar(day: Node, amount: Any, top: Any) -> rx.Component:
    cents = number_var(amount)
    part = rx.cond(top > 0, cents * 100 / rx.cond(top > 0, top, 1), 0)
    said = f"{day}: {money_text(cents)}"
    return rx.el.li(
        rx.el.span(said, class_name="sr-only"),
        rx.el.span(class_name="bar", style={"height": f"{part}%"}),
        title=said,
    )
