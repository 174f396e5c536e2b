"""Conversions of component arguments to typed Vars."""

from typing import Any

import reflex as rx
from reflex.vars.number import BooleanVar, NumberVar
from reflex.vars.sequence import ArrayVar, StringVar

from swivi.ui.types import Flag, Number, Rows, Text


def text_var(value: Text) -> StringVar[str]:
    """Return a text Var."""
    return rx.Var.create(value).to(str)


def number_var(value: Number) -> NumberVar[int]:
    """Return an integer Var."""
    return rx.Var.create(value).to(int)


def flag_var(value: Flag) -> BooleanVar:
    """Return a boolean Var."""
    return rx.Var.create(value).to(bool)


def rows_var(value: Rows) -> ArrayVar[list[Any]]:
    """Return a list Var. It keeps the type of its items, which `rx.foreach` needs."""
    return rx.Var.create(value).to(ArrayVar)


def text_if(condition: Flag, then: Text, otherwise: Text = "") -> StringVar[str]:
    """Return one text or the other. `rx.cond` is typed for components only."""
    return rx.Var.create(rx.match(flag_var(condition), (True, then), otherwise)).to(str)
