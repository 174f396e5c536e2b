"""Sending one request with an `Idempotency-Key` from whatever process holds a Runtime."""

from typing import Any

import httpx

from swivi.api.app import build_api
from swivi.core.errors import SwiviError

KEY = "3c5f0f8e-5d7c-4a63-9f0a-9c2d5c1e7a11"


class CommandRefused(SwiviError):
    """What the API refused, with its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def post(token: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
    """The answer's body. Raises Refused."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": KEY}
    transport = httpx.ASGITransport(build_api())
    async with httpx.AsyncClient(
        transport=transport, base_url="http://swivi.test", headers=headers
    ) as http:
        answer = await http.post(path, json=body)
    said: dict[str, Any] = answer.json()
    if not answer.is_success:
        raise CommandRefused(said["error"]["code"])
    return said
