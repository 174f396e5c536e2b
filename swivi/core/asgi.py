"""Calling an ASGI app with a changed scope."""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

ROUTED = ("route", "root_path")
"""What routing writes into the scope that it was given, and what the log of requests reads from its
own.
"""


async def call_with(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, **changes: Any
) -> None:
    """Call `app` with a copy of `scope` that has these changes, and write into `scope` which route
    answered.

    Without that, whatever stands outside cannot know the route: routing writes it into the copy
    only.
    """
    inner = {**scope, **changes}
    try:
        await app(inner, receive, send)
    finally:
        scope.update({name: inner[name] for name in ROUTED if name in inner})
