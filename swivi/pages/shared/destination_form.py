"""The form of a payout destination: fields by method, checked on blur, then a confirmation."""

from collections.abc import Mapping
from typing import Any

import reflex as rx

from swivi.core.errors import InvalidInput
from swivi.domain.payouts.methods import (
    METHODS,
    Destination,
    DestinationField,
    PayoutMethod,
    parse_field,
    stored,
)
from swivi.domain.payouts.models import PayoutDestination
from swivi.pages.engine.gate import clippers_only
from swivi.pages.shared.frame import sends
from swivi.ui.cards import Line, breakdown
from swivi.ui.feedback import notice
from swivi.ui.forms import select_field, text_field
from swivi.ui.vars import rows_var, text_var

FILL, CONFIRM = "fill", "confirm"
STEP = "step"
"""The hidden control that names the step. Without it, a double click on Continue would confirm."""
OPTIONS = tuple((method.value, known.label) for method, known in METHODS.items())


class DestinationForm(rx.State, mixin=True):
    """The form. `values` are its first values by control, `lines` the labels and texts to confirm.

    `outdated` is free text of an earlier release, which its owner must replace.
    """

    method: str = PayoutMethod.PAYPAL.value
    values: dict[str, str] = {}
    outdated: str = ""
    step: str = FILL
    lines: list[list[str]] = []
    errors: dict[str, str] = {}
    _shown: str = ""
    """What the clipper was asked to confirm. Nothing else is accepted."""

    @clippers_only
    async def choose(self, method: object) -> None:
        """Show the fields of another method. Values of other methods stay in the page."""
        if method in list(METHODS):
            self.method = str(method)

    @clippers_only
    async def check_field(self, method: object, field: object, value: object) -> None:
        """Check a field on blur, and show its error beside it. An empty field is no error yet."""
        if method not in list(METHODS) or field not in names_of(str(method)):
            return
        name, wrong = f"{method}.{field}", ""
        if isinstance(value, str) and value.strip():
            try:
                parse_field(method, field, value)
            except InvalidInput as invalid:
                wrong = invalid.sentence
        others = {key: sentence for key, sentence in self.errors.items() if key != name}
        self.errors = others | ({name: wrong} if wrong else {})

    @clippers_only
    async def back(self) -> None:
        """Return from the last step to the fields."""
        self._fill()

    def _fill(self) -> None:
        self.step, self.lines, self._shown = FILL, [], ""

    def _open_with(self, kept: PayoutDestination | None) -> None:
        self._fill()
        self.errors, self.values, self.outdated = {}, {}, ""
        self.method = PayoutMethod.PAYPAL.value
        if kept is None:
            return
        destination = stored(kept.method, kept.details)
        if destination.method in METHODS:
            self.method = destination.method.value
        self.values = {f"{self.method}.{name}": value for name, value in destination.values.items()}
        self.outdated = "" if destination.is_valid else destination.text

    def _is_confirmed(
        self, fields: Mapping[str, object], destination: Destination, *more: object
    ) -> bool:
        """Return whether exactly this was confirmed. Otherwise ask for confirmation."""
        key = repr((destination.method.value, destination.text, *more))
        if fields.get(STEP) == CONFIRM and self._shown == key:
            return True
        method = METHODS[destination.method].label
        shown = [[line.label, line.shown] for line in destination.lines]
        self.lines = [["Method", method], *shown]
        self.step, self._shown, self.errors = CONFIRM, key, {}
        return False


def typed_destination(fields: Mapping[str, object]) -> tuple[object, dict[str, object]]:
    """Return the method and its fields as they were typed."""
    method = fields.get("method")
    known = names_of(method) if isinstance(method, str) else []
    return method, {name: fields.get(f"{method}.{name}", "") for name in known}


def names_of(method: str) -> list[str]:
    """Return the names of a method's fields; none for an unknown method."""
    known = METHODS.get(PayoutMethod(method)) if method in list(METHODS) else None
    return [field.name for field in known.fields] if known else []


def form_errors(fields: Mapping[str, str], method: object) -> dict[str, str]:
    """Return the errors by the names of the form's controls."""
    return {_control(name, method): sentence for name, sentence in fields.items()}


def _control(name: str, method: object) -> str:
    whole, _, field = name.partition(".")
    if whole != "details" or not isinstance(method, str):
        return name
    first = next(iter(names_of(method)), "")
    return f"{method}.{field or first}" if first else "method"


def destination_fields(state: Any) -> rx.Component:
    """The method and its fields.

    The page holds the fields of all methods, so that changing the method loses no values.
    """
    return rx.fragment(
        rx.cond(
            state.outdated != "",
            notice(
                "waiting",
                rx.el.span(
                    "Your saved payout details cannot be used: ",
                    rx.el.q(state.outdated, style={"overflow_wrap": "anywhere"}),
                    " Enter them again.",
                ),
            ),
        ),
        select_field(
            "Method",
            "method",
            OPTIONS,
            default_value=state.method,
            on_change=state.choose,
            error=_error(state, "method"),
        ),
        *[
            rx.el.div(
                *[_field(state, method, field) for field in known.fields],
                style={"display": rx.cond(state.method == method.value, "contents", "none")},
            )
            for method, known in METHODS.items()
        ],
    )


def _field(state: Any, method: PayoutMethod, field: DestinationField) -> rx.Component:
    name = f"{method.value}.{field.name}"
    common: dict[str, Any] = {
        "default_value": text_var(state.values.get(name, "")),
        "hint": field.help,
        "error": _error(state, name),
    }
    if field.choices:
        return select_field(field.label, name, field.choices, **common)
    return text_field(
        f"{field.label} (optional)" if field.optional else field.label,
        name,
        input_mode=field.input_mode,
        auto_complete=field.autocomplete,
        spell_check=False,
        on_blur=lambda value: sends(state.check_field, method.value, field.name, value),
        **common,
    )


def destination_summary(state: Any, *more: Line) -> rx.Component:
    """The confirmation: the whole destination, as it was parsed."""
    return rx.el.div(
        rx.el.p("Check every character. A payment to a wrong destination cannot be reversed."),
        rx.foreach(
            rows_var(state.lines),
            lambda line: breakdown(
                Line(line[0], rx.el.span(line[1], style={"overflow_wrap": "anywhere"}))
            ),
        ),
        *([breakdown(*more)] if more else []),
        role="status",
    )


def steps(state: Any, fill: rx.Component, confirm: rx.Component) -> rx.Component:
    """The two steps of a form. The fields of the first stay in the page, with their values."""
    is_filling = state.step == FILL
    return rx.fragment(
        rx.el.input(type="hidden", name=STEP, value=state.step, read_only=True),
        rx.el.div(fill, style={"display": rx.cond(is_filling, "contents", "none")}),
        rx.cond(is_filling, rx.fragment(), confirm),
    )


def _error(state: Any, name: str) -> rx.Var[str]:
    return text_var(state.errors.get(name, ""))
