"""The address that a request comes from."""

from starlette.requests import HTTPConnection


def client_address(request: HTTPConnection) -> str:
    """Return the client's address. `swivi.middleware.client_address` puts it into the scope."""
    return request.client.host if request.client else ""
