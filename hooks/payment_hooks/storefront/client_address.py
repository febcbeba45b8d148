"""Finds the shopper's IP address behind proxies."""

import logging
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from payment_hooks.model.details.ip_addresses import (
    bare_address,
    is_inside,
    read_address,
)

logger = logging.getLogger(__name__)

Caller = TypeVar("Caller")
ClientIp = int | Callable[[Caller], object]
"""How many trusted proxies there are, or a function of the framework's request."""
CLIENT_IP_KINDS = (
    "how many proxies in front of the shop are trusted, such as 1, or a function that "
    "finds the shopper's address in a request"
)


MOST_PROXIES = 20
_REMEDY = "say how many proxies in front of the shop are trusted (CLIENT_IP, client_ip)"


def client_address(peer: str, forwarded_for: str = "", *, proxies: int = 0) -> str:
    """The client's bare IP address, behind `proxies` trusted proxies; empty if not known.

    Each proxy adds the address that it saw to the end of `X-Forwarded-For`. What is
    before that came with the request, and can be forged: of the entries, the one that
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
        seen = read_address(peer)
        if not peer:
            _warn_once(f"the server names no address of a shopper's: {_REMEDY}")
        elif forwarded_for and seen is not None and is_inside(seen):
            _warn_once(
                "a request came from an inside network with X-Forwarded-For, as from a "
                f"proxy, whose address would be that of every shopper: {_REMEDY}"
            )
        return bare_address(peer)
    entries = forwarded_for.split(",")
    address = read_address(entries[-proxies]) if len(entries) >= proxies else None
    if address is None:
        _warn_once(
            f"X-Forwarded-For had no address in place {proxies} from its end: each of "
            f"the {proxies} proxies must add one, or {_REMEDY}"
        )
        return ""
    if is_inside(address):
        _warn_once(
            "a shopper's address in X-Forwarded-For is of an inside network, which may "
            f"be a proxy's: {_REMEDY}"
        )
    return address.compressed


def find_address(
    chosen: ClientIp[Caller], caller: Caller, peer: str, forwarded_for: str
) -> str:
    """The client's bare IP address, found as the shop's setting says; empty if unknown.

    For `shopper_ip`. An adapter gives the framework's request as `caller`, which a
    shop's own function gets, and what `client_address` wants.
    """
    if callable(chosen):
        return bare_address(str(chosen(caller) or ""))
    return client_address(peer, forwarded_for, proxies=chosen)


def client_ip_mistake(chosen: object) -> str:
    """What is wrong with a setting for `find_address`; empty if nothing is."""
    if callable(chosen):
        return ""
    if isinstance(chosen, bool) or not isinstance(chosen, int):
        return f"is {CLIENT_IP_KINDS}; not {chosen!r}"
    if not 0 <= chosen <= MOST_PROXIES:
        return f"must be from 0 to {MOST_PROXIES}: it is {CLIENT_IP_KINDS}"
    return ""


@cache
def _warn_once(text: str) -> None:
    """Log a warning once in a process, since each request would repeat it."""
    logger.warning(text)
