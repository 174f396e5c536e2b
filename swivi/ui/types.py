"""What the components take: a Python value or the Var that will bring it to the browser, alike."""

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import reflex as rx

Text: TypeAlias = str | rx.Var[str]
Number: TypeAlias = int | rx.Var[int]
Flag: TypeAlias = bool | rx.Var[bool]
Rows: TypeAlias = Sequence[Any] | rx.Var[Any]
Node: TypeAlias = rx.Component | rx.Var[Any] | str
Handler: TypeAlias = Any
"""What a click or a submit sets off: a state's event handler, an event spec, or a list of them.

Reflex's own name for it (`EventType`) is beyond mypy.
"""

Align: TypeAlias = Literal["left", "right"]
ColorMode: TypeAlias = Literal["light", "dark", "system"]

Tone: TypeAlias = Literal["neutral", "info", "good", "waiting", "bad"]
"""The semantic colours. Good is green (money in), waiting is amber, bad is red (danger)."""
