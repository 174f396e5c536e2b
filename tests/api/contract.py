"""Check each answer of the API that a test receives against the OpenAPI document."""

import re
from functools import cache
from typing import Any

import httpx
import jsonschema_rs
from fastapi import FastAPI

from swivi.api.app import build_api

FRAMEWORK = {(404, "not_found"), (405, "method_not_allowed")}
"""Refusals of paths and methods that the document does not know."""


@cache
def api() -> FastAPI:
    """The API, which keeps nothing and serves whatever Runtime is open: to get ready takes it
    longer than a test.
    """
    return build_api()


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return api().openapi()


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """The documented operation that answers this request; literal paths come before those with
    parameters.
    """
    for template in sorted(document()["paths"], key=lambda each: each.count("{")):
        pattern = re.sub(r"\\\{[a-zA-Z_]+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            found = document()["paths"][template].get(method.lower())
            if found is not None:
                return dict(found)
    return None


async def must_keep(response: httpx.Response) -> None:
    """An httpx hook. Raises AssertionError for an answer that the document does not describe."""
    await response.aread()
    request = response.request
    path = request.url.path.removeprefix("/api")
    where = f"{request.method} {path} -> {response.status_code} {response.text[:300]}"
    if request.method == "HEAD" and response.status_code == 405:
        return
    operation = operation_of("GET" if request.method == "HEAD" else request.method, path)
    if operation is None:
        assert response.status_code < 400 or (response.status_code, _code(response)) in FRAMEWORK, (
            where
        )
        return
    described = operation["responses"].get(str(response.status_code))
    assert described is not None, f"undocumented status: {where}"
    missing = [name for name in described.get("headers", {}) if name not in response.headers]
    assert not missing, f"without {missing}: {where}"
    content = described.get("content", {})
    media_type = response.headers.get("content-type", "").partition(";")[0]
    assert media_type in content or not (content or response.content), (
        f"undocumented content: {where}"
    )
    if media_type in content and media_type == "application/json" and request.method != "HEAD":
        problems = [
            error.message
            for error in validator(content[media_type]["schema"]).iter_errors(response.json())
        ]
        assert not problems, f"{problems}: {where}"
        must_name(content[media_type], response.json(), where)


def must_name(content: dict[str, Any], answer: Any, where: str) -> None:
    """Raise AssertionError for a refusal whose code is not among the document's examples."""
    if content["schema"].get("$ref", "").endswith("/ErrorBody"):
        assert answer["error"]["code"] in content["examples"], f"undocumented code: {where}"


def validator(schema: dict[str, Any]) -> Any:
    """A validator of one of the document's schemas."""
    return jsonschema_rs.Draft202012Validator(
        {**schema, "components": document()["components"]}, validate_formats=True
    )


def _code(response: httpx.Response) -> str:
    return str(response.json()["error"]["code"])
