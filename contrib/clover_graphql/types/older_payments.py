"""A payment of the ledger in the words of Saleor's older payments API."""

from collections.abc import Sequence
from datetime import datetime

import strawberry

from clover_graphql.request import ids
from clover_graphql.types.descriptions import deprecated, older
from clover_graphql.types.enums import (
    OrderAction,
    PaymentChargeStatusEnum,
    TransactionKind,
)
from clover_graphql.types.gateways import CreditCard
from clover_graphql.types.money import MoneyType
from clover_graphql.types.resolvers import (
    CheckoutType,
    Info,
    OrderType,
    checkout_of,
    order_of,
)
from clover_graphql.types.scalars import JSONString
from payment_hooks import FUNDING, Operation, OperationState, PaymentState
from payment_hooks import Payment as LedgerPayment
from payment_hooks.ledger import Totals, add_up, decline_of
from payment_hooks.storefront import payment_actions, payment_status, transaction_kind


@strawberry.type
class Transaction:
    """A movement of money, or the try of one."""

    operation: strawberry.Private[Operation]
    payment: "Payment" = strawberry.field(description="The payment that it belongs to.")

    @strawberry.field
    def id(self) -> strawberry.ID:
        """The ID of the movement."""
        return strawberry.ID(ids.encode("Transaction", self.operation.operation_id))

    @strawberry.field
    def created(self) -> datetime:
        """When it was asked for."""
        return self.operation.created_at

    @strawberry.field
    def token(self) -> str:
        """The provider's id of it."""
        return self.operation.transaction_id

    @strawberry.field
    def kind(self) -> TransactionKind:
        """What it is."""
        return TransactionKind[transaction_kind(self.operation)]

    @strawberry.field
    def is_success(self) -> bool:
        """Whether money moved that counts."""
        return self.operation.counts

    @strawberry.field
    def error(self, info: Info) -> str | None:
        """Why nothing moved."""
        if self.operation.state is OperationState.DECLINED:
            return decline_of(self.operation).shopper_message(
                info.context.language(payment=self.payment.payment)
            )
        return None

    @strawberry.field
    @deprecated(older("TransactionEvent.message"))
    def gateway_response(self) -> JSONString:
        """The provider's own answer is not shown."""
        return JSONString({})

    @strawberry.field
    def amount(self) -> MoneyType | None:
        """How much."""
        return MoneyType.of(self.operation.moved or self.operation.amount)


@strawberry.type
class Payment:
    """One attempt to pay one thing."""

    payment: strawberry.Private[LedgerPayment]
    operations: strawberry.Private[Sequence[Operation]]
    gateway: str = strawberry.field(description="The ID of the gateway that takes it.")

    @strawberry.field
    def id(self) -> strawberry.ID:
        """What paymentCapture and its like take."""
        key = str(ids.token_of(self.payment.payment_id))
        return strawberry.ID(ids.encode("Payment", key))

    @strawberry.field
    def is_active(self) -> bool:
        """Whether it is neither closed nor refunded."""
        gone = (PaymentState.CLOSED, PaymentState.VOIDED, PaymentState.REFUNDED)
        return self.payment.state not in gone

    @strawberry.field
    def created(self) -> datetime:
        """When it was begun."""
        return self.payment.created_at

    @strawberry.field
    def modified(self) -> datetime:
        """When anything of it changed last."""
        moments = [row.updated_at for row in self.operations]
        return max([self.payment.created_at, *moments])

    @strawberry.field
    def token(self) -> str:
        """The payment's id; the card's token is never shown."""
        return str(ids.token_of(self.payment.payment_id))

    @strawberry.field
    def payment_method_type(self) -> str:
        """How it is paid."""
        return "card"

    @strawberry.field
    def charge_status(self) -> PaymentChargeStatusEnum:
        """Its status."""
        return PaymentChargeStatusEnum[payment_status(self.payment, self.operations)]

    @strawberry.field
    def actions(self, info: Info) -> list[OrderAction]:
        """What staff may do with its money."""
        provider = info.context.offer(self.gateway).payments.provider
        found = payment_actions(self.operations, provider.info)
        return [OrderAction[name] for name in found]

    @strawberry.field
    def total(self) -> MoneyType | None:
        """What is due."""
        return MoneyType.of(self.payment.amount_due)

    @strawberry.field
    def captured_amount(self) -> MoneyType | None:
        """Captured, without what was refunded."""
        return MoneyType.of(self._totals().charged)

    @strawberry.field
    def available_capture_amount(self) -> MoneyType | None:
        """Authorized, and not captured."""
        return MoneyType.of(self._totals().authorized)

    @strawberry.field
    def available_refund_amount(self) -> MoneyType | None:
        """Captured, and not refunded."""
        return MoneyType.of(self._totals().charged)

    @strawberry.field
    def transactions(self) -> list[Transaction] | None:
        """What was asked for, oldest first."""
        return [Transaction(operation=row, payment=self) for row in self.operations]

    @strawberry.field
    def credit_card(self) -> CreditCard | None:
        """What may be shown of the card."""
        cards = [row.details for row in self.operations if row.details.get("last4")]
        if not cards:
            return None
        brand = cards[-1].get("brand", "")
        return CreditCard(brand=brand, last_digits=cards[-1]["last4"])

    @strawberry.field
    def psp_reference(self) -> str | None:
        """The provider's id of what brought the money."""
        named = [row.transaction_id for row in self.operations if row.kind in FUNDING]
        return next(filter(None, reversed(named)), None)

    @strawberry.field
    def checkout(self, info: Info) -> CheckoutType | None:
        """The checkout that it pays for, if it is one."""
        return checkout_of(self.payment, info)

    @strawberry.field
    def order(self, info: Info) -> OrderType | None:
        """The order that it pays for, if it is one."""
        return order_of(self.payment, info)

    def _totals(self) -> Totals:
        return add_up(self.operations, self.payment.amount_due.currency)
