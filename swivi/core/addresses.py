"""IP addresses: which are on the public internet, and whom one stands for. Pure, no I/O.

The rule is our own, because Python's `is_global` differs between versions: 3.11.7 takes `::7f00:1`,
`fec0::1` and `192.0.0.8` for public. Sources: the IANA IPv4 and IPv6 Special-Purpose Address
Registries, RFC 6890 and its updates, RFC 6052 (NAT64). Blocks that the registries call globally
reachable but that serve protocols only (such as `192.0.0.9/32` and parts of `2001::/23`) are
refused too: nothing that Swivi connects to is there.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # shared by carriers
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a public address by the registry, and the host's agent within Azure
        "169.254.0.0/16",  # link-local, and the metadata of clouds
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",  # private use
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
"""All that is assigned for global unicast.

Loopback, private, link-local and IPv4 in IPv6 are outside.
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
"""Where a network without IPv4 reaches it: DNS64 answers with these for every host that has IPv4
only.
"""


def is_public(text: str) -> bool:
    """Whether `text` is an IP address on the public internet.

    False for anything else, such as a name.
    """
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
    """Whether `text` is an IP address at all."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def network_of(address: str) -> str:
    """Return the network that an address stands for: itself, or the /64 of an IPv6 address.

    A customer of IPv6 has a whole /64, so one address of it is as good as any other.
    """
    try:
        parsed = ip_address(address)
    except ValueError:  # a proxy's name for something else, such as "unknown"
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((parsed, 64), strict=False))
