"""The front end uses the origin it was opened under, and the websocket accepts only that one."""

import pytest

from swivi.middleware.websockets import same_origin
from swivi.reflex_ext.one_origin import ENDPOINT_LINE, OWN_ORIGIN, use_own_origin


def test_the_browsers_origin_is_used_once_however_often_the_front_end_is_compiled() -> None:
    once = use_own_origin(f"before\n{ENDPOINT_LINE}after\n")
    assert once.count(OWN_ORIGIN) == 1
    assert use_own_origin(once) == once


def test_a_reflex_that_words_it_differently_stops_the_build() -> None:
    with pytest.raises(RuntimeError, match="Reflex changed"):
        use_own_origin("const endpoint = somethingElse();\n")


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("http://localhost:8000", {"HTTP_HOST": "localhost:8000"}),
        ("http://swivi.lan:9000", {"HTTP_HOST": "swivi.lan:9000"}),
        ("https://swivi.example", {"HTTP_HOST": "swivi.example"}),
        (
            "https://swivi.example",
            {"HTTP_HOST": "10.0.0.7:8000", "HTTP_X_FORWARDED_HOST": "swivi.example"},
        ),
    ],
)
def test_a_page_of_this_host_may_open_the_websocket(origin: str, headers: dict[str, str]) -> None:
    assert same_origin(origin, headers)


@pytest.mark.parametrize(
    ("origin", "headers"),
    [
        ("http://evil.example", {"HTTP_HOST": "localhost:8000"}),
        ("http://localhost:9000", {"HTTP_HOST": "localhost:8000"}),
        ("http://localhost:8000.evil.example", {"HTTP_HOST": "localhost:8000"}),
        ("null", {"HTTP_HOST": "localhost:8000"}),
        ("", {"HTTP_HOST": ""}),
        (None, {}),
    ],
)
def test_a_page_of_any_other_host_may_not(origin: str | None, headers: dict[str, str]) -> None:
    assert not same_origin(origin, headers)
