"""All refusals in one envelope: `{"error": {"code", "message", "fields"?}}`."""

import logging
from collections.abc import Mapping
from itertools import islice
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from swivi.api.http.methods import allowed_methods, options
from swivi.core.cpu_work import Overloaded
from swivi.core.envelope import envelope
from swivi.core.errors import InvalidInput, NotSignedIn, SwiviError, TooManyRequests

log = logging.getLogger("swivi.api")

CODES = {
    400: ("malformed_body", None),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method."),
    413: ("body_too_large", None),
}
"""The framework's own refusals by status: the code, and a sentence to replace the framework's."""

MAX_FIELDS_NAMED = 20
"""The most fields that one answer names. A caller can invent thousands; the answer stays small."""

MAX_NAME = 60
"""Characters of a wrong field's name in an answer."""


def install(app: FastAPI) -> None:
    """Answer every exception in the envelope."""
    app.add_exception_handler(SwiviError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _by_framework)
    app.add_exception_handler(Exception, _unexpected)


def _camel(path: str) -> str:
    """Return the path of a field, like `details.iban`, in camelCase."""
    return ".".join(to_camel(name) for name in path.split("."))


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SwiviError), "registered for these"
    headers = {}
    fields = {_camel(name): sentence for name, sentence in error.fields.items()}
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyRequests | Overloaded):
        headers["Retry-After"] = str(error.retry_after)
    return envelope(error.status, error.code, error.sentence, fields=fields, headers=headers)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError), "registered for these"
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        return envelope(400, CODES[400][0], "The body is not valid JSON.")
    named = dict(
        _wrong(problem) for problem in problems if len(problem["loc"]) > 1 or _tag(problem)
    )
    fields = dict(islice(named.items(), MAX_FIELDS_NAMED))
    message = " ".join(f"{name}: {sentence}" for name, sentence in fields.items())
    message = message or "Send a JSON object as application/json."
    return envelope(InvalidInput.status, InvalidInput.code, message, fields=fields)


def _wrong(problem: Mapping[str, Any]) -> tuple[str, str]:
    """Return the top-level field and its problem: `("body", "urls", 3)` is about `urls`."""
    tag = _tag(problem)
    if problem["type"] == "union_tag_invalid":
        return tag, f"Choose one of: {problem['ctx']['expected_tags']}.".replace("'", "")
    field = str(problem["loc"][1])[:MAX_NAME] if len(problem["loc"]) > 1 else ""
    if problem["type"] in ("missing", "union_tag_not_found"):
        return tag or field, "This field is required."
    return field, f"{problem['msg']}."


def _tag(problem: Mapping[str, Any]) -> str:
    """Return the name of the discriminator if the problem is about it; "" otherwise."""
    if not problem["type"].startswith("union_tag"):
        return ""
    return str(problem["ctx"]["discriminator"]).strip("'")


async def _by_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException), "registered for these"
    headers = error.headers
    if error.status_code == 405:
        if request.method == "OPTIONS":
            return options(request)
        headers = {"Allow": allowed_methods(request)}
    code, sentence = CODES.get(error.status_code, ("http_error", None))
    return envelope(error.status_code, code, sentence or str(error.detail), headers=headers)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return envelope(500, "internal_error", "Something went wrong in Swivi. The error is logged.")
