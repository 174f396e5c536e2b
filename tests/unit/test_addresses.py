"""Which addresses count as the public internet, held against the IANA registries."""

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swivi.core.addresses import is_public

# https://www.iana.org/assignments/iana-ipv4-special-registry and .../iana-ipv6-special-registry:
# every block whose "Globally Reachable" is not True; and the multicast blocks, which have
# registries of their own.
NOT_GLOBALLY_REACHABLE = (
    "0.0.0.0/8",
    "0.0.0.0/32",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.170/32",
    "192.0.0.171/32",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.88.99.2/32",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::1/128",
    "::/128",
    "::ffff:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:2::/48",
    "2001:10::/28",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
)

PRIVATE = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",
    "192.0.0.8",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::7f00:1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:0:7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::5db8:d822",
    "2001:0:7f00:1::",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
)
"""Addresses by which somebody might reach our own network, in every wrapping."""


@pytest.mark.parametrize("block", NOT_GLOBALLY_REACHABLE)
def test_no_address_of_a_special_block_is_public(block: str) -> None:
    network = ip_network(block)
    for at in (0, network.num_addresses // 2, network.num_addresses - 1):
        assert not is_public(str(network[at]))


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_our_own_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "93.184.216.34",
        "1.1.1.1",
        "172.32.0.1",
        "192.0.1.1",
        "223.255.255.254",
        "2606:2800:220:1:248:1893:25c8:1946",
        "2001:4860:4860::8888",
        "2400:cb00::1",
        "2a00:1450:4001::1",
        "64:ff9b::5db8:d822",
    ],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "example.com", "127.1", "2130706433", "0x7f000001", "1.1.1.1/32"]
)
def test_what_is_no_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@given(st.ip_addresses(v=4).map(int))
def test_an_ipv4_address_behind_nat64_is_judged_by_itself_and_is_refused_in_any_other_wrapping(
    number: int,
) -> None:
    assert is_public(str(IPv6Address((0x64_FF9B << 96) + number))) == is_public(
        str(IPv4Address(number))
    )
    for wrapped in (
        IPv6Address(number),
        IPv6Address((0xFFFF << 32) + number),
        IPv6Address((0xFFFF << 48) + number),
        IPv6Address((0x2002 << 112) + (number << 80)),
        IPv6Address((0x2001_0000 << 96) + number),
        IPv6Address((0x64_FF9B_0001 << 80) + number),
    ):
        assert not is_public(str(wrapped))


@given(st.ip_addresses(v=6))
def test_beyond_nat64_only_global_unicast_is_public(address: IPv6Address) -> None:
    if is_public(str(address)):
        assert address in ip_network("2000::/3") or address in ip_network("64:ff9b::/96")
