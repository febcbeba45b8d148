"""The records of a payment: what was asked, what became of it, what the shop hears."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from payment_hooks.model.cards import card_label
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import LONGEST, ErrorCode, Mode, RefundReason
from payment_hooks.model.money import Money
from payment_hooks.model.results import Challenge


class PaymentState(StrEnum):
    """The state of a payment; derived from its operations, so it never goes back."""

    OPEN = "open"
    """Nothing taken or reserved so far; an operation of it may have an unknown outcome."""
    AUTHORIZED = "authorized"
    PAID = "paid"
    """Captured, wholly or as far as the shop asked."""
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    CLOSED = "closed"
    """Given up by the shop before anything was taken."""

    @property
    def holds_money(self) -> bool:
        """Whether money is here: authorized or captured, and not all of it refunded.

        Of such a payment an order is made, and for its reference nothing more is taken.

        >>> [state.value for state in PaymentState if state.holds_money]
        ['authorized', 'paid', 'partly_refunded']
        """
        return self in _HOLDING


class OperationKind(StrEnum):
    """What an operation asks the provider for."""

    AUTHORIZE = "authorize"
    CHARGE = "charge"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"
    HOSTED_PAGE = "hosted_page"
    """A page of the provider's, which the shopper may pay on."""


class OperationState(StrEnum):
    """The state of an operation. The first four are open, the last three final."""

    PENDING = "pending"
    """The intent is recorded, nothing was sent."""
    SENDING = "sending"
    """The owner of the lease sends; the outcome is unknown once the lease ran out."""
    WAITING = "waiting"
    """The shopper has to act: to pay on a hosted page, or to answer a challenge."""
    UNKNOWN = "unknown"
    """Sent, and no usable answer."""
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    """A definitive no; nothing was taken."""
    FAILED = "failed"
    """Not sent, refused as wrong, or proven absent; nothing was taken."""

    @property
    def is_open(self) -> bool:
        """Whether the last word has not been said."""
        return self not in _FINAL

    @property
    def is_unresolved(self) -> bool:
        """Whether it was sent, or may have been, and its outcome is not known yet."""
        return self in _UNRESOLVED


_HOLDING = frozenset(
    {PaymentState.AUTHORIZED, PaymentState.PAID, PaymentState.PARTLY_REFUNDED}
)
_PAID = frozenset({PaymentState.PAID, PaymentState.PARTLY_REFUNDED})
REVERSED = frozenset({PaymentState.REFUNDED, PaymentState.VOIDED})
"""The states of a payment whose money is with the shopper again, all of it."""
_FINAL = frozenset(
    {OperationState.SUCCEEDED, OperationState.DECLINED, OperationState.FAILED}
)
_UNRESOLVED = frozenset({OperationState.SENDING, OperationState.UNKNOWN})
FUNDING = frozenset(
    {OperationKind.AUTHORIZE, OperationKind.CHARGE, OperationKind.HOSTED_PAGE}
)
"""The kinds which bring a payment its money."""
CAPTURING = frozenset(
    {OperationKind.CHARGE, OperationKind.CAPTURE, OperationKind.HOSTED_PAGE}
)
"""The kinds after which money is the merchant's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One attempt of a shopper to pay one thing."""

    payment_id: str
    """Unguessable; may be in URLs."""
    provider: str
    merchant_id: str
    reference: str
    """The shop's reference, such as the order number."""
    sequence: int = 1
    """Counts the payments of one reference."""
    mode: Mode
    amount_due: Money
    context: Mapping[str, object] = field(default_factory=dict)
    """What the shop needs to finish without a browser session; JSON, no card data."""
    adapter: str = ""
    """Which adapter made it, and can read the context; empty in a shop of one's own."""
    state: PaymentState = PaymentState.OPEN
    flags: tuple[str, ...] = ()
    """What a person must look at, oldest first."""
    created_at: datetime
    version: int = 0

    @property
    def is_paid(self) -> bool:
        """Whether its money was captured, as far as the shop asked, and not all refunded.

        What is only authorized is not paid so far, and what was refunded in part still is.
        Like all of a payment, it is what the ledger knew when it was read.

        >>> from payment_hooks import Mode, Payments, PaymentSource
        >>> from payment_hooks.testing import FakeProvider
        >>> payments = Payments.using(FakeProvider())
        >>> due = Money.of("25.99", "USD")
        >>> payment = payments.open("100123", mode=Mode.IFRAME, amount_due=due)
        >>> done = payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
        >>> payment.is_paid, payments.get(payment.payment_id).is_paid
        (False, True)
        """
        return self.state in _PAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a caller wants to happen once, and the names under which it does."""

    intent_id: str = ""
    """The caller's name for it, such as a form token."""
    attempt: int = 1
    """Grows only after a definitive no."""
    fingerprint: str
    """A digest of amount and source: same intent, other content is refused."""
    idempotency_key: str
    """Unique; derived from the intent."""
    slot: str
    """Unique among open operations: what may be open only once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedPage:
    """A page of the provider's that was opened for the shopper."""

    session_id: str
    """The provider's name for it; messages name it too."""
    url: str
    expires_at: datetime
    """When it cannot be paid on any more; what was paid before is money all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One movement of money that was asked for, recorded before anything is sent."""

    operation_id: str
    payment_id: str
    kind: OperationKind
    amount: Money
    parent_id: str = ""
    """The transaction that is captured, refunded or voided."""
    intent: Intent
    state: OperationState = OperationState.PENDING
    lease_until: datetime | None = None
    """Until when whoever wrote this version alone may send, or notify the shop."""
    transaction_id: str = ""
    moved: Money | None = None
    """What the provider says was moved, once it succeeded."""
    code: str = ""
    message: str = ""
    flag: str = ""
    """Why a person must look; a flagged operation counts for nothing."""
    page: HostedPage | None = None
    """Once one was opened, for the kind HOSTED_PAGE."""
    challenge: Challenge | None = None
    """What the shopper has to do before the provider charges or authorizes."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Brand, last four digits, checks, tip and the like; nothing secret."""
    shopper_ip: str = ""
    """Where the shopper was who paid: a later capture names the same address."""
    notified: bool = False
    """Whether the shop's handlers returned after being notified of the outcome."""
    due: datetime | None = None
    """When it is to be looked at again; None once final and notified."""
    created_at: datetime
    updated_at: datetime
    version: int = 0

    @property
    def counts(self) -> bool:
        """Whether it moved money that nobody needs to look at."""
        return self.state is OperationState.SUCCEEDED and not self.flag

    @property
    def effective_amount(self) -> Money:
        """What it moved, or what it was asked for while that is not known.

        What a shop books of an operation that `counts`.
        """
        return self.amount if self.moved is None else self.moved

    @property
    def funds_payment(self) -> bool:
        """Whether it brought the payment money that counts."""
        return self.kind in FUNDING and self.counts

    @property
    def refund_reason(self) -> RefundReason | None:
        """Why it is refunded, as far as whoever asked for it said so."""
        reason = self.details.get(REASON)
        return RefundReason(reason) if reason in set(RefundReason) else None

    @property
    def card_label(self) -> str:
        """The card it was made with, as people read it; empty where it is not known."""
        details = self.details
        return card_label(details.get("brand", ""), details.get("last4", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRecord:
    """A payment and all that was asked for it, oldest first."""

    payment: Payment
    operations: tuple[Operation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentChanged:
    """A payment came to a new outcome.

    `payment.state` is the state of the whole; `operation` is the movement that
    brought it there. An operation with a `flag` needs a person: it changed nothing that
    the shop may count on.
    """

    payment: Payment
    operation: Operation

    @property
    def event_id(self) -> str:
        """The same each time the shop is notified of this outcome.

        A dispute of money that came before is an outcome of its own.
        """
        name = f"{self.operation.operation_id}:{self.operation.state}"
        dispute = self.operation.details.get(DISPUTE)
        return f"{name}:{dispute}" if dispute else name


UNCONFIRMED = "unconfirmed"
"""Among an operation's details: an answer to its challenge was sent, and what came of it
is not known."""
REASON = "reason"
"""Among a refund's details: why it was asked for, a `RefundReason`."""
DISPUTE = "dispute"
"""Among an operation's details: the message that its money is disputed."""


def refuse_long(name: str, text: str) -> None:
    """Let nothing be asked under a name that no ledger could keep.

    Some databases would cut it, and take two intents for one; others would break off
    in the middle.

    Raises:
        InvalidRequest: it has more characters than there is room for.
    """
    if len(text) > LONGEST:
        raise InvalidRequest(
            f"{name} has {len(text)} characters, and {LONGEST} are kept: send a shorter "
            "one",
            code=ErrorCode.TOO_LONG,
        )


class ShopBusy(Exception):
    """Raised by `shop_payment_changed` where the shop is at this payment itself.

    Nothing is wrong: the shop is notified again in a minute.
    """
