"""The OpenAPI document: what FastAPI reads from the types, with each refusal that a route can
answer, and examples.
"""

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

Money is dollars with at most two decimals, times are ISO 8601 in UTC, ids are strings. Sign in with
`Authorization: Bearer <token>`; `POST /auth/token` gives one. Lists take `page` and `pageSize` and say how many items
there are in `total`. A refusal is `{"error": {"code", "message", "fields"?}}`; `code` is for programs, `message` for
people, `fields` says which of the request's own fields are wrong. Every GET carries an `ETag`: send it back as
`If-None-Match`, and what has not changed is a 304 without a body.
"""

TAGS = [
    {"name": "auth", "description": "Becoming a clipper, and getting a token."},
    {
        "name": "clippers",
        "description": "What clippers do: find campaigns, send clips, see earnings, be paid.",
    },
    {"name": "admin", "description": "What the people who run Swivi do."},
    {"name": "cron", "description": "What an outside scheduler calls, with the cron secret."},
    {"name": "health", "description": "For whatever watches over the process."},
]

NOT_MODIFIED = {
    "description": "Nothing has changed since the answer whose `ETag` was sent as `If-None-Match`."
}
NOTHING = "Done; there is nothing to say."
TAKEN = {"2XX": {"description": "Taken. Anything else is a failure, and tried again later."}}
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
            "description": "For how many seconds to wait.",
            "required": True,
            "schema": {"type": "integer", "minimum": 1},
        }
    },
}
"""What refusals of a status carry beside the body."""
ETAG = {
    "ETag": {
        "description": "What to send as `If-None-Match` next time.",
        "schema": {"type": "string"},
    }
}


def install(api: FastAPI) -> None:
    """Make this the document that `api` serves. Built once, when it is first asked for."""

    def document() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = _document(api)
        return api.openapi_schema

    api.openapi = document  # type: ignore[method-assign]


def as_text(document: Mapping[str, Any]) -> str:
    """Return the document as it is kept in the repository: sorted, indented, ending in a line
    break.
    """
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def operations(api: FastAPI) -> Iterator[tuple[str, str, RouteContext]]:
    """Method, path and route of everything that the document describes."""
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
        operation["responses"].pop("422", None)  # FastAPI's own, which never comes
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
        told["post"]["responses"] = {
            "2XX": {"description": "Taken. Anything else is a failure, and tried again later."}
        }
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
    """The answers, one per status, with every code that it can carry."""
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
        # The codes are in the examples. As a schema for each answer they would become a thousand
        # classes of a client.
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/ErrorBody"}, "examples": examples}
        },
    }


def _drop_null(parameters: list[dict[str, Any]]) -> None:
    """Say nothing of null: a parameter is sent or left out, and the text "null" is refused."""
    for parameter in parameters:
        choices = parameter["schema"].pop("anyOf", [])
        for choice in choices:
            if choice != {"type": "null"}:
                parameter["schema"] |= choice


def _describe_answers(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Says what comes, in place of FastAPI's "Successful Response"."""
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
