"""A payment of the ledger as Saleor's transaction, its operations as the events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self
from uuid import UUID

import strawberry

from clover_graphql.request import ids
from clover_graphql.request.context import RequestContext
from clover_graphql.types.enums import TransactionActionEnum, TransactionEventTypeEnum
from clover_graphql.types.money import MoneyType
from clover_graphql.types.resolvers import (
    CheckoutType,
    Info,
    OrderType,
    checkout_of,
    order_of,
)
from payment_hooks import FUNDING, Operation, OperationState, Payment, shopper_text
from payment_hooks.ledger import Totals, add_up, decline_of
from payment_hooks.storefront import (
    Progress,
    event_type,
    explain,
    outcome_type,
    possible_actions,
)


@strawberry.type
class TransactionEvent:
    """Something that happened to a payment."""

    id: strawberry.ID = strawberry.field(description="The ID of the event.")
    created_at: datetime = strawberry.field(description="When it happened.")
    psp_reference: str = strawberry.field(
        description="The provider's id of it; empty where there is none."
    )
    message: str = strawberry.field(
        description="For the shopper: why nothing moved. Empty otherwise."
    )
    amount: MoneyType = strawberry.field(description="How much it is about.")
    type: TransactionEventTypeEnum | None = strawberry.field(
        description="What happened."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="The key that was sent with the submit."
    )
    external_url: str = strawberry.field(
        default="", description="Saleor's field for a dashboard elsewhere; empty."
    )

    @classmethod
    def of(cls, operation: Operation, language: str, key: str | None = None) -> Self:
        """The event that the operation is, in the language of who reads it."""
        kind = event_type(operation)
        return cls(
            id=strawberry.ID(ids.encode("TransactionEvent", operation.operation_id)),
            created_at=operation.updated_at,
            psp_reference=operation.transaction_id,
            message=_why_not(operation, language),
            amount=MoneyType.of(operation.moved or operation.amount),
            type=TransactionEventTypeEnum[kind],
            idempotency_key=key,
        )

    @classmethod
    def of_answer(
        cls, payment: Payment, progress: Progress, word: str, language: str
    ) -> Self:
        """What answers a submit that no operation describes: continue, or nothing moved."""
        answered = f"{payment.payment_id}-{payment.version}"
        return cls(
            id=strawberry.ID(ids.encode("TransactionEvent", answered)),
            created_at=payment.created_at,
            psp_reference="",
            message=explain(progress, language),
            amount=MoneyType.of(payment.amount_due),
            type=TransactionEventTypeEnum[outcome_type(progress, word)],
        )


@strawberry.type
class TransactionItem:
    """A payment, and what became of it."""

    payment: strawberry.Private[Payment]
    operations: strawberry.Private[Sequence[Operation]]
    gateway: strawberry.Private[str]

    @strawberry.field
    def id(self) -> strawberry.ID:
        """The ID that transactionProcess takes."""
        return strawberry.ID(
            ids.encode("TransactionItem", str(ids.token_of(self.payment.payment_id)))
        )

    @strawberry.field
    def token(self) -> UUID:
        """The same as a UUID."""
        return ids.token_of(self.payment.payment_id)

    @strawberry.field
    def created_at(self) -> datetime:
        """When it was begun."""
        return self.payment.created_at

    @strawberry.field
    def modified_at(self) -> datetime:
        """When anything of it changed last."""
        moments = [row.updated_at for row in self.operations]
        return max([self.payment.created_at, *moments])

    @strawberry.field
    def actions(self, info: Info) -> list[TransactionActionEnum]:
        """What staff may ask for."""
        provider = info.context.offer(self.gateway).payments.provider
        found = possible_actions(self.operations, provider.info)
        return [TransactionActionEnum[name] for name in found]

    @strawberry.field
    def authorized_amount(self) -> MoneyType:
        """Authorized, and neither captured nor voided."""
        return MoneyType.of(self._totals().authorized)

    @strawberry.field
    def authorize_pending_amount(self) -> MoneyType:
        """Authorization asked for, outcome unknown."""
        return MoneyType.of(self._totals().authorize_pending)

    @strawberry.field
    def charged_amount(self) -> MoneyType:
        """Captured, without what was or is being refunded."""
        return MoneyType.of(self._totals().charged)

    @strawberry.field
    def charge_pending_amount(self) -> MoneyType:
        """Charge asked for, outcome unknown."""
        return MoneyType.of(self._totals().charge_pending)

    @strawberry.field
    def refunded_amount(self) -> MoneyType:
        """Refunded."""
        return MoneyType.of(self._totals().refunded)

    @strawberry.field
    def refund_pending_amount(self) -> MoneyType:
        """Being refunded, outcome unknown."""
        return MoneyType.of(self._totals().refund_pending)

    @strawberry.field
    def canceled_amount(self) -> MoneyType:
        """Voided."""
        return MoneyType.of(self._totals().voided)

    @strawberry.field
    def cancel_pending_amount(self) -> MoneyType:
        """Being voided, outcome unknown."""
        return MoneyType.of(self._totals().void_pending)

    @strawberry.field
    def name(self, info: Info) -> str:
        """The gateway, and the card where it is known."""
        cards = [row.card_label for row in self.operations if row.details.get("last4")]
        card = cards[-1] if cards else ""
        return " ".join(filter(None, (info.context.offer(self.gateway).name, card)))

    @strawberry.field
    def message(self, info: Info) -> str:
        """Why the last attempt brought nothing."""
        if not self.operations:
            return ""
        return _why_not(
            self.operations[-1], info.context.language(payment=self.payment)
        )

    @strawberry.field
    def psp_reference(self) -> str:
        """The provider's id of what brought the money, or of the last attempt."""
        named = [
            row.transaction_id
            for row in self.operations
            if row.kind in FUNDING and row.transaction_id
        ]
        return named[-1] if named else ""

    @strawberry.field
    def external_url(self) -> str:
        """Saleor's field for a dashboard elsewhere; empty."""
        return ""

    @strawberry.field
    def events(self, info: Info) -> list[TransactionEvent]:
        """What happened, oldest first."""
        language = info.context.language(payment=self.payment)
        return [TransactionEvent.of(row, language) for row in self.operations]

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


def item_of(context: RequestContext, gateway: str, payment: Payment) -> TransactionItem:
    """The payment as it is now."""
    payments = context.offer(gateway).payments
    return TransactionItem(
        payment=payments.get(payment.payment_id),
        operations=payments.operations(payment.payment_id),
        gateway=gateway,
    )


def answer_of(
    payment: Payment,
    progress: Progress,
    operations: Sequence[Operation],
    *,
    word: str,
    language: str,
    key: str,
) -> TransactionEvent:
    """The event that a submit ends with."""
    if progress.money is not None:
        return TransactionEvent.of(progress.money, language, key or None)
    last = operations[-1] if operations else None
    is_no = last is not None and last.state is OperationState.DECLINED
    if last is not None and is_no and progress.refusal and not progress.is_unknown:
        return TransactionEvent.of(last, language, key or None)
    event = TransactionEvent.of_answer(payment, progress, word, language)
    event.idempotency_key = key or None
    return event


def _why_not(operation: Operation, language: str) -> str:
    if operation.state is OperationState.DECLINED:
        return decline_of(operation).shopper_message(language)
    if operation.state is OperationState.FAILED:
        return shopper_text("not_made", language)
    return ""
