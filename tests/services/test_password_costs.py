"""What a stranger types as a password or an address costs a bounded amount of work, beside the
event loop.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from zxcvbn import matching

from swivi.core.errors import InvalidInput
from swivi.domain.accounts import passwords
from swivi.domain.accounts import service as accounts
from swivi.domain.accounts.errors import WeakPassword
from swivi.runtime.runtime import Runtime

COSTLY = (
    "4@8({[<369&#!1/|0$5+7%2" * 2,
    "47{+8!5$@7&6[19|" * 3,
    "79@[##4<g({0%$&5413+6|!/" * 2,
    "p@$$w0rd1!4({[<3|+7" * 3,
)
MOST_LOOKED_UP = 20_000
"""Parts of a password that are looked up, of all its readings. The first of these took 200,000."""


@pytest.mark.parametrize("password", COSTLY)
def test_a_password_of_symbols_is_read_in_few_ways(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = 0
    look_up: Callable[..., Any] = matching.dictionary_match

    def counted(part: str, *known: Any, **named: Any) -> Any:
        nonlocal looked_up
        looked_up += len(part) * (len(part) + 1) // 2
        return look_up(part, *known, **named)

    monkeypatch.setattr(matching, "dictionary_match", counted)
    passwords.check_strength(password, "casey@swivi.test")
    assert 0 < looked_up < MOST_LOOKED_UP


@pytest.mark.parametrize("password", ["p@$$w0rd", "P4$$w0rd1!", "l3tm31n!", "!@#$%^&*", "qw3rty{}"])
def test_a_known_password_in_symbols_is_still_refused(password: str) -> None:
    with pytest.raises(WeakPassword, match="too easy to guess"):
        passwords.check_strength(password, "casey@swivi.test")


async def test_passwords_are_judged_beside_the_event_loop(
    running: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged_in: list[threading.Thread] = []
    check = passwords.check_strength

    def noted(password: object, email: object) -> str:
        judged_in.append(threading.current_thread())
        return check(password, email)

    monkeypatch.setattr(passwords, "check_strength", noted)
    await accounts.newcomer(email="new@swivi.test", password="correct horse battery", name="New")
    assert len(judged_in) == 1
    assert judged_in[0] is not threading.current_thread()


@pytest.mark.parametrize("email", ["a" * 300 + "@b.co", "a@" + "é." * 200 + "co", "a" * 900_000])
def test_an_address_that_is_too_long_is_not_parsed(
    email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    monkeypatch.setattr(accounts, "validate_email", lambda sent, **_: parsed.append(sent))
    with pytest.raises(InvalidInput):
        accounts.parse_email(email)
    assert parsed == []


def test_a_longer_password_is_no_better_for_being_long() -> None:
    with pytest.raises(WeakPassword):
        passwords.check_strength("a" * 200, "casey@swivi.test")
    with pytest.raises(WeakPassword, match="at most"):
        passwords.check_strength(COSTLY[0] * 10_000, "casey@swivi.test")
