"""The files for deployment agree with the server's defaults, and confine what they start."""

import configparser
import re
from typing import Any

import pytest
import yaml

from swivi.runtime.connections import KEEP_ALIVE_SECONDS, ConnectionLimits
from swivi.settings import Settings
from tests.servers import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text()


def unit() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(ROOT / "deploy" / "swivi@.service")
    return parser["Service"]


def seconds(written: str) -> int:
    number, kind = re.fullmatch(r"(\d+)(s|m)?", written).groups()  # type: ignore[union-attr]
    return int(number) * (60 if kind == "m" else 1)


def test_a_stop_is_given_more_time_than_it_takes() -> None:
    assert seconds(unit()["TimeoutStopSec"]) > Settings().stop_seconds
    assert seconds(COMPOSE["services"]["app-1"]["stop_grace_period"]) > Settings().stop_seconds


def test_as_many_files_may_be_open_as_connections() -> None:
    assert int(unit()["LimitNOFILE"]) > Settings().max_connections
    assert COMPOSE["services"]["app-1"]["ulimits"]["nofile"]["hard"] > Settings().max_connections


def test_the_unit_creates_private_files_and_has_no_capabilities() -> None:
    service = unit()
    assert (service["UMask"], service["CapabilityBoundingSet"], service["NoNewPrivileges"]) == (
        "0077",
        "",
        "yes",
    )
    assert "HOST=127.0.0.1" in service["Environment"]


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_each_container_is_confined(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert "ports" not in service or name == "caddy", "only the proxy is reached from outside"
    assert re.search(r":\d+\.\d+", service["image"]) or service["image"] == "swivi", "an exact tag"


def test_redis_has_a_password_and_no_way_out() -> None:
    networks = {name: service["networks"] for name, service in COMPOSE["services"].items()}
    assert [name for name, joined in networks.items() if "redis" in joined] == [
        "app-1",
        "app-2",
        "redis",
    ]
    assert COMPOSE["networks"]["redis"] == {"internal": True}
    assert "requirepass" in " ".join(COMPOSE["services"]["redis"]["command"])
    assert ":${REDIS_PASSWORD:?" in COMPOSE["services"]["app-1"]["environment"]["REDIS_URL"]


def test_the_proxy_has_the_servers_time_limits() -> None:
    limits = ConnectionLimits()
    said = dict(
        re.findall(r"^\s*(read_header|read_body|keepalive) (\w+)$", CADDYFILE, re.MULTILINE)
    )
    assert seconds(said["read_header"]) == limits.head_seconds
    assert seconds(said["read_body"]) == limits.body_seconds
    assert seconds(said["keepalive"]) < KEEP_ALIVE_SECONDS
