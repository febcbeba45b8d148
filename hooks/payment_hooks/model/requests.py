"""What goes into the hooks: frozen, checked, free of secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self, TypedDict, Unpack
from uuid import uuid4

from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.details.charge import ChargeDetails
from payment_hooks.model.details.ip_addresses import bare_address
from payment_hooks.model.details.texts import check_type
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import (
    ErrorCode,
    Initiator,
    Mode,
    RefundReason,
    TransactionKind,
)
from payment_hooks.model.money import Money
from payment_hooks.model.records import Payment
from payment_hooks.model.secrecy import forgetful_type

_LONGEST_ANSWER = 65_536
_TRANSACTION_ID = re.compile(r"[\w.:-]+", re.ASCII)


def new_key() -> str:
    """A fresh idempotency key; made with the request, so that a retry repeats it."""
    return str(uuid4())


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """Charge or authorize `amount` on `source`."""

    amount: Money
    source: PaymentSource
    reference: str
    """The shop's own reference, such as the order number."""
    idempotency_key: str = field(default_factory=new_key)
    operation_id: str = ""
    """Our unique id of this movement; the key when empty. Providers must echo it, or
    something derived from it, so that the movement can be found again."""
    details: ChargeDetails = field(default_factory=ChargeDetails)
    """What the provider may know beside amount and source."""

    def __post_init__(self) -> None:
        _check_movement(self, self.amount)
        check_type("details", self.details, ChargeDetails)
        self.details.check_against(self.amount)
        is_without_shopper = self.details.initiator is Initiator.MERCHANT
        if is_without_shopper and not self.source.is_saved:
            raise InvalidRequest(
                "without the shopper only a saved card is charged: save it while the "
                "shopper is there",
                code=ErrorCode.INITIATOR_INVALID,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRequest:
    """Capture `amount` of the authorization `transaction_id`."""

    transaction_id: str
    amount: Money
    reference: str
    idempotency_key: str = field(default_factory=new_key)
    operation_id: str = ""
    shopper_ip: str = ""
    """That of the shopper who paid, also when staff captures."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "shopper_ip", bare_address(self.shopper_ip))
        _check_movement(self, self.amount)
        _check_transaction_id(self.transaction_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """Refund `amount` of the charge `transaction_id`."""

    transaction_id: str
    amount: Money
    reference: str
    reason: RefundReason | None = None
    idempotency_key: str = field(default_factory=new_key)
    operation_id: str = ""

    def __post_init__(self) -> None:
        _check_movement(self, self.amount)
        _check_transaction_id(self.transaction_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidRequest:
    """Release the whole of the uncaptured authorization `transaction_id`."""

    transaction_id: str
    amount: Money
    """What was authorized; a void is always of the whole."""
    reference: str
    idempotency_key: str = field(default_factory=new_key)
    operation_id: str = ""

    def __post_init__(self) -> None:
        _check_movement(self, self.amount)
        _check_transaction_id(self.transaction_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """What the shopper buys, as it is to be shown on the provider's page."""

    name: str
    unit_price: Money
    quantity: int = 1

    def __post_init__(self) -> None:
        if type(self.quantity) is not int or self.quantity < 1:
            raise InvalidRequest(
                f"line {self.name!r} needs a whole quantity of 1 or more",
                code=ErrorCode.QUANTITY_INVALID,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """What the provider's page needs to know of the shopper."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnUrls:
    """Where the shopper comes back to from the provider's page."""

    success: str
    failure: str
    cancel: str = ""
    """The failure page when empty."""


class CheckoutFields(TypedDict, total=False):
    """What a `CheckoutRequest` says beside the payment; each may be left out."""

    lines: tuple[LineItem, ...]
    tax: Money | None
    shipping: Money | None
    discount: Money | None
    customer: Customer
    return_urls: ReturnUrls | None
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutRequest:
    """Say what the shopper's browser needs next to pay `amount` in `mode`.

    `lines` are unit prices before `discount`; with `tax` and `shipping` on top they come
    to `amount`. Without lines the provider's page shows one line with the whole amount.
    """

    amount: Money
    reference: str
    mode: Mode
    operation_id: str = field(default_factory=new_key)
    lines: tuple[LineItem, ...] = ()
    tax: Money | None = None
    shipping: Money | None = None
    discount: Money | None = None
    """What is taken off, as a positive amount."""
    customer: Customer = field(default_factory=Customer)
    return_urls: ReturnUrls | None = None
    """Needed in hosted mode; https, and with an unguessable reference of ours."""
    locale: str = ""

    @classmethod
    def for_payment(cls, payment: Payment, **fields: Unpack[CheckoutFields]) -> Self:
        """The request for this payment's amount, reference and mode.

        >>> from payment_hooks import Payments
        >>> from payment_hooks.testing import FakeProvider
        >>> due = Money.of("25.99", "USD")
        >>> payments = Payments.using(FakeProvider())
        >>> payment = payments.open("100123", mode=Mode.HOSTED, amount_due=due)
        >>> back = ReturnUrls(success="https://shop.example/paid/7", failure="", cancel="")
        >>> asked = CheckoutRequest.for_payment(payment, return_urls=back)
        >>> str(asked.amount), asked.reference, asked.mode.value
        ('25.99 USD', '100123', 'hosted')
        """
        return cls(
            amount=payment.amount_due,
            reference=payment.reference,
            mode=payment.mode,
            **fields,
        )

    def __post_init__(self) -> None:
        if self.mode not in tuple(Mode):
            raise InvalidRequest(
                f"unknown mode {self.mode!r}: use one of {', '.join(Mode)}",
                code=ErrorCode.MODE_UNKNOWN,
            )
        _check_amount(self.amount)
        _check_reference(self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRequest:
    """Send `request` again under the same key: what it came to, or comes to now."""

    request: PaymentRequest
    kind: TransactionKind = TransactionKind.CHARGE
    """What it was sent as: CHARGE or AUTHORIZATION."""

    def __post_init__(self) -> None:
        if self.kind not in (TransactionKind.CHARGE, TransactionKind.AUTHORIZATION):
            raise InvalidRequest(
                f"a {self.kind} is not sent again: charges and authorizations are",
                code=ErrorCode.RETRY_KIND_INVALID,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmRequest:
    """Go on with the charge or authorization that waited for the shopper."""

    transaction_id: str
    """That of the `Challenge`."""
    kind: TransactionKind
    """What was asked for: CHARGE or AUTHORIZATION."""
    amount: Money
    reference: str
    operation_id: str
    idempotency_key: str = field(default_factory=new_key)
    """That of the charge: the same movement goes on."""
    answer: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the browser brought back. Anyone may have written it: the provider proves it."""
    canceled: bool = False
    """Whether the shopper turned back, or another card is to be used: end it unpaid."""
    answered_before: bool = False
    """Whether an answer was sent before, and what came of it is not known: it may still
    arrive. Otherwise whoever sends answers has sent none that could move money."""

    def __post_init__(self) -> None:
        _check_movement(self, self.amount)
        if not self.transaction_id:
            raise InvalidRequest(
                "this needs the id of the challenge's transaction",
                code=ErrorCode.TRANSACTION_ID_MISSING,
            )
        _check_answer(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveRequest:
    """Read one transaction at the provider. It moves no money."""

    transaction_id: str
    with_refunds: bool = False
    """Also read its refunds and voids."""
    candidates: tuple[str, ...] = ()
    """Operations that the transaction may be of, or one of its refunds where they are
    asked for: a provider that gives back only a digest of our id names them by these."""

    def __post_init__(self) -> None:
        if not self.transaction_id:
            raise InvalidRequest(
                "a transaction is retrieved by its id",
                code=ErrorCode.TRANSACTION_ID_MISSING,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class FindRequest:
    """Search for the charge or authorization of our operation. It moves no money."""

    operation_id: str
    since: datetime
    """Aware; nothing that was made before is the operation's."""
    until: datetime
    """Aware; nothing that was made after it is the operation's."""

    def __post_init__(self) -> None:
        if not self.operation_id:
            raise InvalidRequest(
                "a movement is found by the id of its operation",
                code=ErrorCode.OPERATION_ID_MISSING,
            )
        _check_window(self.since, self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """List all that was made from `since` until `until`. It moves no money."""

    since: datetime
    """Aware."""
    until: datetime
    """Aware."""
    candidates: tuple[str, ...] = ()
    """Operations which may be among those of the window; as of `RetrieveRequest`."""

    def __post_init__(self) -> None:
        _check_window(self.since, self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A message as it came over HTTP: the exact bytes, not a parsed body."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    received_at: datetime


def _check_movement(
    request: PaymentRequest
    | CaptureRequest
    | RefundRequest
    | VoidRequest
    | ConfirmRequest,
    amount: Money,
) -> None:
    _check_amount(amount)
    _check_reference(request.reference)
    if not request.idempotency_key:
        raise InvalidRequest("the idempotency key is empty", code=ErrorCode.KEY_MISSING)
    if not request.operation_id:
        object.__setattr__(request, "operation_id", request.idempotency_key)


def _check_window(since: datetime, until: datetime) -> None:
    for moment in (since, until):
        if moment.tzinfo is None:
            raise InvalidRequest(
                "times are timezone-aware: pass datetime.now(UTC)",
                code=ErrorCode.TIME_NAIVE,
            )
    if until < since:
        raise InvalidRequest(
            "the window ends before it begins", code=ErrorCode.WINDOW_EMPTY
        )


def _check_amount(amount: Money) -> None:
    if not isinstance(amount, Money):
        raise TypeError(
            f"the amount must be Money, not {type(amount).__name__}: "
            "use Money.of('25.99', 'USD')"
        )
    if amount.minor_units <= 0:
        raise InvalidRequest(
            f"the amount must be positive, not {amount}",
            code=ErrorCode.AMOUNT_NOT_POSITIVE,
        )


def _check_reference(reference: str) -> None:
    if not (isinstance(reference, str) and reference and reference.isprintable()):
        raise InvalidRequest(
            "the shop's reference must be printable text, such as the order number",
            code=ErrorCode.REFERENCE_INVALID,
        )


def _check_answer(answer: Mapping[str, str]) -> None:
    parts = [text for pair in answer.items() for text in pair]
    if not all(isinstance(text, str) for text in parts):
        raise InvalidRequest(
            "the answer to a challenge is names with texts",
            code=ErrorCode.TEXT_EXPECTED,
        )
    if sum(map(len, parts)) > _LONGEST_ANSWER:
        raise InvalidRequest(
            f"the answer to a challenge has more than {_LONGEST_ANSWER} characters",
            code=ErrorCode.TOO_LONG,
        )


def _check_transaction_id(transaction_id: str) -> None:
    if not _TRANSACTION_ID.fullmatch(transaction_id):
        raise InvalidRequest(
            "this needs the id of the transaction it changes",
            code=ErrorCode.TRANSACTION_ID_MISSING,
        )
