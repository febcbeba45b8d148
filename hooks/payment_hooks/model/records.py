"""The records of a payment: what was asked, what became of it, what the shop hears."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import ErrorCode, Mode
from payment_hooks.model.money import Money


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


class OperationKind(StrEnum):
    """What an operation asks the provider for."""

    AUTHORIZE = "authorize"
    CHARGE = "charge"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"
    CHECKOUT = "checkout"
    """A hosted session, which the shopper may pay."""


class OperationState(StrEnum):
    """The state of an operation. The first four are open, the last three final."""

    PENDING = "pending"
    """The intent is recorded, nothing was sent."""
    SENDING = "sending"
    """The owner of the lease sends; the outcome is unknown once the lease ran out."""
    WAITING = "waiting"
    """A hosted session that the shopper has not paid yet."""
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


REVERSED = frozenset({PaymentState.REFUNDED, PaymentState.VOIDED})
"""The states of a payment whose money is with the shopper again, all of it."""
_FINAL = frozenset(
    {OperationState.SUCCEEDED, OperationState.DECLINED, OperationState.FAILED}
)
FUNDING = frozenset(
    {OperationKind.AUTHORIZE, OperationKind.CHARGE, OperationKind.CHECKOUT}
)
"""The kinds which bring a payment its money."""
CAPTURING = frozenset(
    {OperationKind.CHARGE, OperationKind.CAPTURE, OperationKind.CHECKOUT}
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
    state: PaymentState = PaymentState.OPEN
    flags: tuple[str, ...] = ()
    """What a person must look at, oldest first."""
    created_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One movement of money that was asked for, recorded before anything is sent."""

    operation_id: str
    payment_id: str
    kind: OperationKind
    amount: Money
    parent_id: str = ""
    """The transaction that is captured, refunded or voided."""
    intent_id: str = ""
    """The caller's name for this intent, such as a form token."""
    attempt: int = 1
    """Grows only after a definitive no."""
    fingerprint: str
    """A digest of amount and source: same intent, other content is refused."""
    idempotency_key: str
    """Unique; derived from the intent."""
    slot: str
    """Unique among open operations: what may be open only once."""
    state: OperationState = OperationState.PENDING
    lease_owner: str = ""
    lease_until: datetime | None = None
    transaction_id: str = ""
    moved: Money | None = None
    """What the provider says was moved, once it succeeded."""
    code: str = ""
    message: str = ""
    flag: str = ""
    """Why a person must look; a flagged operation counts for nothing."""
    session_id: str = ""
    session_url: str = ""
    session_expires_at: datetime | None = None
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
    def funds_payment(self) -> bool:
        """Whether it brought the payment money that counts."""
        return self.kind in FUNDING and self.counts


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
        """The same each time the shop is notified of this outcome."""
        return f"{self.operation.operation_id}:{self.operation.state}"


LONGEST = 255
"""How many characters a name or an id may have: what each ledger has room for."""


_NAMES = ("transaction_id", "parent_id", "session_id", "event_id", "source_id")


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


def find_long(answer: object) -> str:
    """Which id in a provider's answer there is no room for; empty if all of them fit."""
    for row in (answer, *getattr(answer, "transactions", ())):
        for name in _NAMES:
            if len(str(getattr(row, name, ""))) > LONGEST:
                return f"a {name} of {len(str(getattr(row, name)))} characters"
    return ""


class ShopBusy(Exception):
    """Raised by `shop_payment_changed` where the shop is at this payment itself.

    Nothing is wrong: the shop is notified again in a minute.
    """
