"""`ChargeDetails`: what the provider may know of a charge beside amount and source."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from payment_hooks.model.details.address import Address
from payment_hooks.model.details.browser import BrowserInfo
from payment_hooks.model.details.ip_addresses import bare_address
from payment_hooks.model.details.texts import check_text, check_texts, check_type
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import EnteredBy, ErrorCode, Initiator, Schedule
from payment_hooks.model.money import Money
from payment_hooks.model.secrecy import forgetful_type


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True)
class Level2:
    """What a company that pays with a purchasing card wants on its statement.

    The tax and the postal code of the destination are those of the `ChargeDetails`.
    Amounts are parts of the charge, and never added to it.
    """

    purchase_order: str = field(default="", repr=False)
    """The buyer's purchase order number."""
    customer_reference: str = field(default="", repr=False)
    """The buyer's number in the merchant's order management."""
    product_description: str = field(default="", repr=False)
    merchant_tax_id: str = field(default="", repr=False)
    ships_from_postal_code: str = field(default="", repr=False)
    discount: Money | None = None
    freight: Money | None = None
    duty: Money | None = None

    def __post_init__(self) -> None:
        check_texts(
            self,
            "purchase_order",
            "customer_reference",
            "product_description",
            "merchant_tax_id",
            "ships_from_postal_code",
        )
        for name, part in self.amounts():
            if part is not None:
                _check_part(name, part)

    def amounts(self) -> tuple[tuple[str, Money | None], ...]:
        """Its amounts, with their names."""
        return (
            ("discount", self.discount),
            ("freight", self.freight),
            ("duty", self.duty),
        )


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeDetails:
    """What the provider may know of a charge or authorization beside amount and source.

    Everything may be left out. A provider sends what it has a field for; the page of
    `payment_charge` says which. Nothing personal shows in the `repr`.

    >>> details = ChargeDetails(shopper_email="ann@shop.example", shopper_ip="2001:db8::1")
    >>> "ann" in repr(details) or "2001" in repr(details)
    False

    Raises:
        InvalidRequest: a field has a wrong type, or a text looks like a card number.
    """

    description: str = field(default="", repr=False)
    """For the merchant's own lists."""
    shopper_email: str = field(default="", repr=False)
    """Where the provider sends its receipt."""
    shopper_ip: str = field(default="", repr=False)
    """The shopper's address; see `bare_address` for what is made of other forms."""
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The shop's own names and values."""
    statement_descriptor: str = field(default="", repr=False)
    """What the shopper reads on the card's statement, in place of the merchant's name."""
    tax: Money | None = None
    """The tax within the amount; it is never added to it."""
    billing_address: Address | None = field(default=None, repr=False)
    shipping_address: Address | None = field(default=None, repr=False)
    level2: Level2 | None = field(default=None, repr=False)
    entered_by: EnteredBy = EnteredBy.SHOPPER
    """MERCHANT where staff typed the card, as for an order by mail or telephone."""
    initiator: Initiator = Initiator.SHOPPER
    """MERCHANT where the shop charges a saved card without the shopper."""
    schedule: Schedule = Schedule.NONE
    """The plan that it is part of: the shopper's first payment and the later ones."""
    original_transaction_id: str = field(default="", repr=False)
    """The shopper's first payment of the plan, for a provider that wants it."""
    return_url: str = field(default="", repr=False)
    """Where the bank's page leads the shopper back to, for a provider that redirects."""
    browser: BrowserInfo | None = field(default=None, repr=False)
    """The shopper's browser: asks for 3-D Secure where the provider has it."""

    def __post_init__(self) -> None:
        check_texts(
            self,
            "description",
            "shopper_email",
            "statement_descriptor",
            "original_transaction_id",
            "return_url",
        )
        object.__setattr__(self, "shopper_ip", bare_address(self.shopper_ip))
        if self.metadata != {}:
            object.__setattr__(self, "metadata", _checked(self.metadata))
        if self.tax is not None:
            _check_part("tax", self.tax)
        if self.billing_address is not None:
            check_type("billing_address", self.billing_address, Address)
        if self.shipping_address is not None:
            check_type("shipping_address", self.shipping_address, Address)
        if self.level2 is not None:
            check_type("level2", self.level2, Level2)
        if type(self.entered_by) is not EnteredBy:
            check_type("entered_by", self.entered_by, EnteredBy)
        if type(self.initiator) is not Initiator:
            check_type("initiator", self.initiator, Initiator)
        if type(self.schedule) is not Schedule:
            check_type("schedule", self.schedule, Schedule)
        if self.browser is not None:
            check_type("browser", self.browser, BrowserInfo)

    def check_against(self, amount: Money) -> None:
        """Raise unless the amounts in it are parts of `amount`.

        Raises:
            InvalidRequest: one is more, or in another currency.
        """
        rows = self.level2.amounts() if self.level2 is not None else ()
        for name, part in (("tax", self.tax), *rows):
            if part is None:
                continue
            is_larger = part.minor_units > amount.minor_units and name != "discount"
            if part.currency != amount.currency or is_larger:
                raise InvalidRequest(
                    f"{name} of {part} is no part of {amount}: leave it out",
                    code=ErrorCode.DETAIL_INVALID,
                )


def _checked(metadata: object) -> dict[str, str]:
    """A copy of the metadata, which the caller cannot change any more."""
    if not isinstance(metadata, Mapping):
        raise InvalidRequest(
            f"metadata must be a mapping of texts, not {type(metadata).__name__}",
            code=ErrorCode.DETAIL_INVALID,
        )
    for name, value in metadata.items():
        check_text("a name in metadata", name)
        check_text("a value in metadata", value)
    return dict(metadata)


def _check_part(name: str, part: object) -> None:
    check_type(name, part, Money)
    if isinstance(part, Money) and part.minor_units < 0:
        raise InvalidRequest(
            f"{name} must not be below zero, as {part} is",
            code=ErrorCode.DETAIL_INVALID,
        )
