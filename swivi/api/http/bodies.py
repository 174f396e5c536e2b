"""Reading JSON bodies: bounded before they are parsed, numbers exactly as written, storable text
only.
"""

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
    """A request whose JSON numbers with decimals are `Decimal`: money never passes through a
    float.
    """

    async def json(self) -> Any:
        """Return the body. Raise JSONDecodeError, or HTTPException 400 for what Swivi never takes.

        FastAPI parses a body before it knows the caller, so the bounds hold for everybody.
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
    """A route that reads its body so, up to the bytes its endpoint takes (see `takes_up_to`)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, given an ExactRequest."""
        handler = super().get_route_handler()
        max_bytes = bound_of(self.endpoint)

        async def handle(request: Request) -> Response:
            receive = bounded(request.scope, request.receive, max_bytes)
            return await handler(ExactRequest(request.scope, receive))

        return handle


def _strings(parsed: Any) -> Iterator[str]:
    """Yield every string, names included.

    A loop: generators in generators cost depth times size.
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
