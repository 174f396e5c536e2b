"""Reading JSON bodies: numbers exactly as written, and only text that a database can hold."""

import json
from collections.abc import Callable, Coroutine, Iterator
from decimal import Decimal
from typing import Any

from fastapi import HTTPException
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from swivi.core.text import is_storable

UNSTORABLE = "Text must be Unicode without NUL characters and lone surrogates."


class ExactRequest(Request):
    """A request whose JSON numbers with decimals are `Decimal`: money never passes through a float."""

    async def json(self) -> Any:
        """The body. Raises json.JSONDecodeError, or HTTPException 400 for text that cannot be stored."""
        parsed = json.loads(await self.body(), parse_float=Decimal)
        if not all(is_storable(text) for text in _texts(parsed)):
            raise HTTPException(400, UNSTORABLE)
        return parsed


class ExactRoute(APIRoute):
    """A route that reads its body so."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given an ExactRequest."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await handler(ExactRequest(request.scope, request.receive))

        return handle


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
