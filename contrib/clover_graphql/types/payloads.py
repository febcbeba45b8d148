"""What mutations take and answer with, beside the things themselves."""

import strawberry

from clover_graphql.types.enums import (
    CheckoutErrorCode,
    PaymentErrorCode,
    PaymentGatewayConfigErrorCode,
    PaymentGatewayInitializeErrorCode,
    StoredPaymentMethodRequestDeleteErrorCode,
    StoredPaymentMethodRequestDeleteResult,
    StorePaymentMethodEnum,
    TransactionEventReportErrorCode,
    TransactionInitializeErrorCode,
    TransactionProcessErrorCode,
    TransactionRequestActionErrorCode,
)
from clover_graphql.types.older_payments import Payment
from clover_graphql.types.purchases import Checkout, Order
from clover_graphql.types.scalars import JSON, JSONString, PositiveDecimal
from clover_graphql.types.transactions import TransactionEvent, TransactionItem


@strawberry.input
class MetadataInput:
    """A note beside a payment."""

    key: str
    value: str


@strawberry.input
class PaymentGatewayToInitialize:
    """Which gateway, and what the storefront gives it."""

    id: str
    data: JSON | None = strawberry.UNSET


@strawberry.input
class PaymentInput:
    """What the older API begins a payment with."""

    gateway: str
    token: str | None = strawberry.UNSET
    amount: PositiveDecimal | None = strawberry.UNSET
    return_url: str | None = strawberry.UNSET
    store_payment_method: StorePaymentMethodEnum | None = StorePaymentMethodEnum.NONE
    metadata: list[MetadataInput] | None = strawberry.UNSET


@strawberry.type
class PaymentGatewayConfigError:
    """Why a gateway has no data."""

    code: PaymentGatewayConfigErrorCode
    field: str | None = None
    message: str | None = None


@strawberry.type
class PaymentGatewayConfig:
    """What a gateway's card form needs."""

    id: str
    data: JSON | None = None
    errors: list[PaymentGatewayConfigError] | None = None


@strawberry.type
class PaymentGatewayInitializeError:
    """What is wrong with the input."""

    code: PaymentGatewayInitializeErrorCode
    field: str | None = None
    message: str | None = None


@strawberry.type
class PaymentGatewayInitialize:
    """The answer of paymentGatewayInitialize."""

    gateway_configs: list[PaymentGatewayConfig] | None
    errors: list[PaymentGatewayInitializeError]


@strawberry.type
class TransactionInitializeError:
    """What is wrong with the input."""

    code: TransactionInitializeErrorCode
    field: str | None = None
    message: str | None = None


@strawberry.type
class TransactionInitialize:
    """The answer of transactionInitialize."""

    transaction: TransactionItem | None
    transaction_event: TransactionEvent | None
    data: JSON | None
    errors: list[TransactionInitializeError]


@strawberry.type
class TransactionProcessError:
    """What is wrong with the input."""

    code: TransactionProcessErrorCode
    field: str | None = None
    message: str | None = None


@strawberry.type
class TransactionProcess:
    """The answer of transactionProcess."""

    transaction: TransactionItem | None
    transaction_event: TransactionEvent | None
    data: JSON | None
    errors: list[TransactionProcessError]


@strawberry.type
class TransactionRequestActionError:
    """What is wrong with the request."""

    code: TransactionRequestActionErrorCode
    field: str | None = None
    message: str | None = None


@strawberry.type
class TransactionRequestAction:
    """The answer of transactionRequestAction."""

    transaction: TransactionItem | None
    errors: list[TransactionRequestActionError]


@strawberry.type
class TransactionEventReportError:
    """What is wrong with the report."""

    code: TransactionEventReportErrorCode
    field: str | None = None
    message: str | None = None


@strawberry.type
class TransactionEventReport:
    """The answer of transactionEventReport."""

    already_processed: bool | None
    transaction: TransactionItem | None
    transaction_event: TransactionEvent | None
    errors: list[TransactionEventReportError]


@strawberry.type
class CheckoutError:
    """Why there is no order."""

    code: CheckoutErrorCode
    field: str | None = None
    message: str | None = None


@strawberry.type
class CheckoutComplete:
    """The answer of checkoutComplete."""

    order: Order | None
    confirmation_needed: bool
    confirmation_data: JSONString | None
    errors: list[CheckoutError]

    @strawberry.field
    def checkout_errors(self) -> list[CheckoutError]:
        """The same as `errors`."""
        return self.errors


@strawberry.type
class PaymentError:
    """Why the older API did nothing."""

    code: PaymentErrorCode
    field: str | None = None
    message: str | None = None


@strawberry.type
class _OlderPayload:
    payment: Payment | None
    errors: list[PaymentError]

    @strawberry.field
    def payment_errors(self) -> list[PaymentError]:
        """The same as `errors`."""
        return self.errors


@strawberry.type
class CheckoutPaymentCreate(_OlderPayload):
    """The answer of checkoutPaymentCreate."""

    checkout: Checkout | None = None


@strawberry.type
class PaymentCapture(_OlderPayload):
    """The answer of paymentCapture."""


@strawberry.type
class PaymentRefund(_OlderPayload):
    """The answer of paymentRefund."""


@strawberry.type
class PaymentVoid(_OlderPayload):
    """The answer of paymentVoid."""


@strawberry.type
class PaymentMethodRequestDeleteError:
    """Why the card is still there."""

    code: StoredPaymentMethodRequestDeleteErrorCode
    field: str | None = None
    message: str | None = None


@strawberry.type
class StoredPaymentMethodRequestDelete:
    """The answer of storedPaymentMethodRequestDelete."""

    result: StoredPaymentMethodRequestDeleteResult
    errors: list[PaymentMethodRequestDeleteError]
