"""Types that bodies and answers share: camelCase, ids as strings, money in dollars, paged lists.

`Dollars` in an answer are built from cents. Input reaches the services as it was sent, so that
parsing and refusing happen in one place: `RawAmount` and its like only describe it in the OpenAPI
document. The bounds in the document are the constants of those parsers.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from swivi.core.money import MAX_CENTS, Cents, JsonNumber, to_dollars
from swivi.core.numbers import LARGEST_ID
from swivi.domain.platforms.models import Platform

Schema = dict[str, Any]


class View(BaseModel):
    """Base of answers."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class Body(BaseModel):
    """Base of request bodies."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=False)


class StrictBody(Body):
    """A body of optional fields. It refuses a misspelt name, because ignoring it would look like
    success.
    """

    model_config = ConfigDict(extra="forbid")


def _dollars(cents: Cents | None) -> JsonNumber | None:
    return None if cents is None else to_dollars(cents)


Id = Annotated[str, BeforeValidator(str)]
IdOrNone = Annotated[
    str | None, BeforeValidator(lambda row_id: None if row_id is None else str(row_id))
]
Dollars = Annotated[JsonNumber, BeforeValidator(_dollars)]
DollarsOrNone = Annotated[JsonNumber | None, BeforeValidator(_dollars)]


_ID = re.compile("[1-9][0-9]{0,18}")
ID_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{_ID.pattern}$"})


def id_or_none(sent: object) -> int | None:
    """Return the id in this text of ASCII digits, up to 63 bits; None if it is malformed."""
    number = int(sent) if isinstance(sent, str) and _ID.fullmatch(sent) else 0
    return number if 0 < number <= LARGEST_ID else None


def _body_id(sent: object) -> int:
    found = id_or_none(sent)
    if found is None:
        raise PydanticCustomError("invalid_id", 'Send an id as text, like "12"')
    return found


RowId = Annotated[int, BeforeValidator(lambda sent: id_or_none(sent) or 0), ID_SCHEMA]
"""An id in a path. A malformed one becomes 0, which no row has, so that the service says "not
found".
"""
BodyId = Annotated[int, BeforeValidator(_body_id), ID_SCHEMA]
"""An id in a body."""

LARGEST_AMOUNT = to_dollars(MAX_CENTS)
WEB_ADDRESS = "https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?"
"""A regular expression for the beginning of a web address, up to its path."""

_AMOUNT: Schema = {
    "type": "number",
    "exclusiveMinimum": 0,
    "maximum": LARGEST_AMOUNT,
    "multipleOf": 0.01,
}

RawAmount = Annotated[object, WithJsonSchema(_AMOUNT)]
RawRates = Annotated[
    object,
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"enum": list(Platform)},
            "additionalProperties": _AMOUNT,
        },
    ),
]
RawAmountOrNone = Annotated[object, WithJsonSchema({**_AMOUNT, "type": ["number", "null"]})]
RawPlatforms = Annotated[
    object,
    WithJsonSchema(
        {"type": "array", "items": {"type": "string", "enum": list(Platform)}, "minItems": 1}
    ),
]
RawMoment = Annotated[object, WithJsonSchema({"type": ["string", "null"], "format": "date-time"})]
RawFlag = Annotated[object, WithJsonSchema({"type": "boolean"})]


def raw_choice(choices: Iterable[str]) -> WithJsonSchema:
    """Describe a field with these choices."""
    return WithJsonSchema({"type": "string", "enum": list(choices)})


def raw_words(longest: int, *, may_be_empty: bool = False) -> WithJsonSchema:
    """Describe text of at most `longest` characters, which is not blank unless it may be empty."""
    filled: Schema = {} if may_be_empty else {"minLength": 1, "pattern": r"\S"}
    return WithJsonSchema({"type": "string", "maxLength": longest, **filled})


def raw_pattern(pattern: str, *, longest: int | None = None) -> WithJsonSchema:
    """Describe text that this regular expression matches completely."""
    bound: Schema = {} if longest is None else {"maxLength": longest}
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$", **bound})


def raw_count(least: int, most: int, *, may_be_null: bool = False) -> WithJsonSchema:
    """Describe a whole number within these bounds."""
    kind: Any = ["integer", "null"] if may_be_null else "integer"
    return WithJsonSchema({"type": kind, "minimum": least, "maximum": most})


def _name(text: object) -> object:
    return text.upper() if isinstance(text, str) else text


AnyCase = BeforeValidator(_name)
"""A choice that is accepted in lower case too."""

Item = TypeVar("Item")


class Page(View, Generic[Item]):
    """One page of a list. `total` counts the items of all pages.

    Subclasses give it a name in the document.
    """

    items: list[Item]
    total: int
    page: int
    page_size: int
