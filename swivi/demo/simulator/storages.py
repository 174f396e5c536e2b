"""Reading a run's items and its input, as apify-client 3.4.0 does.

Source: https://docs.apify.com/api/v2 ("Datasets", "Key-value stores").
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from swivi.demo.simulator.api_errors import ApiError
from swivi.demo.simulator.requests import guarded, number
from swivi.demo.simulator.scrapers import item_of
from swivi.demo.simulator.state import SimulatedRun, SimulatorState

DATASET_PREFIX = "d"
STORE_PREFIX = "k"
"""Each storage of a run has its own id, so that no caller can confuse the two."""

NO_LIMIT = 999_999_999_999
"""What the API reports if the request has no limit."""


class StorageEndpoints:
    """The endpoints under `/datasets` and `/key-value-stores`."""

    def __init__(self, state: SimulatorState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """Return the routes, relative to `/v2`."""
        return [
            Route("/datasets/{dataset}/items", guarded(self._state, self.items)),
            Route("/key-value-stores/{store}/records/INPUT", guarded(self._state, self.run_input)),
        ]

    async def items(self, request: Request) -> Response:
        """Return a page of a run's items, with the pagination headers that the client needs."""
        run = self._run(request.path_params["dataset"].removeprefix(DATASET_PREFIX))
        answers = self._state.answers(run)
        offset = number(request, "offset")
        limit = number(request, "limit") or NO_LIMIT
        items = [item_of(run.scraper_id, answer) for answer in answers[offset : offset + limit]]
        pagination = {
            "Total": len(answers),
            "Offset": offset,
            "Limit": limit,
            "Count": len(items),
            "Desc": "false",
        }
        headers = {f"X-Apify-Pagination-{name}": str(value) for name, value in pagination.items()}
        return JSONResponse(items, headers=headers)

    async def run_input(self, request: Request) -> Response:
        """Return the input of a run."""
        run = self._run(request.path_params["store"].removeprefix(STORE_PREFIX))
        return JSONResponse(run.run_input)

    def _run(self, run_id: str) -> SimulatedRun:
        run = self._state.runs.get(run_id)
        if run is None:
            raise ApiError(404, "record-not-found", "The record was not found")
        return run
