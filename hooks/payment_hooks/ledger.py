"""The record of what was asked and what became of it, and what a store of it must do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from payment_hooks.kinds import Mode
from payment_hooks.money import Money
from payment_hooks.types import (
    WebhookEvent,
)


class PaymentState(StrEnum):
    """Where a payment stands; derived from its operations, so it never goes back."""

    OPEN = "open"
    """Nothing taken or reserved so far; an operation of it may be in doubt."""
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
    """Where an operation stands. The first four are open, the last three final."""

    PENDING = "pending"
    """The intent is recorded, nothing was sent."""
    SENDING = "sending"
    """The owner of the lease sends; in doubt once the lease ran out."""
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


GIVEN_BACK = frozenset({PaymentState.REFUNDED, PaymentState.VOIDED})
"""The states of a payment whose money is with the shopper again, all of it."""
_FINAL = frozenset(
    {OperationState.SUCCEEDED, OperationState.DECLINED, OperationState.FAILED}
)
TAKING = frozenset(
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
    """Unguessable; may stand in URLs."""
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
    request_id: str = ""
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
    told: bool = False
    """Whether the shop's handlers returned after being told the outcome."""
    due: datetime | None = None
    """When somebody should look at it again; None once final and told."""
    created_at: datetime
    updated_at: datetime
    version: int = 0


class StaleVersion(Exception):
    """Somebody else changed the row first: read it again and decide anew."""


class Ledger(Protocol):
    """A durable store; every write is committed when the call returns.

    A store that cannot commit by itself, inside somebody's open transaction say, must
    refuse rather than promise. `replace_…` writes only over the version it was given
    and answers with the next one.

    Text is kept and compared to the letter, case and spaces too. Only what a database
    cannot hold, NUL and lone surrogates, may come back as U+FFFD; it never makes a
    write fail. Times come back aware, in UTC, to the microsecond.
    """

    def installation_id(self) -> str:
        """The store's own id: made once, kept in it, the same for everybody who asks.

        It is part of every idempotency key, so that two stores at one merchant, a
        development database that was set up anew say, never send the same key.
        """
        ...

    def add_payment(self, payment: Payment) -> Payment:
        """Insert it, or give the one with the same merchant, reference and sequence."""
        ...

    def get_payment(self, payment_id: str) -> Payment | None:
        """The payment of that id."""
        ...

    def find_payments(
        self, *, reference: str = "", session_id: str = "", transaction_id: str = ""
    ) -> tuple[Payment, ...]:
        """Those which match the one given criterion, oldest first."""
        ...

    def replace_payment(self, payment: Payment) -> Payment:
        """Write all but its identity.

        Raises:
            StaleVersion: it changed since it was read.
        """
        ...

    def add_operation(self, operation: Operation) -> Operation:
        """Insert it, or give what stands in its way.

        That is the operation with the same key, or else the open one in the same slot.
        """
        ...

    def get_operation(self, operation_id: str) -> Operation | None:
        """The operation of that id."""
        ...

    def operations(self, payment_id: str) -> tuple[Operation, ...]:
        """All of one payment, oldest first."""
        ...

    def replace_operation(self, operation: Operation) -> Operation:
        """Write all but its identity.

        Raises:
            StaleVersion: it changed since it was read.
        """
        ...

    def due_operations(self, before: datetime, limit: int) -> tuple[Operation, ...]:
        """Those whose `due` has come, most urgent first; O(open), not O(all)."""
        ...

    def operations_between(
        self,
        since: datetime,
        until: datetime,
        *,
        after: Operation | None = None,
        limit: int = 500,
    ) -> tuple[Operation, ...]:
        """Those created from `since` until before `until`, oldest first.

        They come in the order of `created_at` and `operation_id`, and begin behind
        `after`, the last one of the page before.
        """
        ...

    def add_event(self, event: WebhookEvent) -> bool:
        """Keep it; False when this event was finished before."""
        ...

    def find_events(self, session_id: str) -> tuple[WebhookEvent, ...]:
        """The unfinished ones of a hosted session, oldest first."""
        ...

    def finish_event(self, event_id: str) -> None:
        """Its effect is in place; the next delivery changes nothing."""
        ...
