"""Python values and Vars brought under one roof: whatever comes in, a typed Var goes out."""

from typing import Any

import reflex as rx
from reflex.vars.number import BooleanVar, NumberVar
from reflex.vars.sequence import ArrayVar, StringVar

from swivi.ui.types import Flag, Number, Rows, Text


def text_var(value: Text) -> StringVar[str]:
    """A text."""
    return rx.Var.create(value).to(str)


def number_var(value: Number) -> NumberVar[int]:
    """A whole number."""
    return rx.Var.create(value).to(int)


def flag_var(value: Flag) -> BooleanVar:
    """Yes or no."""
    return rx.Var.create(value).to(bool)


def rows_var(value: Rows) -> ArrayVar[list[Any]]:
    """A list; it keeps the type of its items, which `rx.foreach` needs."""
    return rx.Var.create(value).to(ArrayVar)


def text_if(condition: Flag, then: Text, otherwise: Text = "") -> StringVar[str]:
    """One text or the other: `rx.cond` for words, which is typed for components only."""
    return rx.Var.create(rx.match(flag_var(condition), (True, then), otherwise)).to(str)
