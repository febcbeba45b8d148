"""What goes into the hooks and what comes out: frozen, checked, free of secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from payment_hooks.addresses import bare_address
from payment_hooks.cards import PaymentSource, looks_like_card_number
from payment_hooks.errors import InvalidRequest
from payment_hooks.kinds import (
    CheckResult,
    EnteredBy,
    Mode,
    RefundReason,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.money import Money
from payment_hooks.secrecy import forgetful_type

_TRANSACTION_ID = re.compile(r"[\w.:-]+", re.ASCII)


def new_key() -> str:
    """A fresh idempotency key; made with the request, so that a retry repeats it."""
    return str(uuid4())


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """Take or reserve `amount` from `source`."""

    amount: Money
    source: PaymentSource
    reference: str
    """The shop's own reference, such as the order number."""
    idempotency_key: str = field(default_factory=new_key)
    operation_id: str = ""
    """Our unique id of this movement; the key when empty. Providers must echo it, or
    something derived from it, so that the movement can be found again."""
    description: str = field(default="", repr=False)
    shopper_ip: str = ""
    """The shopper's address; see `bare_address` for what is made of other forms."""
    shopper_email: str = field(default="", repr=False)
    entered_by: EnteredBy = EnteredBy.SHOPPER
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shopper_ip", bare_address(self.shopper_ip))
        _check_texts(self, "description", "shopper_email")
        _check_movement(self, self.amount)
        _refuse_card_number(self.description)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRequest:
    """Take `amount` of what the authorization `transaction_id` reserved."""

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
    """Give `amount` of the charge `transaction_id` back."""

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
    """What the shopper buys, as it shall stand on the provider's page."""

    name: str
    unit_price: Money
    quantity: int = 1

    def __post_init__(self) -> None:
        if type(self.quantity) is not int or self.quantity < 1:
            raise InvalidRequest(
                f"line {self.name!r} needs a whole quantity of 1 or more",
                code="quantity_invalid",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The shopper, as far as the provider's page wants to know."""

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

    def __post_init__(self) -> None:
        if self.mode not in tuple(Mode):
            raise InvalidRequest(
                f"unknown mode {self.mode!r}: use one of {', '.join(Mode)}",
                code="mode_unknown",
            )
        _check_amount(self.amount)
        _check_reference(self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutSession:
    """What the shopper's browser needs next; one of the three below."""

    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(CheckoutSession):
    """Send the shopper to `url`; the page is valid until `expires_at`."""

    mode: Mode = Mode.HOSTED
    url: str
    session_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFields(CheckoutSession):
    """Show the provider's own card fields; the page gets a token from them."""

    mode: Mode = Mode.IFRAME
    script_url: str
    public_key: str
    """Meant for the browser; not a secret."""
    merchant_id: str
    locale: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardForm(CheckoutSession):
    """Show the shop's own card form, and hand the card to `payment_tokenize` at once."""

    mode: Mode = Mode.API
    public_key: str
    encryption_key: str = field(repr=False, default="")
    """The provider's public card-encryption key, empty when cards go unencrypted."""
    merchant_id: str = ""


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
                code="retry_kind_invalid",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpRequest:
    """Find movements at the provider: by id, or by our own reference. It moves none.

    With `transaction_id`, that transaction; an `operation_id` beside it says which of
    its refunds is ours, where the provider shows only a digest. With `operation_id`, the
    movement which carries it, searched among those made from `since` until `until`.
    With the window alone, everything in it.
    """

    transaction_id: str = ""
    operation_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    with_refunds: bool = False
    """Also list the refunds of what is found, or those made in the window."""
    candidates: tuple[str, ...] = ()
    """Operations which may be those of the transaction, or among those of a window: a
    provider that gives back only a digest of our id can name them by these."""

    def __post_init__(self) -> None:
        if not (self.transaction_id or self.since):
            raise InvalidRequest(
                "a look-up needs a transaction id or a time window",
                code="look_up_empty",
            )
        for moment in (self.since, self.until):
            if moment is not None and moment.tzinfo is None:
                raise InvalidRequest(
                    "times are timezone-aware: pass datetime.now(UTC)",
                    code="time_naive",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A movement of money as the provider tells it."""

    kind: TransactionKind
    transaction_id: str
    amount: Money
    """What was moved or reserved, without tip and surcharge."""
    status: TransactionStatus = TransactionStatus.SUCCEEDED
    provider: str = ""
    merchant_id: str = ""
    parent_id: str = ""
    """The charge or authorization that a capture, refund or void belongs to."""
    reference: str = ""
    """The shop's reference, when the provider gives it back."""
    operation_id: str = ""
    """Our operation's id, when the provider gives it back."""
    mark: str = ""
    """What the provider gives back in place of our operation's id, such as a digest of
    it; a row without either may be anybody's."""
    shows_marks: bool = False
    """Whether the mark of a page would be seen here: without ours, it is not the page's."""
    captured: Money | None = None
    refunded: Money | None = None
    tip: Money | None = None
    surcharge: Money | None = None
    tax: Money | None = None
    """Part of `amount`, for information."""
    source: PaymentSource | None = None
    cvc_check: CheckResult = CheckResult.UNCHECKED
    postal_code_check: CheckResult = CheckResult.UNCHECKED
    address_check: CheckResult = CheckResult.UNCHECKED
    partial_approval: bool = False
    may_be_in_person: bool = False
    """Whether it may be a sale over the counter, which a shop on the web need not know."""
    warning: str = ""
    created_at: datetime | None = None
    request_id: str = ""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)
    """The provider's answer, redacted, for support; never needed to go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpResult:
    """What a look-up found."""

    transactions: tuple[Transaction, ...] = ()
    complete: bool = False
    """Whether the whole asked window was seen, so that absence is evidence."""
    too_long: bool = False
    """Whether more stood there than can be read at once: ask for a shorter window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A message as it came over HTTP: the exact bytes, not a parsed body."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A proven message; it says *look*, never what to believe about money."""

    event_id: str
    """The same for each delivery of the same news."""
    provider: str
    merchant_id: str
    transaction_id: str
    session_id: str = ""
    """The hosted session it belongs to, empty when the provider left it out."""
    approved: bool
    """What the message claims; the fetched transaction decides."""
    occurred_at: datetime


def _check_movement(
    request: PaymentRequest | CaptureRequest | RefundRequest | VoidRequest,
    amount: Money,
) -> None:
    _check_amount(amount)
    _check_reference(request.reference)
    if not request.idempotency_key:
        raise InvalidRequest("the idempotency key is empty", code="key_missing")
    if not request.operation_id:
        object.__setattr__(request, "operation_id", request.idempotency_key)


def _check_texts(request: PaymentRequest, *names: str) -> None:
    for name in names:
        value = getattr(request, name)
        if not isinstance(value, str):
            raise InvalidRequest(
                f"{name} must be text, not {type(value).__name__}: leave it out instead",
                code="text_expected",
            )


def _check_amount(amount: Money) -> None:
    if not isinstance(amount, Money):
        raise InvalidRequest(
            f"the amount must be Money, not {type(amount).__name__}: "
            "use Money.of('25.99', 'USD')",
            code="amount_not_money",
        )
    if amount.minor_units <= 0:
        raise InvalidRequest(
            f"the amount must be positive, not {amount}", code="amount_not_positive"
        )


def _check_reference(reference: str) -> None:
    if not (isinstance(reference, str) and reference and reference.isprintable()):
        raise InvalidRequest(
            "the shop's reference must be printable text, such as the order number",
            code="reference_invalid",
        )


def _check_transaction_id(transaction_id: str) -> None:
    if not _TRANSACTION_ID.fullmatch(transaction_id):
        raise InvalidRequest(
            "this needs the id of the transaction it changes",
            code="transaction_id_missing",
        )


def _refuse_card_number(text: str) -> None:
    if looks_like_card_number(text):
        raise InvalidRequest(
            "this text looks like a card number, which must never be stored",
            code="card_number_in_text",
        )
