"""Tell public IP addresses from all others, and name the network of a client. Pure, no I/O.

The rule is our own, because Python's `is_global` differs between versions: 3.11.7 accepts
`::7f00:1`, `fec0::1` and `192.0.0.8` as public. Sources: the IANA IPv4 and IPv6 Special-Purpose
Address Registries, RFC 6890 and its updates, RFC 6052 (NAT64).

The registries call some protocol blocks globally reachable, such as `192.0.0.9/32` and parts of
`2001::/23`. They are refused too: Swivi connects to nothing there.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # public by the registry, but Azure's host agent from within Azure
        "169.254.0.0/16",  # link-local, with the metadata services of clouds
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",  # private use
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, with the broadcast address
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
"""All addresses assigned for global unicast.

Loopback, private, link-local and IPv4-mapped addresses are outside.
"""

_NOT_PUBLIC_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments, such as Teredo, which carries IPv4 addresses
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries IPv4 addresses
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
"""The addresses by which a network without IPv4 reaches IPv4 hosts. DNS64 answers with them."""


def is_public(text: str) -> bool:
    """Return whether `text` is an IP address on the public internet. Anything else is False."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _NOT_PUBLIC_V4)
    if address in _NAT64:
        return is_public(str(IPv4Address(int(address) & 0xFFFF_FFFF)))
    return address in _UNICAST_V6 and not any(address in block for block in _NOT_PUBLIC_V6)


def is_address(text: str) -> bool:
    """Return whether `text` is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def network_of(address: str) -> str:
    """Return the network that an address stands for: itself, or the /64 of an IPv6 address.

    A provider assigns a whole /64 to each IPv6 customer, who can use any address in it.
    """
    try:
        parsed = ip_address(address)
    except ValueError:  # a proxy may send another identifier, such as "unknown"
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((parsed, 64), strict=False))
