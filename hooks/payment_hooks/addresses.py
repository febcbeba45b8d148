"""The address that a shopper came from, out of whatever a server calls it."""

import ipaddress
import logging
import re

logger = logging.getLogger(__name__)

_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d+)?|(?P<four>[0-9.]+):\d+")


def bare_address(text: str) -> str:
    """The IP address in `text`, without port, brackets and zone; empty if there is none.

    A list, as `x-forwarded-for` has it, gives its first address: by convention the
    shopper's. What is no address is left out, and logged without its value: an address
    decides nothing about money, so it never refuses a payment.

    >>> bare_address("203.0.113.7:51234"), bare_address("[2001:db8::1%eth0]:443")
    ('203.0.113.7', '2001:db8::1')
    >>> bare_address("unknown, 203.0.113.7, 10.0.0.1")
    '203.0.113.7'
    """
    for part in str(text or "").split(","):
        address = _read(part.strip().strip('"'))
        if address:
            return address
    if text:
        logger.warning(
            "shopper_ip holds no IP address and is left out (%d characters)",
            len(str(text)),
        )
    return ""


def _read(text: str) -> str:
    found = _WITH_PORT.fullmatch(text)
    if found is not None:
        text = found["six"] or found["four"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.compressed
    return address.compressed
