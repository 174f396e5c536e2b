"""Parse JSON bodies: bounded before parsing, with exact numbers and storable text only."""

import json
from collections.abc import Callable, Coroutine, Iterator
from decimal import Decimal
from typing import Any

from fastapi import HTTPException
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from swivi.api.http.body_limits import bound_of, bounded
from swivi.core.json_bounds import JsonOutOfBounds, check_json
from swivi.core.text import is_storable

UNSTORABLE = "Text must be Unicode without NUL characters and lone surrogates."


class ExactRequest(Request):
    """A request that parses JSON numbers with decimals as `Decimal`, so that no float carries
    money.
    """

    async def json(self) -> Any:
        """Return the body. Raise JSONDecodeError, or HTTPException 400 if it is out of bounds.

        FastAPI parses a body before it authenticates the caller, so the bounds protect against
        everybody.
        """
        try:
            text = (await self.body()).decode()
            check_json(text)
        except UnicodeDecodeError:
            raise HTTPException(400, UNSTORABLE) from None
        except JsonOutOfBounds as refusal:
            raise HTTPException(400, str(refusal)) from None
        parsed = json.loads(text, parse_float=Decimal)
        if not all(is_storable(string) for string in _strings(parsed)):
            raise HTTPException(400, UNSTORABLE)
        return parsed


class ExactRoute(APIRoute):
    """A route that parses its body with ExactRequest. `takes_up_to` raises its limit of bytes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return FastAPI's handler, wrapped to receive an ExactRequest."""
        handler = super().get_route_handler()
        max_bytes = bound_of(self.endpoint)

        async def handle(request: Request) -> Response:
            receive = bounded(request.scope, request.receive, max_bytes)
            return await handler(ExactRequest(request.scope, receive))

        return handle


def _strings(parsed: Any) -> Iterator[str]:
    """Yield every string, names of fields included.

    This is a loop, because nested generators cost depth times size.
    """
    waiting = [parsed]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
