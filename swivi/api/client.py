"""The address a request comes from."""

from starlette.requests import HTTPConnection

from swivi.runtime import runtime


def client_address(request: HTTPConnection) -> str:
    """The other end of the connection, or, behind trusted proxies, what the outermost of them saw.

    `X-Forwarded-For` is whatever its sender likes, but for the last entries: each trusted proxy adds one. With
    none trusted it is not looked at. Reflex reads the websocket's address by the same rule (`rxconfig.py`).
    """
    hops = runtime().settings.trusted_proxy_hops
    if hops:
        forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        named = [address for entry in forwarded if (address := entry.strip())]
        if len(named) >= hops:
            return named[-hops]
    return request.client.host if request.client else ""
