"""Control over HTTP, for tests in another process.

PUT    /control       a JSON object of any fields of `settings.Control`; returns all of them
DELETE /control       forget all runs and settings
GET    /control/runs  {"started": {actor: count},
                       "runs": [{"id", "actor", "status", "input"}]}
"""

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from swivi.demo.simulator.api_errors import ApiError
from swivi.demo.simulator.settings import Control
from swivi.demo.simulator.state import SimulatorState


def control_routes(state: SimulatorState) -> list[Route]:
    """Return the routes that control `state`."""

    async def put(request: Request) -> Response:
        try:
            state.apply(Control.model_validate_json(await request.body()))
        except ValidationError as fault:
            raise ApiError(400, "invalid-control", str(fault)) from fault
        return JSONResponse(state.control.model_dump(mode="json"))

    async def delete(_: Request) -> Response:
        state.reset()
        return Response(status_code=204)

    async def runs(_: Request) -> Response:
        described = [
            {
                "id": run.id,
                "actor": run.scraper_id,
                "status": state.status(run),
                "input": run.run_input,
            }
            for run in state.runs.values()
        ]
        return JSONResponse({"started": state.runs_started, "runs": described})

    return [
        Route("/control", put, methods=["PUT"]),
        Route("/control", delete, methods=["DELETE"]),
        Route("/control/runs", runs),
    ]
