"""What bodies and answers have in common: camelCase, ids as strings, money in dollars, lists with a total.

An answer's `Dollars` are given cents. What comes in is handed to the services as it was sent (`RawAmount` and
its like only tell the OpenAPI document what is meant), so that there is one place that parses and refuses.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic.alias_generators import to_camel

from swivi.core.money import Cents, to_dollars
from swivi.core.numbers import LARGEST_ID, whole_number
from swivi.platforms.models import Platform

LAST_PAGE = 1_000_000


class View(BaseModel):
    """An answer."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class Body(BaseModel):
    """A body."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=False)


class StrictBody(Body):
    """A body of optional parts: a misspelt name is refused, because ignoring it would look like success."""

    model_config = ConfigDict(extra="forbid")


def _dollars(cents: Cents | None) -> float | None:
    return None if cents is None else to_dollars(cents)


Id = Annotated[str, BeforeValidator(str)]
IdOrNone = Annotated[str | None, BeforeValidator(lambda row_id: None if row_id is None else str(row_id))]
Dollars = Annotated[float, BeforeValidator(_dollars)]
DollarsOrNone = Annotated[float | None, BeforeValidator(_dollars)]


def row_id(sent: object) -> int:
    """A row's id as sent; 0, which names no row, for what cannot be one: so the service says that there is none."""
    return whole_number(sent, largest=LARGEST_ID) or 0


_ID_SCHEMA = WithJsonSchema({"type": "string", "pattern": "^[1-9][0-9]*$"})
RowId = Annotated[int, BeforeValidator(row_id), _ID_SCHEMA]

RawText = Annotated[object, WithJsonSchema({"type": "string"})]
RawAmount = Annotated[object, WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01})]
RawRates = Annotated[
    object,
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"enum": list(Platform)},
            "additionalProperties": {"type": "number", "exclusiveMinimum": 0},
        }
    ),
]
RawAmountOrNone = Annotated[object, WithJsonSchema({"type": ["number", "null"], "exclusiveMinimum": 0})]
RawCount = Annotated[object, WithJsonSchema({"type": "integer", "minimum": 0})]
RawDays = Annotated[object, WithJsonSchema({"type": ["integer", "null"], "minimum": 1, "maximum": 365})]
RawPlatforms = Annotated[
    object, WithJsonSchema({"type": "array", "items": {"type": "string", "enum": list(Platform)}, "minItems": 1})
]
RawMoment = Annotated[object, WithJsonSchema({"type": ["string", "null"], "format": "date-time"})]
RawFlag = Annotated[object, WithJsonSchema({"type": "boolean"})]


def raw_choice(choices: Iterable[str]) -> Any:
    """What a field with these choices is said to be."""
    return WithJsonSchema({"type": "string", "enum": list(choices)})


RawDetails = Annotated[object, WithJsonSchema({"type": ["string", "object"]})]


def _name(text: object) -> object:
    return (text.upper() or None) if isinstance(text, str) else text


AnyCase = BeforeValidator(_name)
"""A choice may be spelt in lower case; an empty filter is none."""

Search = Annotated[str, Query(max_length=200)]
"""Words to look for."""

Item = TypeVar("Item")


class Listed(View, Generic[Item]):
    """One page of a list, and how many items there are on all pages."""

    items: list[Item]
    total: int
    page: int
    page_size: int


class Paging:
    """Which page of a list is asked for."""

    def __init__(
        self,
        page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
        page_size: Annotated[int, Query(alias="pageSize", ge=1, le=100)] = 20,
    ) -> None:
        self.page = page
        self.limit = page_size
        self.offset = (page - 1) * page_size

    def listed(self, items: list[Item], total: int) -> Listed[Item]:
        """The page that was asked for."""
        return Listed(items=items, total=total, page=self.page, page_size=self.limit)
