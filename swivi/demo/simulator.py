"""A stand-in for the Apify API: the part of its HTTP protocol that the real client uses to read
views.

Three ways to have one:

- mounted in the app in demo mode: `Mount("/demo/apify", create_simulator(token=...))`;
- in a test's process: `create_simulator(state, control=True)` in an ASGI server, pulled through `state`;
- as a process of its own: `python -m swivi.demo.simulator --port 9000`, pulled over HTTP:

      PUT    /control       a JSON object of any fields of `simulator_state.Control`; answers all of them
      DELETE /control       forget all runs and settings
      GET    /control/runs  {"started": {actor: count}, "runs": [{"id", "actor", "status", "input"}]}

Any video is answered, with views that grow by the clock (`simulator_growth.views_at`).
"""

import argparse
import asyncio
import contextlib
import sys

import uvicorn
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from swivi.demo.simulator_api import ApiError, SimulatedApi, as_response
from swivi.demo.simulator_state import Control, SimulatorState

HOST = "127.0.0.1"


def create_simulator(
    state: SimulatorState | None = None, *, token: str | None = None, control: bool = False
) -> Starlette:
    """The simulator as an ASGI app, its API under `/v2`.

    `token` is the only bearer token that is let in; None lets in any. `control` opens `/control`:
    never do so in public.
    """
    state = state or SimulatorState()
    if token is not None:
        state.set(token=token)
    routes: list[Route | Mount] = [Mount("/v2", routes=SimulatedApi(state).routes())]
    if control:
        routes += _control_routes(state)
    return Starlette(routes=routes, exception_handlers={ApiError: as_response})


def _control_routes(state: SimulatorState) -> list[Route]:
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
                "actor": run.actor_id,
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


def simulator_server(app: Starlette, port: int) -> uvicorn.Server:
    """Return a server for the simulator on the loopback that logs nothing.

    `started` says that it listens.
    """
    config = uvicorn.Config(
        app,
        host=HOST,
        port=port,
        loop="asyncio",
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
    )
    return uvicorn.Server(config)


async def _serve(port: int) -> None:
    """Serve on the loopback until interrupted; print one line once connections are accepted."""
    server = simulator_server(create_simulator(control=True), port)
    serving = asyncio.create_task(server.serve())
    while not serving.done() and not server.started:  # noqa: ASYNC110 - uvicorn has no hook for this moment
        await asyncio.sleep(0.02)
    if server.started:
        sys.stdout.write(f"Simulator ready at http://{HOST}:{port}\n")
        sys.stdout.flush()
    await serving


def main() -> None:
    """The command line of `python -m swivi.demo.simulator`."""
    parser = argparse.ArgumentParser(description="Play the Apify API on this machine.")
    parser.add_argument(
        "--port", type=int, default=9000, help="port on the loopback (default: %(default)s)"
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
