"""The address that a shopper came from, out of whatever a server calls it."""

import ipaddress
import logging
import re
from collections.abc import Callable
from functools import cache
from typing import TypeVar

logger = logging.getLogger(__name__)

Caller = TypeVar("Caller")
ClientIp = int | Callable[[Caller], object]
"""How many trusted proxies there are, or a function of the framework's request."""
CLIENT_IP_KINDS = (
    "how many proxies in front of the shop are trusted, such as 1, or a function that "
    "finds the shopper's address in a request"
)

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

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
MOST_PROXIES = 20
_REMEDY = "say how many proxies in front of the shop are trusted (CLIENT_IP, client_ip)"


def bare_address(text: str) -> str:
    """The IP address in `text`, without port, brackets and zone; empty if there is none.

    Of a list, as `x-forwarded-for` has it, the last address from outside counts. The
    first is what the shopper's own machine claims: a thief could be somebody else with
    every card, and no limit of sales per address would hold him. Each later one was
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
    found = [address for part in parts if (address := _read(part)) is not None]
    if len(found) > 1:
        found = [row for row in found if not _is_inside(row)] or found
    if found:
        return found[-1].compressed
    if text:
        logger.warning(
            "shopper_ip holds no IP address and is left out (%d characters)",
            len(str(text)),
        )
    return ""


def client_address(peer: str, forwarded_for: str = "", *, proxies: int = 0) -> str:
    """The bare address of whoever asks, behind `proxies` proxies; empty if not known.

    Each proxy adds the address that it saw to the end of `X-Forwarded-For`. What stands
    before came with the request, and anybody may write it: of the entries, the one that
    the outermost trusted proxy added counts, and no other. Without proxies it is `peer`,
    what the server itself saw.

    Fewer entries than proxies mean that the request came past some of them; then, and
    when the entry is no address, there is none: no address is better than a false one.

    Args:
        peer: `REMOTE_ADDR`, or what the server calls it; it may have a port.
        forwarded_for: all lines of the header, joined with commas.
        proxies: how many there are between the shopper and the shop, all trusted.

    >>> client_address("10.0.0.2", "198.51.100.66, 203.0.113.7", proxies=1)
    '203.0.113.7'
    >>> client_address("203.0.113.7:51234", "198.51.100.66")
    '203.0.113.7'
    """
    if not proxies:
        seen = _read(peer)
        if not peer:
            _warn_once(f"the server names no address of a shopper's: {_REMEDY}")
        elif forwarded_for and seen is not None and _is_inside(seen):
            _warn_once(
                "a request came from an inside network with X-Forwarded-For, as from a "
                f"proxy, whose address would stand for every shopper: {_REMEDY}"
            )
        return bare_address(peer)
    entries = forwarded_for.split(",")
    address = _read(entries[-proxies]) if len(entries) >= proxies else None
    if address is None:
        _warn_once(
            f"X-Forwarded-For had no address in place {proxies} from its end: each of "
            f"the {proxies} proxies must add one, or {_REMEDY}"
        )
        return ""
    if _is_inside(address):
        _warn_once(
            "a shopper's address in X-Forwarded-For is of an inside network, which may "
            f"be a proxy's: {_REMEDY}"
        )
    return address.compressed


def find_address(
    chosen: ClientIp[Caller], caller: Caller, peer: str, forwarded_for: str
) -> str:
    """The bare address behind a request, as a shop chose to find it; empty if unknown.

    For `shopper_ip`. An adapter gives the framework's request as `caller`, which a
    shop's own function gets, and what `client_address` wants.
    """
    if callable(chosen):
        return bare_address(str(chosen(caller) or ""))
    return client_address(peer, forwarded_for, proxies=chosen)


def client_ip_mistake(chosen: object) -> str:
    """What is wrong with a shop's choice for `find_address`; empty if nothing is."""
    if callable(chosen):
        return ""
    if isinstance(chosen, bool) or not isinstance(chosen, int):
        return f"is {CLIENT_IP_KINDS}; not {chosen!r}"
    if not 0 <= chosen <= MOST_PROXIES:
        return f"must be from 0 to {MOST_PROXIES}: it is {CLIENT_IP_KINDS}"
    return ""


@cache
def _warn_once(text: str) -> None:
    """Each request would say the same; once in a process is enough."""
    logger.warning(text)


def _is_inside(address: _Address) -> bool:
    return any(address in network for network in _INSIDE)


def _read(text: str) -> _Address | None:
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
