"""The simulator as an ASGI app, and a server for it."""

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from swivi.demo.simulator.api_errors import ApiError, as_response
from swivi.demo.simulator.control import control_routes
from swivi.demo.simulator.runs import RunEndpoints
from swivi.demo.simulator.state import SimulatorState
from swivi.demo.simulator.storages import StorageEndpoints

HOST = "127.0.0.1"


def create_simulator(
    state: SimulatorState | None = None, *, token: str | None = None, control: bool = False
) -> Starlette:
    """Return the simulator, with its API under `/v2`.

    `token` is the only accepted bearer token; None accepts any. `control` opens `/control`, which
    must never be public.
    """
    state = state or SimulatorState()
    if token is not None:
        state.set(token=token)
    endpoints = [*RunEndpoints(state).routes(), *StorageEndpoints(state).routes()]
    routes: list[Route | Mount] = [Mount("/v2", routes=endpoints)]
    if control:
        routes += control_routes(state)
    return Starlette(routes=routes, exception_handlers={ApiError: as_response})


def simulator_server(app: Starlette, port: int) -> uvicorn.Server:
    """Return a server for the simulator on the loopback. It logs nothing.

    Its `started` tells whether it accepts connections.
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
