"""Errors in the API's own form."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class ApiError(Exception):
    """An answer with `status` and a body of `{"error": {"type", "message"}}`."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message


async def as_response(_: Request, error: Exception) -> Response:
    """Handle an ApiError for Starlette."""
    assert isinstance(error, ApiError)
    return JSONResponse({"error": {"type": error.kind, "message": error.message}}, error.status)
