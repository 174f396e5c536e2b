"""Around the app where it is reached by https: our cookies bear the prefix by which browsers vouch
for them.

A cookie named `__Host-...` was set by this very host over https; neither another subdomain nor
somebody on a connection without https can plant one. Within, cookies keep their plain names, and
one that came without the prefix is none of ours.

Sources: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2, OWASP
ASVS 5.0 V3.3.3.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from swivi.core.asgi import call_with

PREFIX = b"__Host-"
OURS = b"swivi_"


class HostCookies:
    """Adds the prefix to each cookie of ours that is set, and takes it off those that come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def send_with_prefix(message: Message) -> None:
            if "headers" in message:
                message["headers"] = [
                    (name, _as_set(name, value)) for name, value in message["headers"]
                ]
            await send(message)

        headers = [
            (name, _as_read(value) if name == b"cookie" else value)
            for name, value in scope["headers"]
        ]
        await call_with(self._app, scope, receive, send_with_prefix, headers=headers)


def _as_set(name: bytes, value: bytes) -> bytes:
    return PREFIX + value if name.lower() == b"set-cookie" and value.startswith(OURS) else value


def _as_read(header: bytes) -> bytes:
    cookies = [cookie.strip() for cookie in header.split(b";")]
    return b"; ".join(
        cookie.removeprefix(PREFIX) for cookie in cookies if not cookie.startswith(OURS)
    )
