"""Redis holds no credential: nothing in it opens anything."""

import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import httpx
import pyotp
from redis import Redis

from swivi.core.db import Database
from swivi.domain.accounts.sessions import SESSION_COOKIE
from tests import factories
from tests.doors.arguments import HANDLERS, qualname
from tests.doors.wire import Tab
from tests.servers import AppServer, running_redis

ORDERS = "https://example.com/orders"


def handler(name: str) -> str:
    """Return the event name of this handler."""
    [found] = {each for each in HANDLERS if qualname(each) == name}
    return found


def everything_in(redis: Any) -> dict[str, bytes]:
    """Yield each key with its value, of any type."""
    read: dict[bytes, Callable[[bytes], Any]] = {
        b"string": redis.get,
        b"set": redis.smembers,
        b"hash": redis.hgetall,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"stream": redis.xrange,
        b"none": lambda key: b"",  # it has expired
    }
    kept = {key: read[redis.type(key)](key) for key in redis.scan_iter()}
    return {
        key.decode(): value if isinstance(value, bytes) else repr(value).encode()
        for key, value in kept.items()
    }


def unpacked(value: bytes) -> Iterable[bytes]:
    """Return the value, and the contents of zlib and gzip data in it."""
    yield value
    for mark in (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b"):
        at = value.find(mark)
        while at >= 0:
            with suppress(zlib.error):  # the two bytes only look like a header
                yield zlib.decompressobj(wbits=47).decompress(value[at:])
            at = value.find(mark, at + 1)


async def signed_in(server: AppServer, email: str) -> str:
    """Return the session cookie that the sign-in form sets."""
    async with httpx.AsyncClient(
        base_url=server.url, headers={"Origin": server.url}, timeout=60
    ) as browser:
        answer = await browser.post(
            "/auth/sign-in", data={"email": email, "password": factories.PASSWORD}
        )
        assert answer.status_code == 303
        return answer.cookies[SESSION_COOKIE]


async def secrets_of(tab: Tab) -> dict[str, str]:
    """Make an API token, set up two-step sign-in and turn it on.

    Return the secrets that the tab was shown.
    """
    await tab.visit("/clippers/profile")
    await tab.event(handler("Tokens.open"))
    await tab.event(
        handler("Tokens.submit"), form_data={"name": "Nightly", "scope": "WRITE", "days": "7"}
    )
    await tab.until(lambda: tab.value("shown", "tokens"))
    await tab.event(handler("TwoSteps.set_up"), form_data={})
    await tab.until(lambda: tab.value("typed_key", "two_steps"))
    typed, picture = tab.value("typed_key", "two_steps"), tab.value("picture", "two_steps")
    key = typed.replace(" ", "")
    await tab.event(handler("TwoSteps.turn_on"), form_data={"code": pyotp.TOTP(key).now()})
    await tab.until(lambda: tab.value("codes", "two_steps"))
    codes = {
        f"recovery code {number}": code
        for number, code in enumerate(tab.value("codes", "two_steps"))
    }
    shown = {
        "token": tab.value("shown", "tokens"),
        "key": key,
        "typed key": typed,
        "its picture": picture,
    }
    return shown | codes


async def webhook_secret(server: AppServer, cookie: str) -> str:
    """Make a webhook as an admin's browser does. Return what signs its messages."""
    headers = {"Origin": server.url, "Cookie": f"{SESSION_COOKIE}={cookie}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as browser:
        made = await browser.post(
            "/api/admin/webhooks", json={"url": ORDERS, "events": ["campaign.completed"]}
        )
        assert made.status_code == 201, made.text
        secret: str = made.json()["secret"]
        return secret


async def test_no_secret_of_anybody_is_in_redis(start_server: Callable[..., AppServer]) -> None:
    with running_redis() as redis_server:
        server = start_server(REDIS_URL=redis_server.url)
        database = Database(server.environment["DATABASE_URL"])
        clipper, admin = await factories.a_clipper(database), await factories.an_admin(database)
        await database.dispose()
        secrets = {"clipper's cookie": await signed_in(server, clipper.email)}
        secrets["admin's cookie"] = await signed_in(server, admin.email)
        secrets["webhook's secret"] = await webhook_secret(server, secrets["admin's cookie"])
        clippers = Tab(server.url, cookie=secrets["clipper's cookie"])
        admins = Tab(server.url, cookie=secrets["admin's cookie"])
        async with clippers, admins:
            secrets |= await secrets_of(clippers)
            for page in ("/admin/settings", "/admin/dashboard"):
                await admins.visit(page)
            await clippers.settle()
            await admins.settle()
            with Redis.from_url(redis_server.url) as redis:
                kept = everything_in(redis)
    for tab in (clippers, admins):
        assert any(key.startswith(tab.token) for key in kept), "the states of both tabs are there"
    assert any(clipper.email.encode() in value for value in kept.values()), "and can be searched"
    wholes = [whole for key, value in kept.items() for whole in (key.encode(), *unpacked(value))]
    assert len(secrets) == 17
    assert [
        what
        for what, secret in secrets.items()
        if any(secret.encode() in whole for whole in wholes)
    ] == []
