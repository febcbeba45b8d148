"""What mutations take and answer with, beside the things themselves."""

import strawberry

from clover_graphql.types.descriptions import deprecated, use
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


@strawberry.type
class _Error:
    field: str | None = strawberry.field(
        default=None, description="The argument that is wrong, where it is one."
    )
    message: str | None = strawberry.field(
        default=None,
        description="The same in words; those for the shopper are in their language.",
    )


@strawberry.input
class MetadataInput:
    """A note beside a payment."""

    key: str = strawberry.field(description="Its name.")
    value: str = strawberry.field(description="Its value.")


@strawberry.input
class PaymentGatewayToInitialize:
    """Which gateway, and what the storefront gives it."""

    id: str = strawberry.field(description="The ID of the gateway.")
    data: JSON | None = strawberry.field(
        default=strawberry.UNSET,
        description="A token, a card, a saved card, a return URL or the answer to a "
        "challenge, beside `mode` and `save`.",
    )


@strawberry.input
class PaymentInput:
    """What the older API begins a payment with."""

    gateway: str = strawberry.field(description="The ID of the gateway.")
    token: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="What the card form gave; it is kept sealed.",
    )
    amount: PositiveDecimal | None = strawberry.field(
        default=strawberry.UNSET,
        description="What the shopper saw; another one than is due is refused.",
    )
    return_url: str | None = strawberry.field(
        default=strawberry.UNSET, description="Where a hosted page leads back to."
    )
    store_payment_method: StorePaymentMethodEnum | None = strawberry.field(
        default=StorePaymentMethodEnum.NONE,
        description="Whether the card is saved for the customer.",
    )
    metadata: list[MetadataInput] | None = strawberry.field(
        default=strawberry.UNSET, description="Of it only `mode` is read."
    )


@strawberry.type
class PaymentGatewayConfigError(_Error):
    """Why a gateway has no data."""

    code: PaymentGatewayConfigErrorCode = strawberry.field(
        description="What is wrong, for programs."
    )


@strawberry.type
class PaymentGatewayConfig:
    """What a gateway's card form needs."""

    id: str = strawberry.field(description="The ID of the gateway.")
    data: JSON | None = strawberry.field(
        default=None, description="What the card form needs, or that there is a page."
    )
    errors: list[PaymentGatewayConfigError] | None = strawberry.field(
        default=None, description="Why there is no data."
    )


@strawberry.type
class PaymentGatewayInitializeError(_Error):
    """What is wrong with the input."""

    code: PaymentGatewayInitializeErrorCode = strawberry.field(
        description="What is wrong, for programs."
    )


@strawberry.type
class PaymentGatewayInitialize:
    """The answer of paymentGatewayInitialize."""

    gateway_configs: list[PaymentGatewayConfig] | None = strawberry.field(
        description="One for each gateway that was asked for."
    )
    errors: list[PaymentGatewayInitializeError] = strawberry.field(
        description="Why nothing was done; empty if it was."
    )


@strawberry.type
class TransactionInitializeError(_Error):
    """What is wrong with the input."""

    code: TransactionInitializeErrorCode = strawberry.field(
        description="What is wrong, for programs."
    )


@strawberry.type
class TransactionInitialize:
    """The answer of transactionInitialize."""

    transaction: TransactionItem | None = strawberry.field(
        description="The payment, as it is now."
    )
    transaction_event: TransactionEvent | None = strawberry.field(
        description="What happened to it."
    )
    data: JSON | None = strawberry.field(
        description="What the browser does next; null where there is nothing to do."
    )
    errors: list[TransactionInitializeError] = strawberry.field(
        description="Why nothing was done; empty if it was."
    )


@strawberry.type
class TransactionProcessError(_Error):
    """What is wrong with the input."""

    code: TransactionProcessErrorCode = strawberry.field(
        description="What is wrong, for programs."
    )


@strawberry.type
class TransactionProcess:
    """The answer of transactionProcess."""

    transaction: TransactionItem | None = strawberry.field(
        description="The payment, as it is now."
    )
    transaction_event: TransactionEvent | None = strawberry.field(
        description="What happened to it."
    )
    data: JSON | None = strawberry.field(
        description="What the browser does next; null where there is nothing to do."
    )
    errors: list[TransactionProcessError] = strawberry.field(
        description="Why nothing was done; empty if it was."
    )


@strawberry.type
class TransactionRequestActionError(_Error):
    """What is wrong with the request."""

    code: TransactionRequestActionErrorCode = strawberry.field(
        description="What is wrong, for programs."
    )


@strawberry.type
class TransactionRequestAction:
    """The answer of transactionRequestAction."""

    transaction: TransactionItem | None = strawberry.field(
        description="The payment, as it is now."
    )
    errors: list[TransactionRequestActionError] = strawberry.field(
        description="Why nothing was done; empty if it was."
    )


@strawberry.type
class TransactionEventReportError(_Error):
    """What is wrong with the report."""

    code: TransactionEventReportErrorCode = strawberry.field(
        description="What is wrong, for programs."
    )


@strawberry.type
class TransactionEventReport:
    """The answer of transactionEventReport."""

    already_processed: bool | None = strawberry.field(
        description="Whether it was recorded before."
    )
    transaction: TransactionItem | None = strawberry.field(
        description="The payment, as it is now."
    )
    transaction_event: TransactionEvent | None = strawberry.field(
        description="What happened to it."
    )
    errors: list[TransactionEventReportError] = strawberry.field(
        description="Why nothing was done; empty if it was."
    )


@strawberry.type
class CheckoutError(_Error):
    """Why there is no order."""

    code: CheckoutErrorCode = strawberry.field(
        description="What is wrong, for programs."
    )


@strawberry.type
class CheckoutComplete:
    """The answer of checkoutComplete."""

    order: Order | None = strawberry.field(description="The order, once it is paid.")
    confirmation_needed: bool = strawberry.field(
        description="Whether the shopper has to act first."
    )
    confirmation_data: JSONString | None = strawberry.field(
        description="What the browser does next: a page, a card form, or a challenge."
    )
    errors: list[CheckoutError] = strawberry.field(
        description="Why nothing was done; empty if it was."
    )

    @strawberry.field
    @deprecated(use("errors"))
    def checkout_errors(self) -> list[CheckoutError]:
        """The same as `errors`."""
        return self.errors


@strawberry.type
class PaymentError(_Error):
    """Why the older API did nothing."""

    code: PaymentErrorCode = strawberry.field(
        description="What is wrong, for programs."
    )


@strawberry.type
class _OlderPayload:
    payment: Payment | None = strawberry.field(description="The payment, as it is now.")
    errors: list[PaymentError] = strawberry.field(
        description="Why nothing was done; empty if it was."
    )

    @strawberry.field
    @deprecated(use("errors"))
    def payment_errors(self) -> list[PaymentError]:
        """The same as `errors`."""
        return self.errors


@strawberry.type
class CheckoutPaymentCreate(_OlderPayload):
    """The answer of checkoutPaymentCreate."""

    checkout: Checkout | None = strawberry.field(
        default=None, description="The checkout that it is to pay."
    )


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
class PaymentMethodRequestDeleteError(_Error):
    """Why the card is still there."""

    code: StoredPaymentMethodRequestDeleteErrorCode = strawberry.field(
        description="What is wrong, for programs."
    )


@strawberry.type
class StoredPaymentMethodRequestDelete:
    """The answer of storedPaymentMethodRequestDelete."""

    result: StoredPaymentMethodRequestDeleteResult = strawberry.field(
        description="What became of it."
    )
    errors: list[PaymentMethodRequestDeleteError] = strawberry.field(
        description="Why nothing was done; empty if it was."
    )
