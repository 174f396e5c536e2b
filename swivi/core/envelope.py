"""The JSON body of every HTTP error: `{"error": {"code", "message", "fields"?}}`."""

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import JSONResponse


class Problem(BaseModel):
    """What went wrong. `fields` maps the request's field names to sentences."""

    code: str
    message: str
    fields: dict[str, str] | None = None


class ErrorBody(BaseModel):
    """The body of every response with a status of 400 or more."""

    error: Problem


def envelope(
    status: int,
    code: str,
    message: str,
    *,
    fields: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return an error response."""
    problem = Problem(code=code, message=message, fields=dict(fields) if fields else None)
    return JSONResponse(ErrorBody(error=problem).model_dump(exclude_none=True), status, headers)
