"""Reads an IP address from the forms in which servers and proxies write it."""

import ipaddress
import logging
import re

logger = logging.getLogger(__name__)


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::[0-9]+)?|(?P<four>[0-9.]+):[0-9]+")


# Not `is_global`: what a carrier or a test network shows is an address of a shopper's.
_INSIDE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


_LONGEST = 1000


def bare_address(text: str) -> str:
    """The IP address in `text`, without port, brackets and zone; empty if there is none.

    Of a list, as `x-forwarded-for` has it, the last address from outside counts. The
    first is what the shopper's own machine claims and may be forged, which would make
    limits per address useless. Each later one was
    added by a machine that saw it; those of the shop's own network are passed over. A
    shop behind two public proxies passes the right one itself.

    What is no address is left out, and logged without its value: an address decides
    nothing about money, so it never refuses a payment.

    >>> bare_address("203.0.113.7:51234"), bare_address("[2001:db8::1%eth0]:443")
    ('203.0.113.7', '2001:db8::1')
    >>> bare_address("198.51.100.9, 203.0.113.7, 10.0.0.1")
    '203.0.113.7'
    """
    parts = str(text or "")[-_LONGEST:].split(",")
    found = [address for part in parts if (address := read_address(part)) is not None]
    if len(found) > 1:
        found = [row for row in found if not is_inside(row)] or found
    if found:
        return found[-1].compressed
    if text:
        logger.warning(
            "shopper_ip holds no IP address and is left out (%d characters)",
            len(str(text)),
        )
    return ""


def is_inside(address: Address) -> bool:
    """Whether it is of a private network, so that it may be a proxy's."""
    return any(address in network for network in _INSIDE)


def read_address(text: str) -> Address | None:
    """The address in an entry of a header, without port, brackets and zone."""
    text = text.strip().strip('"')
    found = _WITH_PORT.fullmatch(text)
    if found is not None:
        text = found["six"] or found["four"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    is_nobody = address.is_unspecified or address.is_multicast
    return None if is_nobody else address
