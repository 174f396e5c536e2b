"""The simulated endpoints, as apify-client 3.4.0 calls them (https://docs.apify.com/api/v2)."""

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from secrets import compare_digest
from time import monotonic
from typing import TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from swivi.demo.simulator_items import BadInput, Json, row
from swivi.demo.simulator_state import COST_PER_ITEM_USD, SimulatedRun, SimulatorState

MAX_WAIT_SECONDS = 60
"""The API's own limit of `waitForFinish`."""

HOLD_LOOK_SECONDS = 0.02
"""How often a waiting request looks whether a run that was held has been let go."""

MAX_BODY_BYTES = 256 * 1024
"""Of a request, before and after it is unpacked.

The links of the largest run take a tenth of this.
"""

GZIP_WINDOW = 16 + zlib.MAX_WBITS
"""What tells zlib that gzip's header comes first."""

MAX_DIGITS = 15
NO_LIMIT = 999_999_999_999
"""What the API says where no limit was asked for."""

DATASET_PREFIX, STORE_PREFIX = "d", "k"
"""A run's storages have ids of their own, so that no caller can take one for the other."""

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class ApiError(Exception):
    """An error in the API's own form."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message


_REFUSALS = {
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
_START_FAULTS = {
    "500": (500, "internal-server-error", "Internal server error"),
    "429": (429, "rate-limit-exceeded", "Too many requests"),
    "busy": (
        402,
        "actor-memory-limit-exceeded",
        "By launching this job you will exceed the memory limit",
    ),
}


async def as_response(_: Request, error: Exception) -> Response:
    """Starlette's handler for ApiError."""
    assert isinstance(error, ApiError)
    return JSONResponse({"error": {"type": error.kind, "message": error.message}}, error.status)


class SimulatedApi:
    """The endpoints, on one memory."""

    def __init__(self, state: SimulatorState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """Everything under `/v2`."""
        return [
            Route("/actors/{actor}/runs", self._guarded(self.start_run), methods=["POST"]),
            Route("/actors/{actor}/runs", self._guarded(self.list_runs)),
            Route("/actor-runs/{run}", self._guarded(self.get_run)),
            Route("/datasets/{dataset}/items", self._guarded(self.list_items)),
            Route("/key-value-stores/{store}/records/INPUT", self._guarded(self.get_input)),
        ]

    async def start_run(self, request: Request) -> Response:
        control = self._state.control
        if control.refuse:
            raise ApiError(*_REFUSALS[control.refuse])
        run_input = await _json_body(request)
        fault = control.fail_starts.pop(0) if control.fail_starts else None
        if fault in _START_FAULTS:
            raise ApiError(*_START_FAULTS[fault])
        run = self._begin(request, run_input)
        if fault == "drop":
            return _BrokenResponse()
        await self._wait(run, _number(request, "waitForFinish"))
        return JSONResponse({"data": self._described(run)}, 201)

    async def get_run(self, request: Request) -> Response:
        run = self._run(request.path_params["run"])
        await self._wait(run, _number(request, "waitForFinish"))
        return JSONResponse({"data": self._described(run)})

    async def list_runs(self, request: Request) -> Response:
        actor_id, since = _actor_id(request), request.query_params.get("startedAfter")
        after = datetime.fromisoformat(since) if since else None
        runs = [
            run
            for run in self._state.runs.copy().values()
            if run.actor_id == actor_id and (after is None or run.started_at >= after)
        ]
        desc = request.query_params.get("desc") == "true"
        if desc:
            runs.reverse()
        offset, limit = _number(request, "offset"), _number(request, "limit") or 1_000
        items = [self._described(run) for run in runs[offset : offset + limit]]
        page = {
            "total": len(runs),
            "offset": offset,
            "limit": limit,
            "desc": desc,
            "count": len(items),
        }
        return JSONResponse({"data": {**page, "items": items}})

    async def list_items(self, request: Request) -> Response:
        run = self._run(request.path_params["dataset"].removeprefix(DATASET_PREFIX))
        answers = self._state.rows(run)
        offset, limit = _number(request, "offset"), _number(request, "limit") or NO_LIMIT
        items = [row(run.actor_id, answer) for answer in answers[offset : offset + limit]]
        headers = {
            "Total": len(answers),
            "Offset": offset,
            "Limit": limit,
            "Count": len(items),
            "Desc": "false",
        }
        return JSONResponse(
            items,
            headers={f"X-Apify-Pagination-{name}": str(value) for name, value in headers.items()},
        )

    async def get_input(self, request: Request) -> Response:
        return JSONResponse(
            self._run(request.path_params["store"].removeprefix(STORE_PREFIX)).run_input
        )

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        """Let in only who carries the token, and fail where the control says so."""

        async def guarded(request: Request) -> Response:
            control = self._state.control
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            known = scheme.lower() == "bearer" and token and _is(token, control.token)
            if not known or control.refuse == "token":
                raise ApiError(*_REFUSALS["token"])
            if request.method == "GET" and control.fail_reads > 0:
                control.fail_reads -= 1
                raise ApiError(*_START_FAULTS["500"])
            return await endpoint(request)

        return guarded

    def _begin(self, request: Request, run_input: Json) -> SimulatedRun:
        actor_id = _actor_id(request)
        try:
            return self._state.start(
                actor_id, run_input, timeout_seconds=_number(request, "timeout")
            )
        except KeyError as fault:
            raise ApiError(404, "record-not-found", f"Actor {actor_id} was not found") from fault
        except BadInput as fault:
            raise ApiError(400, "invalid-input", str(fault)) from fault

    def _run(self, run_id: str) -> SimulatedRun:
        run = self._state.runs.get(run_id)
        if run is None:
            raise ApiError(404, "record-not-found", "The record was not found")
        return run

    async def _wait(self, run: SimulatedRun, seconds: int) -> None:
        """Hold the request until the run ends, at most `seconds`."""
        deadline = monotonic() + min(seconds, MAX_WAIT_SECONDS)
        # A run ends by the clock or by a control that another thread pulled, and neither can set an
        # Event here.
        while not self._state.ended(run) and (left := deadline - monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, max(run.ends_at - monotonic(), HOLD_LOOK_SECONDS)))

    def _described(self, run: SimulatedRun) -> Json:
        return {
            "id": run.id,
            "actId": run.actor_id,
            "userId": "simulated",
            "startedAt": run.started_at.isoformat(),
            "status": self._state.status(run),
            "meta": {"origin": "API"},
            "stats": {},
            "options": {
                "build": "latest",
                "timeoutSecs": 300,
                "memoryMbytes": 1024,
                "diskMbytes": 2048,
            },
            "buildId": "simulated",
            "defaultKeyValueStoreId": f"{STORE_PREFIX}{run.id}",
            "defaultDatasetId": f"{DATASET_PREFIX}{run.id}",
            "defaultRequestQueueId": f"q{run.id}",
            "usageTotalUsd": round(COST_PER_ITEM_USD * len(self._state.rows(run)), 6),
        }


class _BrokenResponse(Response):
    """Begins to answer and breaks the connection, so that the caller cannot know what became of its
    request.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": 201,
                "headers": [(b"content-length", b"1000")],
            }
        )
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionAbortedError("as the control asked")


def _is(given: str, wanted: str | None) -> bool:
    return wanted is None or compare_digest(given.encode(), wanted.encode())


def _actor_id(request: Request) -> str:
    return str(request.path_params["actor"]).replace("~", "/")


def _number(request: Request, name: str) -> int:
    """A number of the query, 0 if absent."""
    text = request.query_params.get(name, "0")
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise ApiError(400, "invalid-parameter", f"{name} must be a whole number")
    return int(text)


async def _json_body(request: Request) -> Json:
    """Return the request's JSON object, unpacked if it came gzipped.

    Raises ApiError, 413 beyond MAX_BODY_BYTES.
    """
    body = await _bounded_body(request)
    try:
        if request.headers.get("content-encoding") == "gzip":
            body = _unpacked(body)
        value = json.loads(body)
    except (EOFError, RecursionError, zlib.error, ValueError) as fault:
        raise ApiError(400, "invalid-json", "The body is not JSON") from fault
    if not isinstance(value, dict):
        raise ApiError(400, "invalid-input", "The input must be a JSON object")
    return value


async def _bounded_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        _must_fit(len(body))
    return bytes(body)


def _unpacked(body: bytes) -> bytes:
    """Unpack gzip, at most one byte more than is allowed: 292 KB can unpack to 516 MB.

    Raises EOFError, zlib.error.
    """
    unpacker = zlib.decompressobj(GZIP_WINDOW)
    unpacked = unpacker.decompress(body, MAX_BODY_BYTES + 1)
    _must_fit(len(unpacked))
    if not unpacker.eof:
        raise EOFError
    return unpacked


def _must_fit(size: int) -> None:
    if size > MAX_BODY_BYTES:
        raise ApiError(413, "request-too-large", f"The input is larger than {MAX_BODY_BYTES} bytes")
