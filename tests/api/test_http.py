"""HTTP behaviour: conditional GET, compression, HEAD, OPTIONS, 405, and pages without internet."""

import asyncio
import gzip
import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from swivi.runtime.runtime import Runtime
from tests import factories
from tests.api.conftest import Person, client, refusal

CRON = {"Authorization": "Bearer cron-secret-of-32-characters-or-more"}


async def test_what_has_not_changed_is_a_304_without_a_body(
    running: Runtime, admin: Person
) -> None:
    first = await admin.http.get("/admin/campaigns")
    tag = first.headers["ETag"]
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "private, no-cache")
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = await admin.http.get("/admin/campaigns", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag), known
        assert "content-length" not in again.headers or again.headers["content-length"] == "0"
    await factories.a_campaign(running.database, admin.actor)
    changed = await admin.http.get("/admin/campaigns", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()["total"]) == (200, 1)
    assert changed.headers["ETag"] != tag


async def test_a_refusal_and_a_change_carry_no_tag(admin: Person, guest: httpx.AsyncClient) -> None:
    for answer in (
        await guest.get("/admin/campaigns", headers={"If-None-Match": "*"}),
        await admin.http.get("/admin/campaigns/999", headers={"If-None-Match": "*"}),
        await admin.http.post("/clippers/notifications/read"),
        await admin.http.get("/admin/exports/payouts.csv", headers={"If-None-Match": "*"}),
        await admin.http.get("/admin/exports/payouts.json", headers={"If-None-Match": "*"}),
        await guest.get("/cron/payout-calculation", headers=CRON | {"If-None-Match": "*"}),
    ):
        assert "ETag" not in answer.headers
        assert answer.status_code != 304


async def test_large_answers_are_compressed_for_who_understands_it(
    guest: httpx.AsyncClient,
) -> None:
    plain = await guest.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    packed = await guest.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 4
    assert packed.json() == plain.json()
    assert packed.headers["ETag"] == plain.headers["ETag"]
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
    small = await guest.get("/health", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in small.headers


async def test_an_export_is_compressed_piece_by_piece(api: FastAPI, admin: Person) -> None:
    """Each piece can be unpacked as soon as it arrives, so nothing waits for the last row."""
    pieces: list[bytes] = []

    async def send(message: Any) -> None:
        pieces.append(message.get("body", b""))

    async def receive() -> Any:
        await asyncio.Event().wait()  # until it is cancelled: the caller stays to the end

    headers = [(b"accept-encoding", b"gzip"), (b"authorization", f"Bearer {admin.token}".encode())]
    path = "/admin/exports/payouts.csv"
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
    }
    scope |= {
        "headers": headers,
        "root_path": "",
        "scheme": "http",
        "server": ("swivi.test", 80),
        "client": None,
    }
    await api(scope, receive, send)
    sent = [piece for piece in pieces if piece]
    assert len(sent) > 1
    assert gzip.decompress(b"".join(sent)).startswith(b"id,requested_at")


async def test_head_is_get_without_the_body(admin: Person) -> None:
    got = await admin.http.get("/admin/campaigns")
    headed = await admin.http.head("/admin/campaigns")
    assert (headed.status_code, headed.content) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length"):
        assert headed.headers[name] == got.headers[name], name


async def test_head_starts_no_tracking(guest: httpx.AsyncClient, running: Runtime) -> None:
    answer = await guest.head("/cron/view-tracking", headers=CRON)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, OPTIONS, POST"


async def test_options_and_405_name_everything_that_an_address_takes(
    guest: httpx.AsyncClient,
) -> None:
    for path, allowed in (
        ("/health", "GET, HEAD, OPTIONS"),
        ("/auth/signup", "OPTIONS, POST"),
        ("/admin/campaigns", "GET, HEAD, OPTIONS, POST"),
        ("/admin/campaigns/7", "DELETE, GET, HEAD, OPTIONS, PATCH"),
    ):
        asked = await guest.options(path)
        assert (asked.status_code, asked.headers["Allow"], asked.content) == (204, allowed, b""), (
            path
        )
        refused = await guest.put(path, json={})
        assert refusal(refused) == (405, "method_not_allowed")
        assert refused.headers["Allow"] == allowed, path


@pytest.mark.parametrize("prefix", ["", "/api"])
async def test_the_readable_pages_need_nothing_from_elsewhere(api: FastAPI, prefix: str) -> None:
    app = Starlette(routes=[Mount(prefix, api)]) if prefix else api
    async with client(app) as http:
        page = await http.get(f"{prefix}/docs")
        assert page.status_code == 200
        needed = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(needed) == 4
        for each in needed:
            file = await http.get(str(httpx.URL(f"http://swivi.test{prefix}/docs").join(each)))
            assert (file.status_code, len(file.content) > 100) == (200, True), each
        assert "<script>" not in page.text
        assert "unsafe-eval" not in page.headers["Content-Security-Policy"]
