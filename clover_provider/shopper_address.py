"""The shopper's IP address, as Clover wants it with charges and captures.

Clover counts sales by it, and refuses calls without it. But a shop that hands over what
its proxy wrote shall not lose a sale: what is not one bare address is mended, or left
out and logged.

Source: "Create a charge" and "Capture a charge", Clover Ecommerce API reference, read
2026-11.
"""

import ipaddress
import logging
import re

logger = logging.getLogger(__name__)

HEADER = "x-forwarded-for"
_LONGEST = 1000
_BRACKETED = re.compile(r"\[([^]]*)\](?::[0-9]{1,5})?")
_WITH_PORT = re.compile(r"([0-9.]+):[0-9]{1,5}")
# Not `is_global`, which also excludes addresses that a carrier may well show.
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

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def build_headers(shopper_ip: str) -> dict[str, str]:
    """The header with the shopper's address; none when there is no usable one.

    Of a list, as proxies write it, the last address from outside counts. The first is
    what the shopper's own machine claims, so that a thief could be somebody else with
    every card; each later one was added by a machine that saw it. A shop behind two
    public proxies passes the right one itself.

    >>> build_headers("198.51.100.9, 203.0.113.7:51234, 10.0.0.2")
    {'x-forwarded-for': '203.0.113.7'}
    """
    if not shopper_ip:
        return {}
    parts = str(shopper_ip)[-_LONGEST:].split(",")
    found = [address for part in parts if (address := _read(part)) is not None]
    if not found:
        # The value is left out: it may be anything, a name or a card number.
        logger.warning(
            "shopper_ip is no IP address and was left out: pass the one the shopper "
            "came from",
            extra={"length": len(str(shopper_ip))},
        )
        return {}
    outside = [address for address in found if not _is_inside(address)]
    return {HEADER: _write((outside or found)[-1])}


def _read(text: str) -> _Address | None:
    """One address, without port, brackets, quotes and zone."""
    text = text.strip().strip('"')
    for form in (_BRACKETED, _WITH_PORT):
        if match := form.fullmatch(text):
            text = match[1]
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _is_inside(address: _Address) -> bool:
    """Whether it is a machine of the shop's own network; a proxy, in a list."""
    mapped = address.ipv4_mapped if address.version == 6 else None
    return any((mapped or address) in network for network in _INSIDE)


def _write(address: _Address) -> str:
    mapped = address.ipv4_mapped if address.version == 6 else None
    # Python's versions write these in two ways.
    return f"::ffff:{mapped}" if mapped else address.compressed
