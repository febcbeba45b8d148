"""What a shop says of its checkouts and orders, and who may do what with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import ErrorCode, RefundReason
from payment_hooks.model.money import Money
from payment_hooks.model.records import Payment
from payment_hooks.model.requests import CheckoutRequest, Customer, LineItem, ReturnUrls


class PurchaseKind(StrEnum):
    """Whether a purchase is a checkout or an order."""

    CHECKOUT = "checkout"
    """Not placed yet; it may become an order once it is paid."""
    ORDER = "order"


class StaffAction(StrEnum):
    """An action that needs the shop's permission; paying one's own purchase needs none."""

    VIEW = "view"
    """See the payments of a purchase, and what became of each."""
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"
    REPORT = "report"
    """Report that something happened at the provider, so that it is looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPurchaseRequest:
    """Which purchase, and who asks for it."""

    kind: PurchaseKind
    purchase_id: str
    """The value of `Purchase.purchase_id`; from outside, so it may be any text."""
    caller: object = field(default=None, repr=False)
    """The framework's request; None when the shop itself asks, as after a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """A checkout or an order, as the shop's own server knows it.

    >>> due = Money.of("25.99", "USD")
    >>> Purchase(purchase_id="7", kind=PurchaseKind.CHECKOUT, reference="7",
    ...          amount_due=due).amount_due == due
    True
    """

    purchase_id: str
    """The shop's id of it among its kind."""
    kind: PurchaseKind
    reference: str
    """What its payments are kept under; a checkout and its order have the same."""
    amount_due: Money
    """The total of the purchase, also after it was paid."""
    lines: tuple[LineItem, ...] = ()
    """Unit prices before `discount`; with `tax` and `shipping` they come to the amount.
    Without them, a hosted page shows the amount alone."""
    tax: Money | None = None
    shipping: Money | None = None
    discount: Money | None = None
    customer: Customer = field(default_factory=Customer)
    customer_id: str = ""
    """The shop's id of a customer who is logged in; empty for a guest, who keeps no
    cards."""
    language: str = ""
    """The checkout's or order's own, as a tag such as `fr-CA`: what the shopper reads."""
    customer_language: str = ""
    """That of the customer's account; it counts where `language` says nothing."""
    return_urls: ReturnUrls | None = None
    """Where a hosted page leads back to, when the browser did not say."""
    number: str = ""
    """An order's number as the shopper reads it."""
    channel: str = ""
    """The shop's word for where it is sold."""
    created_at: datetime | None = None
    context: Mapping[str, object] = field(default_factory=dict)
    """What the shop needs to finish without a browser session; JSON, no card data."""
    adapter: str = ""
    """Which adapter can read the context; see `Payment.adapter`."""

    def __post_init__(self) -> None:
        if not (self.purchase_id and self.reference):
            raise InvalidRequest(
                "a purchase needs an id and the reference of its payments",
                code=ErrorCode.PURCHASE_INVALID,
            )

    def for_page(self, payment: Payment, urls: ReturnUrls | None) -> CheckoutRequest:
        """What a hosted page shows of it, and where it leads back to."""
        return CheckoutRequest.for_payment(
            payment,
            lines=self.lines,
            tax=self.tax,
            shipping=self.shipping,
            discount=self.discount,
            customer=self.customer,
            locale=self.language or self.customer_language,
            return_urls=urls or self.return_urls,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """Whether this caller may do that."""

    action: StaffAction
    caller: object = field(repr=False)
    """The framework's request."""
    reference: str = ""
    """Of the purchase it is about."""
    amount: Money | None = None
    """How much is captured or refunded, when a part was asked for."""


MOVEMENTS = frozenset({StaffAction.CAPTURE, StaffAction.REFUND, StaffAction.VOID})
"""The actions that move money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A capture, refund or void that staff asks for.

    >>> Movement(action=StaffAction.VIEW)
    Traceback (most recent call last):
    ...
    ValueError: view moves no money

    Raises:
        ValueError: the action moves no money.
    """

    action: StaffAction
    amount: Money | None = None
    """All that is left if None; a void is of the whole, and so is any amount of it."""
    intent_id: str = ""
    """Of a refund: the caller's name for it, such as a form token. The same one twice is
    one refund. Without a name it is the payment's next refund."""
    known_refunds: int | None = None
    """Without a name: how many refunds of the payment the caller knows of, so that the
    next one is meant, however often it is asked for; those in the ledger if None."""
    reason: RefundReason | None = None

    def __post_init__(self) -> None:
        if self.action not in MOVEMENTS:
            raise ValueError(f"{self.action} moves no money")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletePurchaseRequest:
    """Make the order of a checkout that was paid, or find the one that was made."""

    purchase: Purchase
    payment: Payment | None
    """The captured or authorized payment; None where nothing is due."""
    caller: object = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPurchaseRequest:
    """Keep a purchase as it is while it is paid for."""

    purchase: Purchase
    payment: Payment
    """An open payment: nothing was sent to the provider for this submit yet."""
    caller: object = field(default=None, repr=False)
