"""The address a request comes from."""

from starlette.requests import HTTPConnection


def client_address(request: HTTPConnection) -> str:
    """Return the client's address, as `swivi.middleware.client_address` put it into the scope."""
    return request.client.host if request.client else ""
