"""Money, counts and times, formatted in the viewer's browser (`assets/swivi.js`).

Money is integer cents, also while it is formatted. None is shown as "—".
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
    """Format cents as text: `123456` -> `$1,234.56`, `-5` -> `-$0.05`."""
    return _in_browser("formatCents", cents)


def plain_dollars(cents: Number) -> rx.Var[str]:
    """Format cents for a bank's form: `123456` -> `1234.56`."""
    return _in_browser("plainDollars", cents)


def count_text(number: Number) -> rx.Var[str]:
    """Format a count as text: `324500` -> `324,500`."""
    return _in_browser("formatCount", number)


def percent_text(value: Number, total: Number) -> rx.Var[str]:
    """Format a part of a total in whole percent, rounded down: `(99999, 100000)` -> `99%`.

    At most 100%.
    """
    return _in_browser("formatPercent", value, total)


def money(cents: Number, tone: Literal["plain", "in", "quiet"] = "plain") -> rx.Component:
    """Render cents as `$1,234.56`, in tabular figures. Tone "in" is money the viewer received."""
    return rx.el.span(money_text(cents), class_name=f"num tone-{tone}")


def rate(cents: Number) -> rx.Component:
    """Render the cents that 1,000 views pay: `$1.50 per 1,000 views`."""
    return rx.el.span(money(cents), rx.el.span(" per 1,000 views", class_name="quiet"))


def count(number: Number) -> rx.Component:
    """Render a count as `324,500`, in tabular figures."""
    return rx.el.span(count_text(number), class_name="num")


def short_count(number: Number) -> rx.Component:
    """Render a large count as `1.2M`, with the exact one on hover and for screen readers."""
    return rx.el.span(
        rx.el.span(_in_browser("formatShortCount", number), aria_hidden="true"),
        rx.el.span(count_text(number), class_name="sr-only"),
        class_name="num",
        title=count_text(number),
    )


def live_money(cents: Number, *, ready: Flag | None = None) -> rx.Component:
    """Render the main amount of a page in cents. It counts up to new values in half a second.

    Before `ready` (by default, before the page's state has loaded) it shows values at once.
    Otherwise a page would open by counting up from zero. Screen readers hear the final value only.
    """
    ready = rx.State.is_hydrated if ready is None else ready
    return _LiveMoney.create(cents=cents, ready=ready, class_name="num live-money")


def flash_row(on: object) -> rx.Component:
    """Highlight a table row once whenever `on` changes. Place it in a cell of the row.

    The table needs a `key`.
    """
    return _FlashRow.create(on=on)


def percent_bar(value: Number, total: Number, label: Text) -> rx.Component:
    """Render which part of an amount in cents is used. `label` names it: "Budget spent"."""
    return rx.el.progress(
        value=value,
        max=total,
        class_name="percent-bar",
        aria_label=label,
        aria_valuetext=f"{money_text(value)} of {money_text(total)}",
    )


def when(iso: Text, never: Text = "Never") -> rx.Component:
    """Render a time (ISO 8601, UTC) as `3 min ago`, with the exact local time on hover.

    "" is shown as `never`.
    """
    return _When.create(iso=iso, never=never, class_name="when")


def _in_browser(function: str, *arguments: object) -> rx.Var[str]:
    imported = VarData(imports={_MODULE: [function]})
    return FunctionStringVar.create(function, _var_data=imported).call(*arguments).to(str)
