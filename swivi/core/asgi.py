"""Call an ASGI app with a changed scope."""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

ROUTED = ("route", "root_path")
"""The keys that routing writes into its scope. The request log reads them from the outer scope."""


async def call_with(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, **changes: Any
) -> None:
    """Call `app` with a changed copy of `scope`, and copy the matched route back into `scope`.

    Routing writes into the copy only. Without this, outer middleware could not know the route.
    """
    inner = {**scope, **changes}
    try:
        await app(inner, receive, send)
    finally:
        scope.update({name: inner[name] for name in ROUTED if name in inner})
