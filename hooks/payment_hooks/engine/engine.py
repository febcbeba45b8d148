"""What every part of the engine works with: one provider, one shop, one ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from payment_hooks.engine.policy import Policy
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

    def owns(self, payment: Payment) -> bool:
        """Whether it is made with this provider's merchant."""
        mine = (self.provider.name, self.provider.merchant_id)
        return (payment.provider, payment.merchant_id) == mine

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
