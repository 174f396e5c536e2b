"""Money, counts and times, written by the viewer's browser (`assets/swivi.js`).

Money is integer cents and stays an integer up to the last character. What has no value yet (None)
reads "—".
"""

from typing import Final, Literal

import reflex as rx
from reflex.vars import FunctionStringVar, VarData

from swivi.ui.types import Flag, Number, Text

_MODULE: Final = "$/public/swivi.js"


class _LiveMoney(rx.Component):
    """The `LiveMoney` of swivi.js."""

    library = _MODULE
    tag = "LiveMoney"
    cents: rx.Var[int]
    ready: rx.Var[bool]


class _FlashRow(rx.Component):
    """The `FlashRow` of swivi.js."""

    library = _MODULE
    tag = "FlashRow"
    on: rx.Var[object]


class _When(rx.Component):
    """The `When` of swivi.js."""

    library = _MODULE
    tag = "When"
    iso: rx.Var[str]
    never: rx.Var[str]


def money_text(cents: Number) -> rx.Var[str]:
    """`123456` -> `$1,234.56`, `-5` -> `-$0.05`, as text for sentences, labels and dialogs."""
    return _in_browser("formatCents", cents)


def plain_dollars(cents: Number) -> rx.Var[str]:
    """`123456` -> `1234.56`, as a bank's form takes it."""
    return _in_browser("plainDollars", cents)


def count_text(number: Number) -> rx.Var[str]:
    """`324500` -> `324,500`, as text."""
    return _in_browser("formatCount", number)


def percent_text(value: Number, total: Number) -> rx.Var[str]:
    """`value` of `total` in whole percent, rounded down, at most 100%: `(99999, 100000)` ->
    `99%`.
    """
    return _in_browser("formatPercent", value, total)


def money(cents: Number, tone: Literal["plain", "in", "quiet"] = "plain") -> rx.Component:
    """An amount in cents as `$1,234.56`, in tabular figures.

    Tone "in" is money the viewer received.
    """
    return rx.el.span(money_text(cents), class_name=f"num tone-{tone}")


def rate(cents: Number) -> rx.Component:
    """What 1,000 views pay, in cents: `$1.50 per 1,000 views`."""
    return rx.el.span(money(cents), rx.el.span(" per 1,000 views", class_name="quiet"))


def count(number: Number) -> rx.Component:
    """A number of things as `324,500`, in tabular figures."""
    return rx.el.span(count_text(number), class_name="num")


def short_count(number: Number) -> rx.Component:
    """A large number as `1.2M`, with the exact one on hover and for screen readers."""
    return rx.el.span(
        rx.el.span(_in_browser("formatShortCount", number), aria_hidden="true"),
        rx.el.span(count_text(number), class_name="sr-only"),
        class_name="num",
        title=count_text(number),
    )


def live_money(cents: Number, *, ready: Flag | None = None) -> rx.Component:
    """The page's one big amount in cents: it counts up to a new value in place, in about half a
    second.

    Before `ready` (by default: before the page's state has loaded) it shows each value at once, so
    that a page does not open by counting up from zero. Screen readers hear the final value only.
    """
    ready = rx.State.is_hydrated if ready is None else ready
    return _LiveMoney.create(cents=cents, ready=ready, class_name="num live-money")


def flash_row(on: object) -> rx.Component:
    """Put into a table's cell: the row lights up once whenever `on` changes.

    Give the table a `key`.
    """
    return _FlashRow.create(on=on)


def percent_bar(value: Number, total: Number, label: Text) -> rx.Component:
    """How much of an amount in cents is used up. `label` says what: "Budget spent"."""
    return rx.el.progress(
        value=value,
        max=total,
        class_name="percent-bar",
        aria_label=label,
        aria_valuetext=f"{money_text(value)} of {money_text(total)}",
    )


def when(iso: Text, never: Text = "Never") -> rx.Component:
    """A time (ISO 8601, UTC) as `3 min ago`, the viewer's exact local time on hover; "" reads
    `never`.
    """
    return _When.create(iso=iso, never=never, class_name="when")


def _in_browser(function: str, *arguments: object) -> rx.Var[str]:
    imported = VarData(imports={_MODULE: [function]})
    return FunctionStringVar.create(function, _var_data=imported).call(*arguments).to(str)
