"""Following share links: over real HTTP to a loopback server that plays the platforms.

The rule stays as in production. The tests bring their own resolver, which answers with a public
address, and a transport that carries what was meant for that address to the loopback.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpx
import pytest

from swivi.domain.platforms import links
from swivi.domain.platforms.errors import InvalidLink, ShortLink
from swivi.domain.platforms.links import resolve
from swivi.domain.platforms.models import Platform, VideoRef
from swivi.domain.platforms.redirects import RedirectReader
from tests.unit.test_addresses import PRIVATE

PUBLIC = "93.184.216.34"
VIDEO = VideoRef(Platform.TIKTOK, "7592641437091532062")
FULL = f"https://www.tiktok.com/@clipper.one/video/{VIDEO.external_id}?_r=1"


@dataclass
class Platforms(httpx.AsyncBaseTransport):
    """A loopback server that answers by host and path, the way to it, and what came along that
    way.
    """

    port: int = 0
    redirects: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    connected_to: list[tuple[str, str]] = field(default_factory=list)
    addresses: Sequence[str] = (PUBLIC,)

    async def resolver(self, host: str) -> Sequence[str]:
        return self.addresses

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https"
        self.connected_to.append((request.url.host, request.extensions["sni_hostname"]))
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.port)
        return await httpx.AsyncHTTPTransport().handle_async_request(request)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        host = head.lower().split("host: ")[1].split("\r\n")[0]
        self.asked.append(host + path)
        location = self.redirects.get(host + path)
        if location is None:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        elif location:
            # A body is promised and never sent: whoever waits for it gets nowhere.
            answer = (
                f"HTTP/1.1 301 Moved\r\nlocation: {location}\r\ncontent-length: 1000000\r\n\r\n"
            )
            writer.write(answer.encode())
        await writer.drain()


@pytest.fixture
async def platforms() -> AsyncIterator[Platforms]:
    platforms = Platforms()
    server = await asyncio.start_server(platforms.serve, "127.0.0.1", 0)
    platforms.port = server.sockets[0].getsockname()[1]
    yield platforms
    server.close()


async def follow(link: str, platforms: Platforms) -> VideoRef:
    return await resolve(
        link, redirects=RedirectReader(resolver=platforms.resolver, transport=platforms)
    )


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("https://vm.tiktok.com/ZMabc", "vm.tiktok.com/ZMabc/"),
        ("vt.tiktok.com/ZMabc/", "vt.tiktok.com/ZMabc/"),
        ("http://www.tiktok.com/t/ZMabc/?k=1", "www.tiktok.com/t/ZMabc/"),
        ("https://lite.tiktok.com/t/ZMabc/", "lite.tiktok.com/t/ZMabc/"),
        (
            "https://vm.tiktok.com/ZMabc/ Get the app: https://www.tiktok.com/tiktoklite",
            "vm.tiktok.com/ZMabc/",
        ),
    ],
)
async def test_a_share_link_leads_to_its_video(platforms: Platforms, link: str, asked: str) -> None:
    platforms.redirects[asked] = FULL
    assert await follow(link, platforms) == VIDEO
    assert platforms.asked == [asked]


async def test_a_share_link_of_instagram_leads_to_its_reel(platforms: Platforms) -> None:
    platforms.redirects["www.instagram.com/share/reel/BAabc/"] = "/reel/DTA4abcdEFG/?igsh=1"
    ref = await follow("https://www.instagram.com/share/reel/BAabc", platforms)
    assert ref == VideoRef(Platform.INSTAGRAM, "DTA4abcdEFG")


async def test_a_full_link_needs_no_network(platforms: Platforms) -> None:
    assert await follow(FULL, platforms) == VIDEO
    assert platforms.asked == []


async def test_the_connection_goes_to_the_address_that_was_checked_and_speaks_to_the_host(
    platforms: Platforms,
) -> None:
    platforms.redirects["vm.tiktok.com/ZMabc/"] = FULL
    await follow("https://vm.tiktok.com/ZMabc", platforms)
    assert platforms.connected_to == [(PUBLIC, "vm.tiktok.com")]


async def test_three_hops_are_followed_and_a_fourth_is_not(platforms: Platforms) -> None:
    platforms.redirects |= {
        "vm.tiktok.com/one/": "https://vt.tiktok.com/two/",
        "vt.tiktok.com/two/": "https://www.tiktok.com/t/three/",
        "www.tiktok.com/t/three/": FULL,
        "vm.tiktok.com/zero/": "https://vm.tiktok.com/one/",
    }
    assert await follow("https://vm.tiktok.com/one", platforms) == VIDEO
    platforms.asked.clear()
    with pytest.raises(ShortLink):
        await follow("https://vm.tiktok.com/zero", platforms)
    assert len(platforms.asked) == links.MAX_HOPS


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.com/",
        "https://www.tiktok.com.evil.com/t/abc",
        "https://user@www.tiktok.com/t/abc",
        "https://www.tiktok.com:8443/t/abc",
        "http://www.tiktok.com/t/abc",
        FULL.replace("https", "http"),
        "https://127.0.0.1/t/abc",
        "https://[broken",
        "https://www.tiktok.com/login",
        "https://youtu.be/dQw4w9WgXcQ",
        f"{FULL}{'x' * links.MAX_LINK_LENGTH}",
    ],
)
async def test_a_hop_to_anything_but_the_same_platform_over_https_is_refused_and_not_asked(
    platforms: Platforms, location: str
) -> None:
    platforms.redirects["vm.tiktok.com/ZMabc/"] = location
    with pytest.raises(InvalidLink):
        await follow("https://vm.tiktok.com/ZMabc", platforms)
    assert len(platforms.asked) == 1


async def test_an_answer_that_does_not_redirect_is_refused_with_what_to_do(
    platforms: Platforms,
) -> None:
    with pytest.raises(ShortLink, match="address bar"):
        await follow("https://vm.tiktok.com/ZMabc", platforms)


@pytest.mark.parametrize("address", [*PRIVATE, "not an address"])
async def test_a_host_with_any_private_address_is_never_connected_to(
    platforms: Platforms, address: str
) -> None:
    platforms.addresses = [PUBLIC, address]
    with pytest.raises(ShortLink):
        await follow("https://vm.tiktok.com/ZMabc", platforms)
    assert platforms.connected_to == []


async def test_a_host_that_nobody_knows_is_refused(platforms: Platforms) -> None:
    async def unknown(host: str) -> Sequence[str]:
        raise OSError("unknown")

    with pytest.raises(ShortLink):
        await resolve("https://vm.tiktok.com/ZMabc", redirects=RedirectReader(resolver=unknown))


async def test_a_server_that_never_answers_is_given_up(
    platforms: Platforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "FOLLOW_SECONDS", 0.1)
    platforms.redirects["vm.tiktok.com/ZMabc/"] = ""
    with pytest.raises(ShortLink):
        await follow("https://vm.tiktok.com/ZMabc", platforms)
