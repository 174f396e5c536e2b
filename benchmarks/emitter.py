"""The floor of `benchmarks.live`: a bare Socket.IO server that emits one frame to each socket.

uvicorn serves it, with the same Socket.IO as Swivi. `POST /emit` with the frame's JSON sends it to
all sockets, encoded for each as if all were different. The answer is the moment of the start
(CLOCK_MONOTONIC, seconds).
"""

from time import monotonic
from typing import Any

import socketio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

NAMESPACE = "/_event"


def app() -> Any:
    """Return the ASGI app."""
    server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")
    sids: list[str] = []

    @server.on("connect", namespace=NAMESPACE)
    async def connect(sid: str, _environ: object, _auth: object = None) -> None:
        sids.append(sid)

    async def emit(request: Request) -> Response:
        update = await request.json()
        began = monotonic()
        for sid in sids:
            await server.emit("event", update, to=sid, namespace=NAMESPACE)
        return JSONResponse(began)

    async def health(_: Request) -> Response:
        return Response(status_code=204)

    routes = [Route("/emit", emit, methods=["POST"]), Route("/health", health)]
    return socketio.ASGIApp(server, Starlette(routes=routes), socketio_path="/_event")
