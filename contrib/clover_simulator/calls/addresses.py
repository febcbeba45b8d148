"""The shopper's IP address, as `x-forwarded-for` must bring it."""

import ipaddress

HEADER = "x-forwarded-for"
WANTED = f"Please provide a valid {HEADER} header: the shopper's IP address alone."


def is_bare(text: str) -> bool:
    """Whether `text` is one IP address: no port, no brackets, no zone, no list."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return getattr(address, "scope_id", None) is None
