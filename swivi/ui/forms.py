"""Forms: every control has a label, a hint and an error next to it, and keeps its input.

The browser holds the values (`default_value`, not `value`), so typing makes no round trip. `form`
sends all of them by name on submit. Labels, hints and errors refer to a control by its id,
`field-<name>`. If two forms on a page have a field of the same name, give one a `control_id`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import reflex as rx
from reflex.vars import FunctionStringVar, VarData

from swivi.ui.types import Handler, Node, Rows, Text
from swivi.ui.vars import rows_var, text_var

TYPING_PAUSE_MS: Final = 300
_MODULE: Final = "$/public/swivi.js"


def _whole_form(event: rx.Var[Any]) -> tuple[rx.Var[dict[str, str]]]:
    read: Any = FunctionStringVar.create(
        "formFields", _var_data=VarData(imports={_MODULE: ["formFields"]})
    )
    return (read.call(rx.Var(f"{event!s}.currentTarget")).to(dict[str, str]),)


class _TypedForm(rx.el.Form):
    """A form whose change event carries the values of all its controls."""

    @classmethod
    def get_event_triggers(cls) -> dict[str, Any]:
        return {**super().get_event_triggers(), "on_change": _whole_form}


class _MomentInput(rx.Component):
    """The `MomentInput` of swivi.js."""

    library = _MODULE
    tag = "MomentInput"
    name: rx.Var[str]
    iso: rx.Var[str]


class _KeepsTyped(rx.Component):
    """The `KeepsTyped` of swivi.js."""

    library = _MODULE
    tag = "KeepsTyped"
    hydrated: rx.Var[bool]


class _PostForm(rx.el.Div):
    """A form that the browser submits by itself. Reflex's own form prevents that."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def keeps_typed() -> rx.Component:
    """Keep the input of all forms while the server restarts. Place it once on a page."""
    return _KeepsTyped.create(hydrated=rx.State.is_hydrated)


def form(*children: Node, on_submit: Handler, **props: Any) -> rx.Component:
    """Render a form that calls `on_submit(form_data)`, with texts by field name.

    A checkbox that is off is missing.
    """
    return rx.el.form(*children, on_submit=on_submit, no_validate=True, class_name="form", **props)


def typed_form(
    *children: Node, on_submit: Handler, on_typing: Handler, **props: Any
) -> rx.Component:
    """Render a form that also calls `on_typing(form_data)` whenever typing pauses."""
    on_change = on_typing.debounce(TYPING_PAUSE_MS)
    return _TypedForm.create(
        *children,
        on_submit=on_submit,
        on_change=on_change,
        no_validate=True,
        class_name="form",
        **props,
    )


def post_form(action: str, *children: Node, **props: Any) -> rx.Component:
    """Render a plain HTML form that posts to a server route.

    For actions that must set a cookie: sign in, sign up, sign out.
    """
    return _PostForm.create(*children, action=action, method="post", class_name="form", **props)


def field(
    label: Text,
    name: str,
    control: Callable[..., rx.Component] = rx.el.input,
    *,
    error: Text = "",
    hint: Text = "",
    control_id: str = "",
    **props: Any,
) -> rx.Component:
    """Render a control with label, hint and error. `props` go to the control."""
    control_id = control_id or f"field-{name}"
    return rx.el.div(
        rx.el.label(label, html_for=control_id, class_name="label"),
        control(name=name, **_described(control_id, error), **{"class_name": "control", **props}),
        *_hint_and_error(control_id, hint, error),
        class_name="field",
    )


def text_field(label: Text, name: str, **props: Any) -> rx.Component:
    """Render a one-line input. `type` is HTML's: "email", "password", "date" and so on."""
    return field(label, name, rx.el.input, **props)


def text_area_field(label: Text, name: str, rows: int = 4, **props: Any) -> rx.Component:
    """Render an input for several lines of text."""
    return field(label, name, rx.el.textarea, rows=str(rows), **props)


def money_field(label: Text, name: str, **props: Any) -> rx.Component:
    """Render an input for dollars. It sends text for `core.money.parse_dollars`."""
    return field(label, name, _dollars, input_mode="decimal", auto_complete="off", **props)


def moment_field(label: Text, name: str, iso: Text = "", **props: Any) -> rx.Component:
    """Render an input for a date and time in the viewer's time zone.

    It sends ISO 8601 in UTC, as in `iso`, and "" for none.
    """
    return field(label, name, lambda **control: _MomentInput.create(iso=iso, **control), **props)


def select_field(label: Text, name: str, options: Rows, **props: Any) -> rx.Component:
    """Render a choice of one of `options`, which are pairs of value and label."""
    return field(label, name, lambda **control: rx.el.select(_options(options), **control), **props)


def checkbox_field(
    label: Text, name: str, *, error: Text = "", hint: Text = "", control_id: str = "", **props: Any
) -> rx.Component:
    """Render a checkbox. `form_data` has `name` only when it is ticked."""
    control_id = control_id or f"field-{name}"
    return rx.el.div(
        rx.el.label(
            rx.el.input(type="checkbox", name=name, **_described(control_id, error), **props),
            label,
            class_name="checkbox",
        ),
        *_hint_and_error(control_id, hint, error),
        class_name="field",
    )


def checkbox_group(
    legend: Text,
    name: str,
    options: Sequence[tuple[str, Text]],
    *,
    error: Text = "",
    checked: Rows = (),
) -> rx.Component:
    """Render a choice of several `options`, which are pairs of value and label.

    The box of value V is the field `name.V`, which is sent when ticked.
    """
    ticked = rows_var(checked)
    return rx.el.fieldset(
        rx.el.legend(legend, class_name="label"),
        *[
            rx.el.label(
                rx.el.input(
                    type="checkbox", name=f"{name}.{value}", default_checked=ticked.contains(value)
                ),
                words,
                class_name="checkbox",
            )
            for value, words in options
        ],
        *_hint_and_error(f"field-{name}", "", error),
        class_name="field",
        aria_describedby=f"field-{name}-error",
    )


def form_actions(*buttons: Node) -> rx.Component:
    """Render the buttons below a form. The primary one is the last."""
    return rx.el.div(*buttons, class_name="form-actions")


def _described(control_id: str, error: Text) -> dict[str, Any]:
    return {
        # A plain attribute: Reflex adds every control with an `id` prop to the form's data again.
        "custom_attrs": {"id": control_id},
        "aria_invalid": text_var(error) != "",
        "aria_describedby": f"{control_id}-hint {control_id}-error",
    }


def _hint_and_error(control_id: str, hint: Text, error: Text) -> list[rx.Component]:
    """Both elements exist even if empty: screen readers announce only changes of an element."""
    return [
        rx.el.p(hint, class_name="hint", custom_attrs={"id": f"{control_id}-hint"}),
        rx.el.p(
            error, class_name="error", role="alert", custom_attrs={"id": f"{control_id}-error"}
        ),
    ]


def _dollars(**control: Any) -> rx.Component:
    return rx.el.div(
        rx.el.span("$", class_name="money-sign", aria_hidden="true"),
        rx.el.input(placeholder="0.00", **control),
        class_name="money-control",
    )


def _options(options: Rows) -> rx.Component:
    return rx.foreach(rows_var(options), lambda pair: rx.el.option(pair[1], value=pair[0]))
