"""Where a request comes from: one rule for everybody who asks."""

import pytest
from starlette.types import Receive, Scope, Send

from swivi.middleware.client_address import ClientAddress, ForwardedFor, plain_address
from swivi.settings import OWN_NETWORKS, Settings, parse_networks

OURS = parse_networks(OWN_NETWORKS)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1:4711 ", "192.0.2.1"),
        ('"192.0.2.1:4711"', "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ('"[2001:db8::1]:443"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", None),
        ("unknown:4711", None),
        ("[2001:db8::1", "2001:db8::1"),
        ("", None),
        ("192.0.2.1:4711:4711", None),
    ],
)
def test_an_entry_is_read_without_port_quotes_brackets_and_zone(
    written: str, address: str | None
) -> None:
    assert plain_address(written) == address


@pytest.mark.parametrize(
    "peer",
    ["127.0.0.1", "::1", "10.1.2.3", "172.18.0.2", "192.168.0.9", "fd00::1", "::ffff:10.0.0.1"],
)
def test_proxies_of_the_own_networks_are_believed_unless_others_are_named(peer: str) -> None:
    assert ForwardedFor.of(Settings.model_validate({"trusted_proxy_hops": 1})).trusts(peer)
    named = Settings.model_validate({"trusted_proxy_hops": 1, "trusted_proxies": "203.0.113.7"})
    assert not ForwardedFor.of(named).trusts(peer)
    assert ForwardedFor.of(named).trusts("203.0.113.7")
    assert not ForwardedFor.of(Settings()).trusts(peer)


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_everything_inside_reads_the_clients_address_from_the_scope(kind: str) -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    headers = [
        (b"x-forwarded-for", b"6.6.6.6, 198.51.100.7:4711"),
        (b"x-forwarded-for", b"10.0.0.2"),
    ]
    scope: Scope = {"type": kind, "client": ("10.0.0.1", 5), "headers": headers}
    await ClientAddress(app, ForwardedFor(2, OURS))(scope, None, None)  # type: ignore[arg-type]
    assert seen[0]["client"] == ("198.51.100.7", 5)
