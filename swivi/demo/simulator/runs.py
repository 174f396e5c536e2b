"""Starting, finding and awaiting runs, as apify-client 3.4.0 does.

Source: https://docs.apify.com/api/v2 ("Actor runs").
"""

import asyncio
from datetime import datetime
from time import monotonic

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from swivi.demo.simulator.api_errors import ApiError
from swivi.demo.simulator.items.base import Json
from swivi.demo.simulator.requests import REFUSALS, SERVER_ERROR, guarded, json_body, number
from swivi.demo.simulator.scrapers import BadInput
from swivi.demo.simulator.settings import StartFault
from swivi.demo.simulator.state import SimulatedRun, SimulatorState
from swivi.demo.simulator.storages import DATASET_PREFIX, STORE_PREFIX

MAX_WAIT_SECONDS = 60
"""The API's own limit of `waitForFinish`."""

HOLD_CHECK_SECONDS = 0.02
"""How often a waiting request checks whether a held run was released."""

COST_PER_ITEM_USD = 0.002

_START_FAULTS: dict[StartFault | None, tuple[int, str, str]] = {
    "500": SERVER_ERROR,
    "429": (429, "rate-limit-exceeded", "Too many requests"),
    "busy": (
        402,
        "actor-memory-limit-exceeded",
        "By launching this job you will exceed the memory limit",
    ),
}


class RunEndpoints:
    """The endpoints under `/actors` and `/actor-runs`."""

    def __init__(self, state: SimulatorState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """Return the routes, relative to `/v2`."""
        runs = "/actors/{actor}/runs"
        return [
            Route(runs, guarded(self._state, self.start), methods=["POST"]),
            Route(runs, guarded(self._state, self.find)),
            Route("/actor-runs/{run}", guarded(self._state, self.get)),
        ]

    async def start(self, request: Request) -> Response:
        """Start a run, and wait for its end if the request says so."""
        control = self._state.control
        if control.refuse:
            raise ApiError(*REFUSALS[control.refuse])
        run_input = await json_body(request)
        fault = control.fail_starts.pop(0) if control.fail_starts else None
        if fault in _START_FAULTS:
            raise ApiError(*_START_FAULTS[fault])
        run = self._started(request, run_input)
        if fault == "drop":
            return _BrokenResponse()
        await self._wait(run, number(request, "waitForFinish"))
        return JSONResponse({"data": self._described(run)}, 201)

    async def get(self, request: Request) -> Response:
        """Return a run, after its end if the request says so."""
        run = self._state.runs.get(request.path_params["run"])
        if run is None:
            raise ApiError(404, "record-not-found", "The record was not found")
        await self._wait(run, number(request, "waitForFinish"))
        return JSONResponse({"data": self._described(run)})

    async def find(self, request: Request) -> Response:
        """Return a page of a scraper's runs."""
        scraper_id = _scraper_id(request)
        since = request.query_params.get("startedAfter")
        after = datetime.fromisoformat(since) if since else None
        runs = [
            run
            for run in self._state.runs.copy().values()
            if run.scraper_id == scraper_id and (after is None or run.started_at >= after)
        ]
        desc = request.query_params.get("desc") == "true"
        if desc:
            runs.reverse()
        offset = number(request, "offset")
        limit = number(request, "limit") or 1_000
        items = [self._described(run) for run in runs[offset : offset + limit]]
        page = {
            "total": len(runs),
            "offset": offset,
            "limit": limit,
            "desc": desc,
            "count": len(items),
        }
        return JSONResponse({"data": {**page, "items": items}})

    def _started(self, request: Request, run_input: Json) -> SimulatedRun:
        scraper_id = _scraper_id(request)
        try:
            return self._state.start(
                scraper_id, run_input, timeout_seconds=number(request, "timeout")
            )
        except KeyError as fault:
            raise ApiError(404, "record-not-found", f"Actor {scraper_id} was not found") from fault
        except BadInput as fault:
            raise ApiError(400, "invalid-input", str(fault)) from fault

    async def _wait(self, run: SimulatedRun, seconds: int) -> None:
        """Hold the request until the run ends, at most `seconds`."""
        deadline = monotonic() + min(seconds, MAX_WAIT_SECONDS)
        # A run ends by the clock or by a setting from another thread; neither can set an Event.
        while not self._state.ended(run) and (left := deadline - monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, max(run.ends_at - monotonic(), HOLD_CHECK_SECONDS)))

    def _described(self, run: SimulatedRun) -> Json:
        return {
            "id": run.id,
            "actId": run.scraper_id,
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
            "usageTotalUsd": round(COST_PER_ITEM_USD * len(self._state.answers(run)), 6),
        }


class _BrokenResponse(Response):
    """Breaks the connection in the middle of the answer, so that the caller learns nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": 201,
                "headers": [(b"content-length", b"1000")],
            }
        )
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionAbortedError("the control asked for it")


def _scraper_id(request: Request) -> str:
    return str(request.path_params["actor"]).replace("~", "/")
