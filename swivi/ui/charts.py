"""Charts, each with a table of its numbers for readers who cannot see it."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import reflex as rx
from reflex.vars import FunctionStringVar, VarData

from swivi.ui.numbers import count, money, when
from swivi.ui.tables import Column, Row, data_table
from swivi.ui.types import Node, Number, Rows
from swivi.ui.vars import rows_var

HEIGHT: Final = 240
"""Height of a chart in px."""

_MODULE: Final = "$/public/swivi.js"
_DAY: Final[Any] = FunctionStringVar.create(
    '((moment) => new Date(moment).toLocaleDateString(undefined, { month: "short", day: '
    '"numeric" '
    "}))"
)
_DAY_OF_CALENDAR: Final[Any] = FunctionStringVar.create(
    '((day) => new Date(day).toLocaleDateString("en-US", { month: "short", day: "numeric", '
    'timeZone: "UTC" '
    "}))"
)
_MINUTE: Final[Any] = FunctionStringVar.create("((moment) => new Date(moment).toLocaleString())")
_FORMATTERS: Final = {"count": "formatCount", "money": "formatCents"}
_SHORT_FORMATTERS: Final = {"count": "formatShortCount", "money": "formatShortCents"}
"""Formatters of the axis. The exact values are in the tooltip and in the table."""

Unit = Literal["count", "money"]
_SHOWN: Final[Mapping[Unit, Callable[[Number], rx.Component]]] = {"count": count, "money": money}


def time_chart(points: Rows, *, caption: str, amount: str, unit: Unit) -> rx.Component:
    """Render an amount over time. `amount` is its name, shown in axis and tooltip.

    Each point has `at` (ISO 8601, UTC), `moment` (the same in milliseconds since 1970) and
    `amount` in counts or cents. The line has steps, not slopes: values between two readings are
    unknown.
    """
    return _figure(caption, _steps(points, amount, unit), _table(points, caption, amount, unit))


def day_chart(points: Rows, *, caption: str, amount: str, unit: Unit) -> rx.Component:
    """Render the amount of each UTC day as a bar.

    Each point has `day` (ISO 8601) and `amount` in counts or cents.
    """
    return _figure(caption, _bars(points, amount, unit), _day_table(points, caption, amount, unit))


def _figure(caption: str, drawing: rx.Component, table: rx.Component) -> rx.Component:
    return rx.el.figure(
        rx.el.figcaption(caption, class_name="sr-only"),
        rx.el.div(drawing, aria_hidden="true"),
        rx.el.details(rx.el.summary("Show as a table"), table),
        style={"margin": "0", "display": "grid", "gap": "8px"},
    )


def _steps(points: Rows, amount: str, unit: Unit) -> rx.Component:
    return rx.recharts.area_chart(
        _grid(),
        rx.recharts.area(
            data_key="amount",
            name=amount,
            type_="stepAfter",
            stroke="var(--bar)",
            stroke_width=2,
            fill="var(--accent-soft)",
            is_animation_active=False,
        ),
        rx.recharts.x_axis(
            data_key="moment",
            type_="number",
            scale="time",
            domain=["dataMin", "dataMax"],
            min_tick_gap=40,
            custom_attrs={"tickFormatter": _DAY},
            **_AXIS,
        ),
        _amounts(unit),
        _tooltip(unit, _MINUTE),
        **_canvas(points),
    )


def _bars(points: Rows, amount: str, unit: Unit) -> rx.Component:
    return rx.recharts.bar_chart(
        _grid(),
        rx.recharts.bar(
            data_key="amount",
            name=amount,
            fill="var(--bar)",
            radius=[3, 3, 0, 0],
            max_bar_size=28,
            is_animation_active=False,
        ),
        rx.recharts.x_axis(
            data_key="day",
            min_tick_gap=24,
            custom_attrs={"tickFormatter": _DAY_OF_CALENDAR},
            **_AXIS,
        ),
        _amounts(unit),
        _tooltip(unit, _DAY_OF_CALENDAR, cursor={"fill": "var(--hover)"}),
        **_canvas(points),
    )


_AXIS: Final[dict[str, Any]] = {
    "stroke": "var(--muted)",
    "axis_line": False,
    "tick_line": False,
    "tick": {"fontSize": 12},
}


def _grid() -> rx.Component:
    grid: rx.Component = rx.recharts.cartesian_grid(vertical=False, stroke="var(--line)")
    return grid


def _amounts(unit: Unit) -> rx.Component:
    axis: rx.Component = rx.recharts.y_axis(
        width=56, custom_attrs={"tickFormatter": _formatter(_SHORT_FORMATTERS[unit])}, **_AXIS
    )
    return axis


def _tooltip(unit: Unit, label: Any, **props: Any) -> rx.Component:
    tooltip: rx.Component = rx.recharts.graphing_tooltip(
        is_animation_active=False,
        content_style={
            "background": "var(--surface)",
            "border": "1px solid var(--line)",
            "borderRadius": "8px",
        },
        custom_attrs={"labelFormatter": label, "formatter": _formatter(_FORMATTERS[unit])},
        **props,
    )
    return tooltip


def _canvas(points: Rows) -> dict[str, Any]:
    return {
        "data": rows_var(points).to(list[dict[str, Any]]),
        "width": "100%",
        "height": HEIGHT,
        # The chart is hidden from screen readers, so the keyboard must skip it too. The table below
        # has the same content.
        "custom_attrs": {"accessibilityLayer": False},
    }


def _formatter(name: str) -> Any:
    return FunctionStringVar.create(name, _var_data=VarData(imports={_MODULE: [name]}))


def _table(points: Rows, caption: str, amount: str, unit: Unit) -> rx.Component:
    shown = _SHOWN[unit]

    def cells(point: Row) -> list[Node]:
        return [when(point["at"]), shown(point["amount"])]

    return data_table((Column("When"), Column(amount, "right")), points, cells, caption=caption)


def _day_table(points: Rows, caption: str, amount: str, unit: Unit) -> rx.Component:
    shown = _SHOWN[unit]

    def cells(point: Row) -> list[Node]:
        return [
            rx.el.time(_DAY_OF_CALENDAR.call(point["day"]).to(str), date_time=point["day"]),
            shown(point["amount"]),
        ]

    return data_table(
        (Column("Day (UTC)"), Column(amount, "right")), points, cells, caption=caption
    )
