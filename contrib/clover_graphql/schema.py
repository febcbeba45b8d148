"""The payments part of Saleor's schema: names, arguments and codes are Saleor's."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.extensions import DisableIntrospection, SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from clover_graphql.operations import (
    completion,
    older_payments,
    saved_cards,
    staff,
    transactions,
)
from clover_graphql.request.codes import PURCHASE_UNKNOWN
from clover_graphql.transport.documents import read_document
from clover_graphql.transport.limits import Limits
from clover_graphql.types.enums import (
    TransactionActionEnum,
    TransactionEventTypeEnum,
    TransactionFlowStrategyEnum,
)
from clover_graphql.types.older_payments import Payment
from clover_graphql.types.payloads import (
    CheckoutComplete,
    CheckoutPaymentCreate,
    MetadataInput,
    PaymentCapture,
    PaymentGatewayInitialize,
    PaymentGatewayToInitialize,
    PaymentInput,
    PaymentRefund,
    PaymentVoid,
    StoredPaymentMethodRequestDelete,
    TransactionEventReport,
    TransactionInitialize,
    TransactionProcess,
    TransactionRequestAction,
)
from clover_graphql.types.purchases import Checkout, Order
from clover_graphql.types.resolvers import Info
from clover_graphql.types.scalars import JSON, SCALARS, JSONString, PositiveDecimal
from clover_graphql.types.transactions import TransactionItem, item_of
from payment_hooks import BadInput, ErrorCode, StaffAction

UNSET = strawberry.UNSET
Value = TypeVar("Value")


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    def checkout(
        self, info: Info, id: strawberry.ID | None = UNSET, token: UUID | None = UNSET
    ) -> Checkout | None:
        """The caller's checkout."""
        try:
            found = info.context.checkout(id or None, None, token or None)
        except BadInput as error:
            _refuse_unless_unknown(error)
            return None
        return Checkout(purchase=found)

    @strawberry.field
    def order(self, info: Info, id: strawberry.ID | None = UNSET) -> Order | None:
        """The caller's order."""
        try:
            return Order(purchase=info.context.purchase(id or "", "Order"))
        except BadInput as error:
            _refuse_unless_unknown(error)
            return None

    @strawberry.field
    def transaction(
        self, info: Info, id: strawberry.ID | None = UNSET, token: UUID | None = UNSET
    ) -> TransactionItem | None:
        """A payment; for staff."""
        try:
            offer, payment = info.context.payment(
                id or None, token or None, kind="TransactionItem"
            )
        except BadInput as error:
            _refuse_unless_unknown(error)
            return None
        info.context.require(StaffAction.VIEW, payment)
        return item_of(info.context, offer.id, payment)

    @strawberry.field
    def payment(self, info: Info, id: strawberry.ID) -> Payment | None:
        """The same in Saleor's older words; for staff."""
        try:
            offer, payment = info.context.payment(id, kind="Payment")
        except BadInput as error:
            _refuse_unless_unknown(error)
            return None
        info.context.require(StaffAction.VIEW, payment)
        return older_payments.shown_payment(offer, payment)


@strawberry.type
class Mutation:
    """What can be done."""

    @strawberry.mutation
    def payment_gateway_initialize(
        self,
        info: Info,
        id: strawberry.ID,
        amount: PositiveDecimal | None = UNSET,
        payment_gateways: list[PaymentGatewayToInitialize] | None = UNSET,
    ) -> PaymentGatewayInitialize | None:
        """What the card form needs."""
        return transactions.gateway_initialize(
            info.context, id, _given(amount), _given(payment_gateways)
        )

    @strawberry.mutation
    def transaction_initialize(
        self,
        info: Info,
        id: strawberry.ID,
        payment_gateway: PaymentGatewayToInitialize,
        action: TransactionFlowStrategyEnum | None = UNSET,
        amount: PositiveDecimal | None = UNSET,
        customer_ip_address: str | None = UNSET,
        idempotency_key: str | None = UNSET,
    ) -> TransactionInitialize | None:
        """Pay; asked twice, the second one gets the first one's payment."""
        transactions.check_strategy(
            info.context,
            payment_gateway.id,
            action.name if action else "",
            customer_ip_address or "",
        )
        return transactions.initialize(
            info.context,
            id,
            payment_gateway,
            amount=_given(amount),
            key=_given(idempotency_key),
        )

    @strawberry.mutation
    def transaction_process(
        self,
        info: Info,
        id: strawberry.ID | None = UNSET,
        token: UUID | None = UNSET,
        customer_ip_address: str | None = UNSET,
        data: JSON | None = UNSET,
    ) -> TransactionProcess | None:
        """Continue after a page, an unknown outcome, or with the card that was missing."""
        transactions.check_strategy(info.context, "", "", customer_ip_address or "")
        return transactions.process(
            info.context, id or None, token or None, data or None
        )

    @strawberry.mutation
    def checkout_complete(
        self,
        info: Info,
        id: strawberry.ID | None = UNSET,
        checkout_id: strawberry.ID | None = UNSET,
        token: UUID | None = UNSET,
        payment_data: JSONString | None = UNSET,
        redirect_url: str | None = UNSET,
        metadata: list[MetadataInput] | None = UNSET,
    ) -> CheckoutComplete | None:
        """The order of a checkout that was paid."""
        return completion.complete(
            info.context,
            id or None,
            checkout_id or None,
            token or None,
            payment_data or None,
        )

    @strawberry.mutation
    def transaction_request_action(
        self,
        info: Info,
        action_type: TransactionActionEnum,
        id: strawberry.ID | None = UNSET,
        token: UUID | None = UNSET,
        amount: PositiveDecimal | None = UNSET,
    ) -> TransactionRequestAction | None:
        """Capture, refund or void; for staff."""
        return staff.request_action(
            info.context, id or None, token or None, action_type, _given(amount)
        )

    @strawberry.mutation
    def transaction_event_report(
        self,
        info: Info,
        psp_reference: str,
        type: TransactionEventTypeEnum,
        id: strawberry.ID | None = UNSET,
        token: UUID | None = UNSET,
        amount: PositiveDecimal | None = UNSET,
        available_actions: list[TransactionActionEnum] | None = UNSET,
        external_url: str | None = UNSET,
        message: str | None = UNSET,
        time: datetime | None = UNSET,
    ) -> TransactionEventReport | None:
        """Have a second look at something; for staff and apps."""
        return staff.report(
            info.context,
            id or None,
            token or None,
            reference=psp_reference,
            kind=type,
            amount=_given(amount),
        )

    @strawberry.mutation
    def stored_payment_method_request_delete(
        self, info: Info, id: strawberry.ID, channel: str
    ) -> StoredPaymentMethodRequestDelete | None:
        """Remove a saved card; for its owner."""
        return saved_cards.delete(info.context, id)

    @strawberry.mutation
    def checkout_payment_create(
        self,
        info: Info,
        input: PaymentInput,
        id: strawberry.ID | None = UNSET,
        checkout_id: strawberry.ID | None = UNSET,
        token: UUID | None = UNSET,
    ) -> CheckoutPaymentCreate | None:
        """A payment that checkoutComplete makes."""
        return older_payments.create(
            info.context, id or None, checkout_id or None, token or None, input
        )

    @strawberry.mutation
    def payment_capture(
        self,
        info: Info,
        payment_id: strawberry.ID,
        amount: PositiveDecimal | None = UNSET,
    ) -> PaymentCapture | None:
        """Capture what was authorized; for staff."""
        return staff.act_on_payment(
            info.context,
            payment_id,
            StaffAction.CAPTURE,
            _given(amount),
            PaymentCapture,
        )

    @strawberry.mutation
    def payment_refund(
        self,
        info: Info,
        payment_id: strawberry.ID,
        amount: PositiveDecimal | None = UNSET,
    ) -> PaymentRefund | None:
        """Refund; for staff."""
        return staff.act_on_payment(
            info.context, payment_id, StaffAction.REFUND, _given(amount), PaymentRefund
        )

    @strawberry.mutation
    def payment_void(self, info: Info, payment_id: strawberry.ID) -> PaymentVoid | None:
        """Void what was authorized; for staff."""
        return staff.act_on_payment(
            info.context, payment_id, StaffAction.VOID, None, PaymentVoid
        )


class WithinLimits(SchemaExtension):
    """Reads the document, so that nothing else is done with one beyond the limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def on_parse(self) -> Iterator[None]:
        """Read it in the place of strawberry.

        Raises:
            GraphQLError: it is no GraphQL, or asks for too much.
        """
        context = self.execution_context
        context.graphql_document = read_document(context.query or "", self._limits)
        yield


class QuietSchema(strawberry.Schema):
    """Leaves errors to whoever answers: what a caller sent may hold a card number."""

    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Log nothing."""


def build_schema(limits: Limits, *, introspection: bool) -> strawberry.Schema:
    """The schema, which refuses documents beyond the limits."""
    # Strawberry's own limits are rules of validation: they come too late.
    extensions: list[Callable[[], SchemaExtension]] = [partial(WithinLimits, limits)]
    if not introspection:
        extensions.append(DisableIntrospection)
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
        extensions=extensions,
    )


def _given(value: Value | None) -> Value | None:
    """The argument; strawberry has a third value for one that was left out."""
    return None if value is UNSET else value


def _refuse_unless_unknown(error: BadInput) -> None:
    """Saleor answers null to what is not there; anything else is an error.

    Raises:
        GraphQLError: it is no ID, or the shop says what is wrong with it.
    """
    if error.code not in (PURCHASE_UNKNOWN, ErrorCode.PAYMENT_UNKNOWN):
        raise GraphQLError(error.message)
