"""Give Swivi's cookies the `__Host-` prefix where browsers use https.

Browsers accept a `__Host-` cookie only from the very host that set it over https. Neither another
subdomain nor somebody on a connection without https can plant one. The app itself uses plain names,
and ignores a cookie that came without the prefix.

Sources: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-4.1.3.2, OWASP
ASVS 5.0 V3.3.3.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from swivi.core.asgi import call_with

PREFIX = b"__Host-"
OURS = b"swivi_"


class HostCookies:
    """Add the prefix to each cookie that is set, and remove it from those that arrive."""

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
