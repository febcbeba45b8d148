"""A postal address of the shopper."""

import logging
import re
from dataclasses import dataclass, fields
from typing import Self

from payment_hooks.model.details.texts import check_texts
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.secrecy import forgetful_type

logger = logging.getLogger(__name__)

_COUNTRY = re.compile(r"[A-Z]{2}")


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Address:
    """Where the shopper lives or wants the goods; every part may be empty.

    It is side data and decides nothing about money. Its `repr` shows nothing of it.

    >>> Address(first_name="Ann", line1="1 Main St", city="Albany", country="us")
    Address(...)

    Raises:
        InvalidRequest: a part is no text, or looks like a card number. An adapter that
            passes on what shoppers typed uses `Address.usable`.
    """

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    """The state or province, as the post office writes it, such as `NY`."""
    postal_code: str = ""
    country: str = ""
    """ISO 3166-1, two letters. Anything else is left out and logged."""
    phone: str = ""

    def __post_init__(self) -> None:
        check_texts(self, *(row.name for row in fields(self)))
        country = self.country.strip().upper()
        if country and not _COUNTRY.fullmatch(country):
            logger.warning("the country of an address is no ISO code and is left out")
            country = ""
        object.__setattr__(self, "country", country)

    @classmethod
    def usable(cls, **parts: object) -> Self | None:
        """The address in what a shop's own address says; None if it cannot be used.

        What is no text counts as empty. What cannot be used is logged without its
        value, and refuses no payment.

        >>> Address.usable(line1="4242 4242 4242 4242", city="Albany") is None
        True
        """
        texts = {
            name: part for name, part in parts.items() if isinstance(part, str) and part
        }
        if not texts:
            return None
        try:
            return cls(**texts)
        except InvalidRequest as error:
            logger.warning("an address is left out: %s", error.message)
            return None

    def __repr__(self) -> str:
        return "Address(...)"
