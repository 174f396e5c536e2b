"""The OpenAPI document: FastAPI's own, completed by each route's refusals and by examples."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from fastapi import FastAPI
from fastapi.datastructures import DefaultPlaceholder
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from swivi.api.http import webhook_messages
from swivi.api.http.examples import example_of
from swivi.api.http.methods import WORKS
from swivi.api.http.refusals import Refusal, refusals_of
from swivi.core.envelope import ErrorBody

JSON = "application/json"

DESCRIPTION = """\
Everything that Swivi's pages do, for programs.

Money is in dollars with at most two decimals, times are ISO 8601 in UTC, ids are strings.
Authenticate with `Authorization: Bearer <token>`; `POST /auth/token` creates a token. Lists take
`page` and `pageSize`; their `total` counts the items of all pages. A refusal is
`{"error": {"code", "message", "fields"?}}`: `code` is for programs, `message` for people, and
`fields` names the invalid fields of the request. Each GET carries an `ETag`. Send it back as
`If-None-Match`, and an unchanged answer is a 304 without a body.
"""

TAGS = [
    {"name": "auth", "description": "Sign up, and create tokens."},
    {
        "name": "clippers",
        "description": "For clippers: campaigns, submissions, earnings and payouts.",
    },
    {"name": "admin", "description": "For admins: review, payouts, campaigns and operations."},
    {"name": "cron", "description": "For an external scheduler with the cron secret."},
    {"name": "health", "description": "For monitoring."},
]

NOT_MODIFIED = {
    "description": "Nothing changed since the answer whose `ETag` was sent as `If-None-Match`."
}
NOTHING = "Done. The answer has no body."
RECEIVED = {
    "2XX": {"description": "Received. Any other status is a failure, and is retried later."}
}
HEADERS = {
    401: {
        "WWW-Authenticate": {
            "description": "`Bearer`",
            "required": True,
            "schema": {"const": "Bearer"},
        }
    },
    429: {
        "Retry-After": {
            "description": "The seconds to wait.",
            "required": True,
            "schema": {"type": "integer", "minimum": 1},
        }
    },
}
"""Headers of refusals, by status."""
ETAG = {
    "ETag": {
        "description": "The value for `If-None-Match` in the next request.",
        "schema": {"type": "string"},
    }
}


def install(api: FastAPI) -> None:
    """Make `api` serve this document. It is built once, at the first request for it."""

    def document() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = _document(api)
        return api.openapi_schema

    api.openapi = document  # type: ignore[method-assign]


def as_text(document: Mapping[str, Any]) -> str:
    """Return the document as the repository keeps it: sorted, indented, with a final newline."""
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def operations(api: FastAPI) -> Iterator[tuple[str, str, RouteContext]]:
    """Yield method, path and route of each operation in the document."""
    for route in iter_route_contexts(api.routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema:
            for method in sorted(route.methods or ()):
                yield method, str(route.path_format), route


def _document(api: FastAPI) -> dict[str, Any]:
    described = get_openapi(
        title=api.title,
        version=api.version,
        description=DESCRIPTION,
        tags=TAGS,
        routes=api.routes,
        webhooks=webhook_messages.router.routes,
    )
    schemas = described["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas |= _error_schemas()
    for method, path, route in operations(api):
        operation = described["paths"][path][method.lower()]
        operation["responses"].pop("422", None)  # FastAPI's own validation error, which never comes
        operation["responses"] |= _refused(refusals_of(route))
        operation["summary"] = str(route.name).replace("_", " ").capitalize()
        _describe_answers(operation, schemas)
        _give_examples(operation, schemas)
        _drop_null(operation.get("parameters", []))
        if method == "GET" and _is_tagged(route):
            operation["responses"]["200"].setdefault("headers", {}).update(ETAG)
            operation["responses"]["304"] = NOT_MODIFIED
        operation["responses"] = dict(sorted(operation["responses"].items()))
    for told in described["webhooks"].values():
        told["post"]["responses"] = dict(RECEIVED)
        _give_examples(told["post"], schemas)
    return described


def _is_tagged(route: RouteContext) -> bool:
    kind = route.response_class
    kind = kind.value if isinstance(kind, DefaultPlaceholder) else kind
    return issubclass(kind, JSONResponse) and not str(route.path_format).startswith(WORKS)


def _error_schemas() -> dict[str, Any]:
    schema = ErrorBody.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), ErrorBody.__name__: schema}


def _refused(refusals: Iterable[Refusal]) -> dict[str, Any]:
    """Return one answer per status, with every code that it can carry."""
    return {
        str(status): _answer(list(group))
        for status, group in groupby(refusals, key=lambda refusal: refusal.status)
    }


def _answer(refusals: list[Refusal]) -> dict[str, Any]:
    examples = {
        refusal.code: {
            "summary": refusal.meaning,
            "value": {"error": {"code": refusal.code, "message": refusal.message}},
        }
        for refusal in refusals
    }
    return {
        "headers": HEADERS.get(refusals[0].status, {}),
        "description": "\n".join(f"- `{refusal.code}`: {refusal.meaning}" for refusal in refusals),
        # The codes are in the examples. A schema for each answer would become a thousand classes in
        # a generated client.
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/ErrorBody"}, "examples": examples}
        },
    }


def _drop_null(parameters: list[dict[str, Any]]) -> None:
    """Remove null from the schemas of parameters: a parameter is sent or left out."""
    for parameter in parameters:
        choices = parameter["schema"].pop("anyOf", [])
        for choice in choices:
            if choice != {"type": "null"}:
                parameter["schema"] |= choice


def _describe_answers(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Describe each answer, in place of FastAPI's "Successful Response"."""
    for status, answer in operation["responses"].items():
        if answer["description"] == "Successful Response":
            answer["description"] = NOTHING if status == "204" else _meaning(answer, schemas)


def _meaning(answer: dict[str, Any], schemas: dict[str, Any]) -> str:
    schema = answer["content"].get(JSON, {}).get("schema", {})
    named = schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], {})
    return str(named.get("description", "The table")).partition("\n")[0]


def _give_examples(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    answers = [
        answer for status, answer in operation["responses"].items() if status.startswith("2")
    ]
    for part in (operation.get("requestBody", {}), *answers):
        content = part.get("content", {}).get(JSON)
        if content is not None:
            content.setdefault("example", example_of(content["schema"], schemas))
