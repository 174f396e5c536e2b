"""Rate limits of sign-in, sign-up, submissions and payouts, per account and per address."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from swivi.auth_forms.forms import build_auth
from swivi.core import clock
from swivi.core.addresses import network_of
from swivi.core.rates import Rate
from swivi.domain.accounts import tokens
from swivi.domain.accounts.flash import FLASH_COOKIE, parse_flash
from swivi.runtime.runtime import Runtime, open_runtime
from tests import factories
from tests.api.addressed import at
from tests.api.conftest import ORIGIN, refusal
from tests.conftest import SettingsFor
from tests.factories import PASSWORD

HERE, ELSEWHERE, THIRD = "192.0.2.1", "198.51.100.7", "203.0.113.9"
TOO_MANY = (429, "too_many_requests")
HOUR = 3_600


@asynccontextmanager
async def swivi(settings_for: SettingsFor, **limits: object) -> AsyncIterator[Runtime]:
    """A process with these limits."""
    async with open_runtime(settings_for(**limits)) as running:
        yield running


async def sign_in(
    address: str, email: str, password: str = "wrong password", **options: Any
) -> httpx.Response:
    async with at(address, **options) as http:
        return await http.post("/auth/token", json={"email": email, "password": password})


def later(**time: float) -> AbstractContextManager[None]:
    """Within this block it is later."""
    return clock.standing_at(clock.now() + timedelta(**time))


@pytest.fixture(autouse=True)
def _at_a_moment() -> Iterator[None]:
    """Time stands still, so that nothing is allowed again by itself."""
    with clock.standing_at(clock.now()):
        yield


async def test_guessing_at_an_account_ends_and_the_wait_is_said(settings_for: SettingsFor) -> None:
    async with swivi(settings_for, limit_sign_in=Rate(3, HOUR)) as running:
        clipper = await factories.a_clipper(running.database)
        for _ in range(3):
            assert refusal(await sign_in(HERE, clipper.email)) == (401, "wrong_credentials")
        refused = await sign_in(HERE, clipper.email, PASSWORD)
        assert refusal(refused) == TOO_MANY
        assert refused.headers["Retry-After"] == "1200"
        assert "20 minutes" in refused.json()["error"]["message"]

        with later(seconds=1_199):
            assert refusal(await sign_in(HERE, f" {clipper.email.upper()} ", PASSWORD)) == TOO_MANY
        with later(seconds=1_200):
            assert (await sign_in(HERE, clipper.email, PASSWORD)).is_success


async def test_whether_there_is_such_an_account_shows_in_nothing(settings_for: SettingsFor) -> None:
    async with swivi(
        settings_for, limit_sign_in=Rate(2, HOUR), limit_sign_in_account=Rate(3, HOUR)
    ) as running:
        known = (await factories.a_clipper(running.database)).email

        async def answers(email: str) -> list[tuple[int, str, str | None]]:
            given = [
                await sign_in(address, email) for address in (HERE, HERE, HERE, ELSEWHERE, THIRD)
            ]
            return [
                (answer.status_code, answer.text, answer.headers.get("retry-after"))
                for answer in given
            ]

        told = await answers(known)
        assert [status for status, *_ in told] == [401, 401, 429, 401, 429]
        assert await answers("nobody@swivi.test") == told


async def test_strangers_who_guess_do_not_lock_the_owner_out(settings_for: SettingsFor) -> None:
    async with swivi(
        settings_for, limit_sign_in=Rate(2, HOUR), limit_sign_in_account=Rate(3, HOUR)
    ) as running:
        clipper = await factories.a_clipper(running.database)
        assert (await sign_in(HERE, clipper.email, PASSWORD)).is_success
        for address in (ELSEWHERE, THIRD, "203.0.113.10", "203.0.113.11"):
            await sign_in(address, clipper.email)
        assert refusal(await sign_in("203.0.113.12", clipper.email, PASSWORD)) == TOO_MANY
        assert (await sign_in(HERE, clipper.email, PASSWORD)).is_success
        with later(minutes=20):
            assert (await sign_in("203.0.113.12", clipper.email, PASSWORD)).is_success


async def test_whoever_gets_in_has_all_their_attempts_back(settings_for: SettingsFor) -> None:
    async with swivi(settings_for, limit_sign_in=Rate(2, HOUR)) as running:
        clipper = await factories.a_clipper(running.database)
        for _ in range(3):
            assert refusal(await sign_in(HERE, clipper.email)) == (401, "wrong_credentials")
            assert (await sign_in(HERE, clipper.email, PASSWORD)).is_success


async def test_guessing_at_many_accounts_from_one_address_ends(settings_for: SettingsFor) -> None:
    async with swivi(settings_for, limit_sign_in_address=Rate(3, HOUR)):
        statuses = [
            (await sign_in(HERE, f"{number}@swivi.test")).status_code for number in range(5)
        ]
        assert statuses == [401, 401, 401, 429, 429]
        assert (await sign_in(ELSEWHERE, "0@swivi.test")).status_code == 401


async def test_what_was_refused_is_not_counted(settings_for: SettingsFor) -> None:
    async with swivi(
        settings_for, limit_sign_in=Rate(1, HOUR), limit_sign_in_address=Rate(3, HOUR)
    ):
        assert [(await sign_in(HERE, "a@swivi.test")).status_code for _ in range(9)] == [401] + [
            429
        ] * 8
        assert [(await sign_in(HERE, f"{name}@swivi.test")).status_code for name in "bcd"] == [
            401,
            401,
            429,
        ]


async def test_at_the_same_moment_no_more_get_through(settings_for: SettingsFor) -> None:
    async with swivi(settings_for, limit_sign_in=Rate(3, HOUR)):
        answers = await asyncio.gather(*(sign_in(HERE, "a@swivi.test") for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 5


async def test_two_processes_count_together(settings_for: SettingsFor) -> None:
    for _ in range(2):
        async with swivi(settings_for, limit_sign_up=Rate(1, HOUR)), at(HERE) as http:
            body = {"email": "new@swivi.test", "password": PASSWORD, "name": "New"}
            last = await http.post("/auth/signup", json=body)
    assert refusal(last) == TOO_MANY


@pytest.mark.parametrize(
    ("limit", "path", "body"),
    [
        ("limit_submissions", "/clippers/submissions", {"campaignId": "1", "clipUrl": "nothing"}),
        (
            "limit_payouts",
            "/clippers/payout-request",
            {"amount": 20, "method": "paypal", "details": "me@swivi.test"},
        ),
    ],
)
async def test_a_clipper_asks_so_often_and_so_does_an_address(
    settings_for: SettingsFor, limit: str, path: str, body: dict[str, Any]
) -> None:
    async with swivi(
        settings_for, **{limit: Rate(2, HOUR), f"{limit}_address": Rate(3, HOUR)}
    ) as running:
        bearers = []
        for name in ("Ana", "Bo"):
            person = await factories.a_clipper(running.database, name)
            async with running.database.writing() as session:
                token = (await tokens.issue(session, person.user_id)).token
            bearers.append({"Authorization": f"Bearer {token}"})

        async def statuses(address: str, bearer: dict[str, str], times: int) -> list[int]:
            async with at(address, headers=bearer) as http:
                return [(await http.post(path, json=body)).status_code for _ in range(times)]

        ana, bo = bearers
        assert (await statuses(HERE, ana, 3))[1:] == [(await statuses(HERE, bo, 1))[0], 429]
        assert await statuses(HERE, bo, 1) == [429], "three from this address"
        assert (await statuses(ELSEWHERE, bo, 2))[1] == 429, "two by this clipper"


async def _form(address: str, path: str, **fields: str) -> httpx.Response:
    async with at(address, build_auth(), headers={"Origin": ORIGIN}) as http:
        return await http.post(path, data=fields)


async def test_the_forms_come_back_with_the_sentence_and_what_was_typed(
    settings_for: SettingsFor,
) -> None:
    async with swivi(
        settings_for, limit_sign_in=Rate(1, HOUR), limit_sign_up=Rate(1, HOUR)
    ) as running:
        clipper = await factories.a_clipper(running.database)
        for path, page, typed in (
            ("/sign-in", "/login", {"email": clipper.email}),
            ("/sign-up", "/signup", {"email": "bad", "name": "New"}),
        ):
            await _form(HERE, path, **typed, password="wrong password")
            again = await _form(HERE, path, **typed, password=PASSWORD)
            assert (again.status_code, again.headers["Location"]) == (303, page)
            flash = parse_flash(again.cookies[FLASH_COOKIE])
            assert flash.error.startswith("Too many attempts. Try again in ")
            assert (flash.email, flash.name, flash.fields) == (
                typed["email"],
                typed.get("name", ""),
                {},
            )
        assert (await _form(ELSEWHERE, "/sign-in", email=clipper.email, password=PASSWORD)).headers[
            "Location"
        ] == "/clippers/dashboard"


@pytest.mark.parametrize(
    ("hops", "forwarded", "counted"),
    [
        (0, "203.0.113.9", HERE),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1, 198.51.100.7, 203.0.113.9", "198.51.100.7"),
        (2, "203.0.113.9", HERE),
        (1, "", HERE),
        (1, "203.0.113.9:50123", "203.0.113.9"),
        (1, '"203.0.113.9"', "203.0.113.9"),
        (1, "[2001:db8::1]:443", "2001:db8::1"),
        (1, '"[2001:db8::1]:443"', "2001:db8::1"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "unknown", HERE),
    ],
)
async def test_an_address_is_whom_trusted_proxies_saw_and_nobody_else(
    settings_for: SettingsFor, hops: int, forwarded: str, counted: str
) -> None:
    proxies = f"{HERE}/32"
    limited = {
        "limit_sign_in_address": Rate(1, HOUR),
        "trusted_proxy_hops": hops,
        "trusted_proxies": proxies,
    }
    async with swivi(settings_for, **limited):
        through = {"X-Forwarded-For": forwarded} if forwarded else {}
        assert (await sign_in(HERE, "a@swivi.test", headers=through)).status_code == 401
        direct = {} if counted == HERE else {"X-Forwarded-For": ", ".join([counted] * max(1, hops))}
        assert (await sign_in(HERE, "b@swivi.test", headers=direct)).status_code == 429
        if counted != HERE:
            assert (await sign_in(HERE, "c@swivi.test", headers={})).status_code == 401, (
                "the proxy is somebody else"
            )


async def test_a_caller_who_is_no_proxy_of_ours_says_nothing_about_their_address(
    settings_for: SettingsFor, caplog: pytest.LogCaptureFixture
) -> None:
    async with swivi(settings_for, limit_sign_in_address=Rate(1, HOUR), trusted_proxy_hops=1):
        statuses = [
            (await sign_in(HERE, "a@swivi.test", headers={"X-Forwarded-For": claimed})).status_code
            for claimed in (ELSEWHERE, THIRD)
        ]
        assert statuses == [401, 429]
    assert f"Ignored X-Forwarded-For from {HERE}" in caplog.text


async def test_a_port_in_the_header_does_not_make_another_address(
    settings_for: SettingsFor,
) -> None:
    async with swivi(settings_for, limit_sign_in_address=Rate(2, HOUR), trusted_proxy_hops=1):
        statuses = [
            (
                await sign_in(
                    "10.0.0.1", f"{port}@swivi.test", headers={"X-Forwarded-For": f"{THIRD}:{port}"}
                )
            ).status_code
            for port in (50_001, 50_002, 50_003)
        ]
        assert statuses == [401, 401, 429]


def test_an_ipv6_address_stands_for_its_network() -> None:
    assert (
        network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    )
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("unknown") == "unknown"


async def test_limits_that_are_over_are_tidied_up(settings_for: SettingsFor) -> None:
    async with swivi(settings_for, limit_sign_in=Rate(2, HOUR)) as running:
        for _ in range(2):
            await sign_in(HERE, "a@swivi.test")
        await running.schedule.tidy_up()
        assert refusal(await sign_in(HERE, "a@swivi.test")) == TOO_MANY
        with later(hours=1):
            await running.schedule.tidy_up()
            assert [(await sign_in(HERE, "a@swivi.test")).status_code for _ in range(3)] == [
                401,
                401,
                429,
            ]
