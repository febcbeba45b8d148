"""What can be done: the fields of `Mutation`, with Saleor's arguments."""

from datetime import datetime
from typing import Annotated, TypeVar

import strawberry

from clover_graphql.arguments import (
    AmountMoved,
    AmountShown,
    CheckoutId,
    CheckoutToken,
    CustomerAddress,
    OlderCheckoutId,
    PaymentId,
    PurchaseId,
    TransactionId,
    TransactionToken,
)
from clover_graphql.operations import (
    completion,
    older_payments,
    saved_cards,
    staff,
    transactions,
)
from clover_graphql.request.context import RequestContext
from clover_graphql.types.descriptions import deprecated, older
from clover_graphql.types.enums import (
    TransactionActionEnum,
    TransactionEventTypeEnum,
    TransactionFlowStrategyEnum,
)
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
from clover_graphql.types.resolvers import Info
from clover_graphql.types.scalars import JSON, JSONString, PositiveDecimal
from payment_hooks import StaffAction

UNSET = strawberry.UNSET
Value = TypeVar("Value")


@strawberry.type
class Mutation:
    """What can be done."""

    @strawberry.mutation
    def payment_gateway_initialize(
        self,
        info: Info,
        id: PurchaseId,
        amount: AmountShown = UNSET,
        payment_gateways: Annotated[
            list[PaymentGatewayToInitialize] | None,
            strawberry.argument(description="Which gateways; left out, all."),
        ] = UNSET,
    ) -> PaymentGatewayInitialize | None:
        """What the card form needs."""
        return transactions.gateway_initialize(
            _begin(info), id, _given(amount), _given(payment_gateways)
        )

    @strawberry.mutation
    def transaction_initialize(
        self,
        info: Info,
        id: PurchaseId,
        payment_gateway: Annotated[
            PaymentGatewayToInitialize,
            strawberry.argument(description="The gateway, and what it is given."),
        ],
        action: Annotated[
            TransactionFlowStrategyEnum | None,
            strawberry.argument(
                description="For apps: another action than the shop chose."
            ),
        ] = UNSET,
        amount: AmountShown = UNSET,
        customer_ip_address: CustomerAddress = UNSET,
        idempotency_key: Annotated[
            str | None,
            strawberry.argument(
                description="One for each submit; sent again, it gets the first answer."
            ),
        ] = UNSET,
    ) -> TransactionInitialize | None:
        """Pay; asked twice, the second one gets the first one's payment."""
        transactions.check_strategy(
            _begin(info),
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
        id: TransactionId = UNSET,
        token: TransactionToken = UNSET,
        customer_ip_address: CustomerAddress = UNSET,
        data: Annotated[
            JSON | None,
            strawberry.argument(
                description="The card that was missing, or the answer to a challenge."
            ),
        ] = UNSET,
    ) -> TransactionProcess | None:
        """Continue after a page, a challenge or an unknown outcome, or with the card."""
        transactions.check_strategy(_begin(info), "", "", customer_ip_address or "")
        return transactions.process(
            info.context, id or None, token or None, data or None
        )

    @strawberry.mutation
    def checkout_complete(
        self,
        info: Info,
        id: CheckoutId = UNSET,
        checkout_id: OlderCheckoutId = UNSET,
        token: CheckoutToken = UNSET,
        payment_data: Annotated[
            JSONString | None,
            strawberry.argument(
                description="The card that was missing, or the answer to a challenge."
            ),
        ] = UNSET,
        redirect_url: Annotated[
            str | None,
            strawberry.argument(description="Saleor's argument; it changes nothing."),
        ] = UNSET,
        metadata: Annotated[
            list[MetadataInput] | None,
            strawberry.argument(description="Saleor's argument; it changes nothing."),
        ] = UNSET,
    ) -> CheckoutComplete | None:
        """The order of a checkout that was paid."""
        return completion.complete(
            _begin(info),
            id or None,
            checkout_id or None,
            token or None,
            payment_data or None,
        )

    @strawberry.mutation
    def transaction_request_action(
        self,
        info: Info,
        action_type: Annotated[
            TransactionActionEnum,
            strawberry.argument(description="Capture, refund or void."),
        ],
        id: TransactionId = UNSET,
        token: TransactionToken = UNSET,
        amount: AmountMoved = UNSET,
    ) -> TransactionRequestAction | None:
        """Capture, refund or void; for staff."""
        return staff.request_action(
            _begin(info), id or None, token or None, action_type, _given(amount)
        )

    @strawberry.mutation
    def transaction_event_report(
        self,
        info: Info,
        psp_reference: Annotated[
            str, strawberry.argument(description="The provider's id of what happened.")
        ],
        type: Annotated[
            TransactionEventTypeEnum,
            strawberry.argument(description="What is said to have happened."),
        ],
        id: TransactionId = UNSET,
        token: TransactionToken = UNSET,
        amount: Annotated[
            PositiveDecimal | None,
            strawberry.argument(
                description="Of how much; another one than the provider shows is refused."
            ),
        ] = UNSET,
        available_actions: Annotated[
            list[TransactionActionEnum] | None,
            strawberry.argument(description="Saleor's argument; it changes nothing."),
        ] = UNSET,
        external_url: Annotated[
            str | None,
            strawberry.argument(description="Saleor's argument; it changes nothing."),
        ] = UNSET,
        message: Annotated[
            str | None,
            strawberry.argument(description="Saleor's argument; it changes nothing."),
        ] = UNSET,
        time: Annotated[
            datetime | None,
            strawberry.argument(description="Saleor's argument; it changes nothing."),
        ] = UNSET,
    ) -> TransactionEventReport | None:
        """Have a second look at something; for staff and apps."""
        return staff.report(
            _begin(info),
            id or None,
            token or None,
            reference=psp_reference,
            kind=type,
            amount=_given(amount),
        )

    @strawberry.mutation
    def stored_payment_method_request_delete(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID, strawberry.argument(description="The ID of the saved card.")
        ],
        channel: Annotated[
            str,
            strawberry.argument(
                description="Saleor's argument; the ID says where it is."
            ),
        ],
    ) -> StoredPaymentMethodRequestDelete | None:
        """Remove a saved card; for its owner."""
        return saved_cards.delete(_begin(info), id)

    @strawberry.mutation
    @deprecated(older("transactionInitialize"))
    def checkout_payment_create(
        self,
        info: Info,
        input: Annotated[
            PaymentInput, strawberry.argument(description="What it is paid with.")
        ],
        id: CheckoutId = UNSET,
        checkout_id: OlderCheckoutId = UNSET,
        token: CheckoutToken = UNSET,
    ) -> CheckoutPaymentCreate | None:
        """A payment that checkoutComplete makes."""
        return older_payments.create(
            _begin(info), id or None, checkout_id or None, token or None, input
        )

    @strawberry.mutation
    @deprecated(older("transactionRequestAction"))
    def payment_capture(
        self,
        info: Info,
        payment_id: PaymentId,
        amount: AmountMoved = UNSET,
    ) -> PaymentCapture | None:
        """Capture what was authorized; for staff."""
        return staff.act_on_payment(
            _begin(info),
            payment_id,
            StaffAction.CAPTURE,
            _given(amount),
            PaymentCapture,
        )

    @strawberry.mutation
    @deprecated(older("transactionRequestAction"))
    def payment_refund(
        self,
        info: Info,
        payment_id: PaymentId,
        amount: AmountMoved = UNSET,
    ) -> PaymentRefund | None:
        """Refund; for staff."""
        return staff.act_on_payment(
            _begin(info), payment_id, StaffAction.REFUND, _given(amount), PaymentRefund
        )

    @strawberry.mutation
    @deprecated(older("transactionRequestAction"))
    def payment_void(self, info: Info, payment_id: PaymentId) -> PaymentVoid | None:
        """Void what was authorized; for staff."""
        return staff.act_on_payment(
            _begin(info), payment_id, StaffAction.VOID, None, PaymentVoid
        )


def _begin(info: Info) -> RequestContext:
    """The request; what an earlier mutation of the same document showed is forgotten."""
    info.context.read_once.forget()
    return info.context


def _given(value: Value | None) -> Value | None:
    """The argument; strawberry has a third value for one that was left out."""
    return None if value is UNSET else value
