"""Of what a stranger's headers hold, only Swivi's own cookies and what a websocket needs reach the
app.
"""

from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from swivi.middleware.header_limits import LONGEST, MAX_COOKIES, HeaderLimits


async def seen(kind: str, *headers: tuple[str, str]) -> Headers:
    """The headers that the app within sees."""
    found: list[Scope] = []

    async def within(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    async def nothing(*_: Any) -> Message:
        return {}

    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    await HeaderLimits(within)({"type": kind, "headers": sent}, nothing, nothing)
    return Headers(scope=found[0])


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("swivi_session=a-Z_0", "swivi_session=a-Z_0"),
        (
            "other=1; __Host-swivi_session=x;swivi_flash=y; more",
            "__Host-swivi_session=x; swivi_flash=y",
        ),
        ('swivi_session="quoted"', None),
        ('swivi_session="' + "\\0" * 20_000 + '"', None),
        ('other="' + "\\0" * 20_000 + '"; swivi_session=x', "swivi_session=x"),
        ("swivi_session=" + "x" * 5_000, None),
        ("; ".join(["swivi_session=x"] * 5_000), "; ".join(["swivi_session=x"] * MAX_COOKIES)),
        (";" * 60_000, None),
    ],
)
async def test_only_cookies_of_ours_without_quotes_are_kept(
    kind: str, sent: str, kept: str | None
) -> None:
    assert (await seen(kind, ("host", "swivi.test"), ("cookie", sent))).get("cookie") == kept
    twice = await seen(kind, ("cookie", "other=1"), ("cookie", sent))
    assert twice.getlist("cookie") == ([] if kept is None else [kept])


async def test_a_websocket_keeps_the_headers_that_are_read_and_no_more_of_them() -> None:
    kept = await seen(
        "websocket",
        ("host", "swivi.test"),
        ("origin", "http://swivi.test"),
        ("x-filler", "x" * 60_000),
        ("user-agent", "y" * 60_000),
        ("x-forwarded-for", "192.0.2.1, " * 5_000 + "198.51.100.7"),
    )
    assert (kept["host"], kept["origin"]) == ("swivi.test", "http://swivi.test")
    assert "x-filler" not in kept
    assert len(kept["user-agent"]) == LONGEST
    assert kept["x-forwarded-for"].endswith(", 198.51.100.7")
    assert sum(len(value) for value in kept.values()) < 3 * LONGEST


async def test_other_headers_of_requests_pass() -> None:
    kept = await seen(
        "http", ("host", "swivi.test"), ("x-filler", "x" * 2_000), ("authorization", "Bearer x")
    )
    assert (len(kept["x-filler"]), kept["authorization"]) == (2_000, "Bearer x")
