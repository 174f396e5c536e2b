"""Examples for the OpenAPI document, generated from its schemas, so that they are never out of
date.
"""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

SAMPLES: Mapping[str, Any] = {
    "action": "campaign.completed",
    "actor": "Ada Admin",
    "amount": 25.0,
    "author": "casey.clips",
    "availableBalance": 147.5,
    "baselineProblem": None,
    "body": "Casey Clipper asks for $25.00 by PayPal.",
    "brand": "Vibe Drinks",
    "budget": 500.0,
    "campaign": "Summer Vibes 2025",
    "campaignId": "3",
    "campaignRemaining": 450.0,
    "clipId": "41",
    "clipUrl": "https://www.tiktok.com/@casey.clips/video/7592641437012345678",
    "clipper": "Casey Clipper",
    "clipperEmail": "casey@example.com",
    "clipperId": "7",
    "clipperName": "Casey Clipper",
    "completedAt": None,
    "completionReason": None,
    "contentUrl": "https://example.com/summer-vibes",
    "costUsd": 0.042,
    "coverUrl": "https://example.com/summer-vibes.jpg",
    "decidedAt": None,
    "decidedBy": None,
    "description": "Show the new flavours in a summery scene.",
    "details": "casey@example.com",
    "durationSeconds": 12.4,
    "earned": 147.5,
    "earnings": 15.0,
    "earningsAdded": 45.2,
    "email": "casey@example.com",
    "error": None,
    "externalId": "7592641437012345678",
    "events": ["payout.completed"],
    "fee": 0.0,
    "finalEarnings": None,
    "flag": None,
    "id": "12",
    "initialViews": 1000,
    "link": "/admin/payouts",
    "maxPerClip": 50.0,
    "maxPerClipper": 200.0,
    "messageId": "msg_5f0c8f6d1f0e4c5b9b0f6a3b8f1f2a3c",
    "method": "paypal",
    "minViews": 500,
    "minimumPayout": 20.0,
    "name": "Casey Clipper",
    "net": 25.0,
    "notes": "Paid by PayPal.",
    "paidAt": None,
    "page": 1,
    "pageSize": 20,
    "password": "correct horse battery",
    "payoutRate": 2.5,
    "payoutRequestId": "12",
    "platform": "tiktok",
    "platformRates": {"youtube": 3.25},
    "platforms": ["tiktok", "youtube"],
    "problem": None,
    "readAt": None,
    "reason": "The product is not shown.",
    "remaining": 450.0,
    "requirements": "At least 15 seconds; tag @vibedrinks.",
    "runId": "88",
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8kWnGZ8xkY0=",
    "spent": 50.0,
    "statusCode": 200,
    "submissionId": "12",
    "title": "Summer Vibes 2025",
    "token": "swivi_Zk1nX0t3b2tlbi1vZi1hLXBlcnNvbg",
    "total": 1,
    "totalEarnings": 147.5,
    "totalViews": 324500,
    "transactionId": None,
    "url": "https://www.tiktok.com/@casey.clips/video/7592641437012345678",
    "urls": ["https://youtu.be/dQw4w9WgXcQ"],
    "userId": "7",
    "value": "$147.50",
    "views": 15000,
}
"""A plausible value for each name of a field."""

BY_FORMAT = {"date-time": "2026-06-01T12:00:00Z", "date": "2026-06-01"}
BY_TYPE: Mapping[str, Any] = {
    "string": "text",
    "integer": 3,
    "number": 1.5,
    "boolean": True,
    "null": None,
}


def example_of(schema: Schema, components: Schema, name: str = "") -> Any:
    """Return a value that this schema allows. `components` are the document's schemas."""
    schema = _resolved(schema, components)
    for given in ("const", "example", "default"):
        if given in schema and name not in SAMPLES:
            return schema[given]
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return SAMPLES[name] if SAMPLES.get(name) in schema["enum"] else schema["enum"][0]
    if "properties" in schema:
        return {
            inner: example_of(each, components, inner)
            for inner, each in schema["properties"].items()
        }
    return _value(schema, components, name)


def _resolved(schema: Schema, components: Schema) -> Schema:
    while "$ref" in schema:
        schema = components[schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _value(schema: Schema, components: Schema, name: str) -> Any:
    choices = schema.get("anyOf") or schema.get("oneOf") or []
    if name in SAMPLES and _fits(SAMPLES[name], schema, choices):
        return SAMPLES[name]
    if choices:
        return example_of(choices[0], components, name)
    types = schema.get("type", "null")
    kind = types if isinstance(types, str) else types[0]
    if kind == "array":
        return [example_of(schema["items"], components, name)]
    if kind == "object":
        return {}
    return BY_FORMAT.get(schema.get("format", ""), BY_TYPE[kind])


def _fits(value: Any, schema: Schema, choices: list[Schema]) -> bool:
    if isinstance(value, list) and "$ref" in schema.get("items", {}):
        return False
    kinds = {
        "string": str,
        "integer": int,
        "number": float,
        "boolean": bool,
        "null": type(None),
        "array": list,
    }
    allowed = schema.get("type", [])
    names = [allowed] if isinstance(allowed, str) else list(allowed)
    names += [choice.get("type") for choice in choices]
    return any(type(value) is kinds.get(kind, dict) for kind in names)
