"""How many requests one client address has under way."""

import asyncio

import httpx
from starlette.types import Receive, Scope, Send

from swivi.middleware.request_limits import OpenRequests


async def test_an_address_has_so_many_requests_under_way_and_others_are_served() -> None:
    go_on, under_way = asyncio.Event(), asyncio.Semaphore(0)

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        under_way.release()
        await go_on.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    app = OpenRequests(slow, 2)

    async def get(address: str, path: str = "/page") -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.get(path)

    served = [
        asyncio.create_task(get(address)) for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]
    for _ in served:
        await under_way.acquire()
    refused, page = await get("192.0.2.1", "/api/campaigns"), await get("192.0.2.1")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_requests")
    assert (page.status_code, page.headers["retry-after"]) == (429, "1")
    go_on.set()
    assert [answer.status_code for answer in await asyncio.gather(*served)] == [204] * 3
    assert (await get("192.0.2.1")).status_code == 204
