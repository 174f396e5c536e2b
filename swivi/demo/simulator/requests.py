"""Check and parse requests to the simulated API."""

import json
import zlib
from collections.abc import Awaitable, Callable
from secrets import compare_digest
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import Response

from swivi.demo.simulator.api_errors import ApiError
from swivi.demo.simulator.items.base import Json
from swivi.demo.simulator.settings import Refusal
from swivi.demo.simulator.state import SimulatorState

MAX_BODY_BYTES = 256 * 1024
"""Bytes of a body, before and after decompression. The links of the largest run take a tenth."""

GZIP_WINDOW = 16 + zlib.MAX_WBITS
"""Tells zlib that gzip's header comes first."""

MAX_DIGITS = 15

REFUSALS: dict[Refusal, tuple[int, str, str]] = {
    "token": (
        401,
        "user-or-token-not-found",
        "User was not found or authentication token is not valid",
    ),
    "quota": (403, "platform-feature-disabled", "Monthly usage hard limit exceeded"),
    "credit": (
        402,
        "not-enough-usage-to-run-paid-actor",
        "Not enough usage left to run this actor",
    ),
}
SERVER_ERROR = (500, "internal-server-error", "Internal server error")

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


def guarded(state: SimulatorState, endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint: require the token, and fail where the control says so."""

    async def checked(request: Request) -> Response:
        control = state.control
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and token and _accepts(control.token, token)
        if not known or control.refuse == "token":
            raise ApiError(*REFUSALS["token"])
        if request.method == "GET" and control.fail_reads > 0:
            control.fail_reads -= 1
            raise ApiError(*SERVER_ERROR)
        return await endpoint(request)

    return checked


def number(request: Request, name: str) -> int:
    """Return a number of the query, 0 if absent. Raises ApiError, 400."""
    text = request.query_params.get(name, "0")
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise ApiError(400, "invalid-parameter", f"{name} must be a whole number")
    return int(text)


async def json_body(request: Request) -> Json:
    """Return the JSON object in the body, which may be gzipped.

    Raises ApiError: 400 if it is malformed, 413 if it is larger than MAX_BODY_BYTES.
    """
    body = await _bounded_body(request)
    try:
        if request.headers.get("content-encoding") == "gzip":
            body = _decompressed(body)
        value = json.loads(body)
    except (EOFError, RecursionError, zlib.error, ValueError) as fault:
        raise ApiError(400, "invalid-json", "The body is not JSON") from fault
    if not isinstance(value, dict):
        raise ApiError(400, "invalid-input", "The input must be a JSON object")
    return value


def _accepts(wanted: str | None, token: str) -> bool:
    return wanted is None or compare_digest(token.encode(), wanted.encode())


async def _bounded_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        _check_size(len(body))
    return bytes(body)


def _decompressed(body: bytes) -> bytes:
    """Decompress at most one byte more than is allowed: 292 KB of gzip can be 516 MB.

    Raises EOFError, zlib.error, and ApiError, 413.
    """
    decompressor = zlib.decompressobj(GZIP_WINDOW)
    content = decompressor.decompress(body, MAX_BODY_BYTES + 1)
    _check_size(len(content))
    if not decompressor.eof:
        raise EOFError
    return content


def _check_size(size: int) -> None:
    if size > MAX_BODY_BYTES:
        raise ApiError(413, "request-too-large", f"The input is larger than {MAX_BODY_BYTES} bytes")
