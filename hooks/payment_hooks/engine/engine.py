"""What every part of the engine works with: provider, shop, ledger and policy."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from payment_hooks.ledger.intents import new_operation
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.errors import InvalidRequest, UnsupportedOperation
from payment_hooks.model.kinds import ErrorCode
from payment_hooks.model.money import Money
from payment_hooks.model.provider_info import Ability
from payment_hooks.model.records import (
    Operation,
    OperationKind,
    Payment,
    PaymentRecord,
)
from payment_hooks.spec.calling import ProviderHooks, ShopHooks

utc_now = partial(datetime.now, UTC)
"""The time, aware and in UTC."""


class FailedChecks(StrEnum):
    """What to do with an approved charge whose CVC or address check failed."""

    ACCEPT = "accept"
    """Take it; the result is recorded and shown."""
    FLAG = "flag"
    """Take it, and ask a person to look."""
    VOID = "void"
    """Give it back at once and treat it as declined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The knobs of `Payments`; the defaults are safe."""

    lease_seconds: float = 90
    """How long a sender owns an operation; longer than the provider's total deadline."""
    wait_seconds: float = 30
    """How long a second submit waits for the first one's result."""
    replay_seconds: float = 10
    """An unanswered charge is sent again under its key only this early in a request."""
    safe_window: timedelta = timedelta(hours=12)
    """How long the provider is trusted to remember a key; absence is believed after it."""
    read_margin: timedelta = timedelta(minutes=15)
    """When a capture, void or refund that cannot be read back counts as not made."""
    clock_skew: timedelta = timedelta(minutes=15)
    """How far the shop's clock and the provider's may be apart."""
    failed_checks: FailedChecks = FailedChecks.ACCEPT
    extras_allowed: bool = False
    """Whether tips and surcharges on the provider's page are welcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The five things that moving money needs; it holds no state of its own."""

    provider: ProviderHooks
    shop: ShopHooks
    ledger: Ledger
    policy: Policy
    now: Callable[[], datetime] = utc_now

    def get(self, payment_id: str) -> Payment:
        """The payment of that id.

        Raises:
            InvalidRequest: there is none.
        """
        payment = self.ledger.get_payment(payment_id)
        if payment is None:
            raise _unknown(payment_id)
        return payment

    def get_record(self, payment_id: str) -> PaymentRecord:
        """The payment of that id with its operations.

        Raises:
            InvalidRequest: there is none.
        """
        record = self.ledger.get_record(payment_id)
        if record is None:
            raise _unknown(payment_id)
        return record

    def get_own(self, payment_id: str) -> PaymentRecord:
        """The same, if it is made with the merchant whose money is moved here.

        Raises:
            InvalidRequest: it is another merchant's; nothing was asked.
        """
        record = self.get_record(payment_id)
        if not self.owns(record.payment):
            raise InvalidRequest(
                f"payment {payment_id} belongs to merchant {record.payment.merchant_id}, "
                f"not to {self.provider.merchant_id}: use that merchant's Payments",
                code=ErrorCode.PAYMENT_OF_ANOTHER_MERCHANT,
            )
        return record

    def latest(self, reference: str) -> Payment | None:
        """The latest payment of this merchant for the reference; None if there is none."""
        known = self.ledger.find_payments(reference=reference)
        mine = [payment for payment in known if self.owns(payment)]
        return max(mine, key=lambda payment: payment.sequence, default=None)

    def owns(self, payment: Payment) -> bool:
        """Whether it is made with this provider's merchant."""
        return (
            payment.provider == self.provider.name
            and payment.merchant_id == self.provider.info.merchant_id
        )

    def require(self, ability: Ability, asked: str) -> None:
        """Raise unless the provider can do what is asked; nothing is recorded or sent.

        Raises:
            UnsupportedOperation: it cannot.
        """
        info = self.provider.info
        if not info.can(ability):
            raise UnsupportedOperation(
                f"{asked} is not sent: provider {info.name!r} has no {ability}",
                code=ErrorCode.UNSUPPORTED,
                provider=info.name,
            )

    def new_operation(
        self, payment: Payment, kind: OperationKind, amount: Money, **intent: Any
    ) -> Operation:
        """The operation of an intent that begins now, not yet recorded."""
        return new_operation(
            payment,
            kind,
            amount,
            installation_id=self.ledger.installation_id(),
            now=self.now(),
            **intent,
        )


def _unknown(payment_id: str) -> InvalidRequest:
    return InvalidRequest(f"no payment {payment_id}", code=ErrorCode.PAYMENT_UNKNOWN)
