"""What a shopper pays on top of the amount: surcharges and fees.

Clover writes them beside the amount, never into it: the shopper paid amount, tip and
these together. The platform shows them as `additionalCharges`, only where they are
expanded; Ecommerce as `additional_charges`, whose form its pages leave open.

Source: "Manage transaction data (REST API)", docs.clover.com, read 2026-11.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clover_provider.api.fields import Reading
from clover_provider.wire.json_strict import read_json
from payment_hooks import Money

logger = logging.getLogger(__name__)

WARNING = "additional charges cannot be read: compare what the shopper paid"
_NAMES = ("additional_charges", "additionalCharges")
_LISTS = ("elements", "data")
_MOST_MINOR_UNITS = 10**12


@dataclass(frozen=True, slots=True, kw_only=True)
class AdditionalCharges:
    """What was paid on top, all kinds of it together."""

    total: Money | None = None
    """None when there is nothing, or when it cannot be read."""
    warning: str = ""
    """Set when there is something that cannot be read."""


def read(charge: Reading, currency: str) -> AdditionalCharges:
    """What was paid on top of the amount of a charge, a payment or a refund.

    Where Clover writes them in an unknown form, the charge is valid all the same: its
    amount is kept, and a warning says that the surcharge could not be read.

    >>> fields = {"additionalCharges": {"elements": [
    ...     {"type": "CREDIT_SURCHARGE", "amount": 122, "rate": 35000}]}}
    >>> str(read(Reading(fields=fields, what="payment"), "USD").total)
    '1.22 USD'
    """
    listed = next(
        (charge.fields[name] for name in _NAMES if charge.fields.get(name)), ()
    )
    try:
        total = sum(_amounts(listed))
    except _Unknown:
        logger.warning(WARNING, extra={"request_id": charge.request_id})
        return AdditionalCharges(warning=WARNING)
    return AdditionalCharges(total=Money(total, currency) if total else None)


class _Unknown(ValueError):
    """Clover wrote the additional charges in a form that is not known."""


def _amounts(listed: object) -> Iterator[int]:
    """The amounts in a list, an envelope of one, a single object, or JSON in a text."""
    if isinstance(listed, str):
        listed = read_json(listed.encode())
    if isinstance(listed, list | tuple):
        for part in listed:
            yield from _amounts(part)
        return
    if not isinstance(listed, Mapping):
        raise _Unknown
    for name in _LISTS:
        if name in listed:
            yield from _amounts(listed[name] or ())
            return
    amount = listed.get("amount")
    if type(amount) is not int or not 0 <= amount <= _MOST_MINOR_UNITS:
        raise _Unknown
    yield amount
