"""Types of component arguments: a Python value, or the Var that holds it in the browser."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import reflex as rx

Text: TypeAlias = str | rx.Var[str]
Number: TypeAlias = int | rx.Var[int]
Flag: TypeAlias = bool | rx.Var[bool]
Rows: TypeAlias = Sequence[Any] | rx.Var[Any]
Node: TypeAlias = rx.Component | rx.Var[Any] | str
Handler: TypeAlias = Any
"""A state's event handler, an event spec, or a list of them.

Any, because mypy cannot check Reflex's own type for it (`EventType`).
"""

Align: TypeAlias = Literal["left", "right"]
ColorMode: TypeAlias = Literal["light", "dark", "system"]

Tone: TypeAlias = Literal["neutral", "info", "good", "waiting", "bad"]
"""The semantic colours. Good is green (money in), waiting is amber, bad is red (danger)."""
