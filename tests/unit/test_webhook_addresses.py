"""Where webhooks may lead: with `only_public`, nowhere into our own network, whatever a name
says.
"""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest

from swivi.core.errors import InvalidInput
from swivi.domain.webhooks import addresses
from swivi.domain.webhooks.addresses import NotPublic, PublicOnly, public_address
from swivi.domain.webhooks.rules import parse_url
from swivi.settings import Settings
from tests.certificates import certificate
from tests.unit.test_addresses import PRIVATE


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_our_own_network_is_refused_in_a_webhooks_url(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(InvalidInput):
        parse_url(f"https://{host}/hooks", only_public=True)


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_leads_to_our_own_network_is_not_sent_to(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    async def resolve(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    with pytest.raises(NotPublic):
        await public_address("hooks.example", 443)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hooks",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://db.internal/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_what_is_not_https_or_plainly_private_is_refused_in_production_only(url: str) -> None:
    with pytest.raises(InvalidInput):
        parse_url(url, only_public=True)
    assert parse_url(url, only_public=False) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "example.com",
        "ftp://example.com",
        "https://",
        "https://a b/",
        "https://me:hush@example.com/",
        "https://example.com/#part",
        "https://example.com:port/",
        "https://exämple.com/",
        "https://[::1",
        "https://x/" + "a" * 2_000,
    ],
)
def test_what_is_no_address_is_refused_everywhere(url: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_url(url, only_public=False)
    assert set(refused.value.fields) == {"url"}


@pytest.mark.parametrize(
    ("changes", "strict"),
    [
        ({}, True),
        ({"demo": True}, True),
        ({"demo": True, "env": "development"}, True),
        ({"env": "development"}, False),
        ({"env": "test"}, False),
        ({"env": "development", "webhooks_private": False}, True),
        ({"demo": True, "webhooks_private": True}, False),
        ({"webhooks_private": True}, False),
    ],
)
def test_production_and_the_demo_keep_to_the_public_internet_unless_told_otherwise(
    changes: dict[str, object], strict: bool
) -> None:
    assert Settings.model_validate(changes).webhooks_only_public is strict


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001"])
async def test_a_name_that_leads_to_ourselves_is_refused_when_it_is_sent_to(host: str) -> None:
    with pytest.raises(NotPublic):
        await public_address(host, 443)


async def test_one_private_address_among_public_ones_is_enough_to_refuse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def resolve(*_: object, **__: object) -> list[object]:
        tcp = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*tcp, ("93.184.216.34", 443)), (*tcp, ("10.0.0.1", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    with pytest.raises(NotPublic):
        await public_address("two.example", 443)


async def test_http_is_refused_when_it_is_sent_to() -> None:
    async with httpx.AsyncClient(transport=PublicOnly(httpx.AsyncHTTPTransport())) as http:
        with pytest.raises(NotPublic):
            await http.post("http://93.184.216.34/hooks")


async def test_the_checked_address_is_connected_to_under_the_name_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    serving, trusting = certificate("hooks.example", tmp_path)
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=serving)
    port = server.sockets[0].getsockname()[1]

    async def led_here(*_: object) -> str:
        return "127.0.0.1"

    monkeypatch.setattr(addresses, "public_address", led_here)
    async with (
        server,
        httpx.AsyncClient(transport=PublicOnly(httpx.AsyncHTTPTransport(verify=trusting))) as http,
    ):
        assert (await http.post(f"https://hooks.example:{port}/in")).status_code == 204
        assert f"Host: hooks.example:{port}\r\n".encode() in heads[0]
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await http.post(f"https://other.example:{port}/in")
