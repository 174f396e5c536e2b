"""Query parameters: one type per kind of filter.

A malformed value is refused with 422, and so is an unknown name.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NoReturn, TypeVar

from fastapi import Query, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.params import Query as QueryParameter
from fastapi.routing import APIRoute
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException

from swivi.api.http.refusals import INVALID, refuses
from swivi.api.http.schemas import ID_SCHEMA, Page, id_or_none
from swivi.core.text import is_storable

LAST_PAGE = 1_000_000
MOST_WORDS = 200
LARGEST_PAGE = 100
USUAL_PAGE = 20

_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@refuses(INVALID)
async def documented_only(request: Request) -> None:
    """Refuse unknown query parameters: a misspelt filter must not look like an empty list.

    Raise RequestValidationError, which names each unknown parameter and each that is sent twice.
    """
    route = request.scope["route"]
    assert isinstance(route, APIRoute), "this is a dependency of routes"
    # The `$` in a route's regular expression allows one line break after the last word.
    if request.scope["path"].endswith("\n") and not route.path.endswith("}"):
        raise HTTPException(404)
    sent, known = request.query_params, _known(route)
    wrong = {name: "There is no such parameter here" for name in sent if name not in known}
    wrong |= {name: "Send this parameter once" for name in known if len(sent.getlist(name)) > 1}
    if wrong:
        raise RequestValidationError(
            [
                {"type": "unexpected", "loc": ("query", name), "msg": why}
                for name, why in wrong.items()
            ]
        )


def _known(route: APIRoute) -> set[str]:
    """Return the names of a route's query parameters, those of its dependencies included."""
    fields = get_flat_params(route.dependant)
    return {field.alias for field in fields if isinstance(field.field_info, QueryParameter)}


def _refuse(sentence: str) -> NoReturn:
    raise PydanticCustomError("invalid_parameter", sentence)


def _id(sent: object) -> int:
    return id_or_none(sent) or _refuse("Send an id: a whole number from 1 on, in digits")


def _actor(sent: object) -> int:
    return 0 if sent == "0" else _id(sent)


def _whole(sent: object) -> object:
    if isinstance(sent, str) and not _WHOLE.fullmatch(sent):
        _refuse("Send a whole number, in digits")
    return sent


def _day(sent: object) -> date:
    try:
        return (
            date.fromisoformat(sent)
            if isinstance(sent, str) and _DAY.fullmatch(sent)
            else _refuse(_DAY_WANTED)
        )
    except ValueError:
        _refuse(_DAY_WANTED)


def _switch(sent: object) -> bool:
    values = {"true": True, "false": False}
    name = str(sent).lower()
    return values[name] if name in values else _refuse("Send true or false")


def _words(sent: object) -> object:
    return sent if is_storable(str(sent)) else _refuse("Send text without control characters")


_DAY_WANTED = "Send a day of the calendar, like 2026-06-01"

IdParam = Annotated[int, BeforeValidator(_id), ID_SCHEMA]
"""An id to filter by."""
ActorParam = Annotated[
    int,
    BeforeValidator(_actor),
    WithJsonSchema({"type": "string", "pattern": "^(0|[1-9][0-9]{0,18})$"}),
]
"""A user's id, or 0 for Swivi itself."""
WHOLE = BeforeValidator(_whole)
"""A whole number. Place it after the bounds, or pydantic leaves them out of the schema."""
Day = Annotated[date, BeforeValidator(_day)]
"""A day in UTC."""
Switch = Annotated[bool, BeforeValidator(_switch)]
"""True or false."""
Search = Annotated[str, BeforeValidator(_words), Query(max_length=MOST_WORDS)]
"""Words to search for."""

CampaignFilter = Annotated[IdParam | None, Query(alias="campaignId")]
ClipperFilter = Annotated[IdParam | None, Query(alias="clipperId")]
FirstDay = Annotated[Day | None, Query(alias="since", description="The first UTC day.")]
LastDay = Annotated[Day | None, Query(alias="until", description="The last UTC day.")]

AnyPage = TypeVar("AnyPage", bound=Page[Any])


class Paging:
    """The requested page of a list."""

    def __init__(
        self,
        page: Annotated[int, Query(ge=1, le=LAST_PAGE), WHOLE] = 1,
        page_size: Annotated[
            int, Query(alias="pageSize", ge=1, le=LARGEST_PAGE), WHOLE
        ] = USUAL_PAGE,
    ) -> None:
        self.page = page
        self.limit = page_size
        self.offset = (page - 1) * page_size

    def shown(self, page: type[AnyPage], items: Sequence[object], total: int) -> AnyPage:
        """Return the requested page. `total` counts the items of all pages."""
        return page(items=list(items), total=total, page=self.page, page_size=self.limit)
