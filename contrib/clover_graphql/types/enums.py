"""Saleor's enums; the members' names are what goes over the wire.

The value of a member is its description.
"""

from enum import Enum, unique
from inspect import cleandoc
from typing import TypeVar, cast

import strawberry
from strawberry.types.enum import EnumValueDefinition, StrawberryEnumDefinition

from clover_graphql.types.descriptions import older

Described = TypeVar("Described", bound=type[Enum])


def _means(description: str, *, instead: str = "") -> EnumValueDefinition:
    """A member; `instead` names the successor of one that is deprecated."""
    return strawberry.enum_value(
        description,
        description=description,
        deprecation_reason=older(instead) if instead else None,
    )


def _described(cls: Described) -> Described:
    return strawberry.enum(unique(cls), description=cleandoc(cls.__doc__ or ""))


@_described
class TransactionFlowStrategyEnum(Enum):
    """Whether money is taken at once."""

    AUTHORIZATION = _means("The money is reserved, and captured later.")
    CHARGE = _means("The money is captured at once.")


@_described
class TransactionActionEnum(Enum):
    """What staff may ask for."""

    CHARGE = _means("Capture what is authorized.")
    REFUND = _means("Give captured money back.")
    CANCEL = _means("Void what is authorized: nothing is captured.")


@_described
class TransactionEventTypeEnum(Enum):
    """What happened to a payment."""

    AUTHORIZATION_SUCCESS = _means("Money is reserved.")
    AUTHORIZATION_FAILURE = _means("Nothing is reserved; the message says why.")
    AUTHORIZATION_ADJUSTMENT = _means("The reserved amount changed.")
    AUTHORIZATION_REQUEST = _means(
        "It was asked for; whether money is reserved is not known yet."
    )
    AUTHORIZATION_ACTION_REQUIRED = _means(
        "The shopper has to act before money is reserved: see `data`."
    )
    CHARGE_ACTION_REQUIRED = _means(
        "The shopper has to act before money is captured: see `data`."
    )
    CHARGE_SUCCESS = _means("Money is captured.")
    CHARGE_FAILURE = _means("Nothing is captured; the message says why.")
    CHARGE_BACK = _means("The bank took captured money back.")
    CHARGE_REQUEST = _means(
        "It was asked for; whether money is captured is not known yet."
    )
    REFUND_SUCCESS = _means("Money is refunded.")
    REFUND_FAILURE = _means("Nothing is refunded; the message says why.")
    REFUND_REVERSE = _means("A refund came back.")
    REFUND_REQUEST = _means(
        "It was asked for; whether money is refunded is not known yet."
    )
    CANCEL_SUCCESS = _means("What was reserved is voided.")
    CANCEL_FAILURE = _means("Nothing is voided; the message says why.")
    CANCEL_REQUEST = _means("It was asked for; whether it is voided is not known yet.")
    INFO = _means("Something that changes no amount.")


@_described
class CheckoutAuthorizeStatusEnum(Enum):
    """How much of a checkout is reserved or captured."""

    NONE = _means("Nothing.")
    PARTIAL = _means("Less than its total.")
    FULL = _means("Its total, or more.")


@_described
class CheckoutChargeStatusEnum(Enum):
    """How much of a checkout is captured."""

    NONE = _means("Nothing.")
    PARTIAL = _means("Less than its total.")
    FULL = _means("Its total.")
    OVERCHARGED = _means("More than its total.")


@_described
class OrderAuthorizeStatusEnum(Enum):
    """How much of an order is reserved or captured."""

    NONE = _means("Nothing.")
    PARTIAL = _means("Less than its total.")
    FULL = _means("Its total, or more.")


@_described
class OrderChargeStatusEnum(Enum):
    """How much of an order is captured."""

    NONE = _means("Nothing.")
    PARTIAL = _means("Less than its total.")
    FULL = _means("Its total.")
    OVERCHARGED = _means("More than its total.")


@_described
class OrderAction(Enum):
    """What staff may do with the money of an order."""

    CAPTURE = _means("Capture what is authorized.", instead="TransactionActionEnum")
    MARK_AS_PAID = _means("Say that it was paid in another way.")
    REFUND = _means("Give captured money back.", instead="TransactionActionEnum")
    VOID = _means("Void what is authorized.", instead="TransactionActionEnum")


@_described
class PaymentChargeStatusEnum(Enum):
    """What became of a payment."""

    NOT_CHARGED = _means("Nothing is captured.")
    PENDING = _means("Whether money moved is not known yet.")
    PARTIALLY_CHARGED = _means("A part of it is captured.")
    FULLY_CHARGED = _means("All of it is captured.")
    PARTIALLY_REFUNDED = _means("A part of what was captured is refunded.")
    FULLY_REFUNDED = _means("All of what was captured is refunded.")
    REFUSED = _means("The bank declined it.")
    CANCELLED = _means("It is voided, or was given up.")


_EVENTS = "TransactionEventTypeEnum"


@_described
class TransactionKind(Enum):
    """What a movement of the older API is."""

    EXTERNAL = _means("It was made elsewhere.", instead=_EVENTS)
    AUTH = _means("An authorization.", instead=_EVENTS)
    PENDING = _means("Its outcome is not known yet.", instead=_EVENTS)
    ACTION_TO_CONFIRM = _means("The shopper has to act first.", instead=_EVENTS)
    REFUND = _means("A refund.", instead=_EVENTS)
    REFUND_ONGOING = _means("A refund whose outcome is unknown.", instead=_EVENTS)
    CAPTURE = _means("A charge, or a capture.", instead=_EVENTS)
    VOID = _means("A void.", instead=_EVENTS)
    CONFIRM = _means("A charge after the shopper acted.", instead=_EVENTS)
    CANCEL = _means("It was given up.", instead=_EVENTS)


_SAVE = "transactionInitialize"


@_described
class StorePaymentMethodEnum(Enum):
    """Whether the card is saved for the customer."""

    ON_SESSION = _means("For when the customer is there to pay.", instead=_SAVE)
    OFF_SESSION = _means("Also for when the customer is not there.", instead=_SAVE)
    NONE = _means("It is not saved.", instead=_SAVE)


@_described
class TokenizedPaymentFlowEnum(Enum):
    """How a saved card may be charged."""

    INTERACTIVE = _means("The customer is there, and may be asked.")


@_described
class StoredPaymentMethodRequestDeleteResult(Enum):
    """What became of a request to remove a saved card."""

    SUCCESSFULLY_DELETED = _means("It is removed.")
    FAILED_TO_DELETE = _means("It is still there; the errors say why.")
    FAILED_TO_DELIVER = _means("The provider could not be asked.")


PaymentGatewayInitializeErrorCode = Enum(
    "PaymentGatewayInitializeErrorCode", "GRAPHQL_ERROR INVALID NOT_FOUND"
)
PaymentGatewayConfigErrorCode = Enum(
    "PaymentGatewayConfigErrorCode", "GRAPHQL_ERROR INVALID NOT_FOUND"
)
TransactionInitializeErrorCode = Enum(
    "TransactionInitializeErrorCode",
    "GRAPHQL_ERROR INVALID NOT_FOUND UNIQUE CHECKOUT_COMPLETION_IN_PROGRESS",
)
TransactionProcessErrorCode = Enum(
    "TransactionProcessErrorCode",
    "GRAPHQL_ERROR INVALID NOT_FOUND TRANSACTION_ALREADY_PROCESSED "
    "MISSING_PAYMENT_APP_RELATION MISSING_PAYMENT_APP CHECKOUT_COMPLETION_IN_PROGRESS",
)
TransactionRequestActionErrorCode = Enum(
    "TransactionRequestActionErrorCode",
    "INVALID GRAPHQL_ERROR NOT_FOUND MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK",
)
TransactionEventReportErrorCode = Enum(
    "TransactionEventReportErrorCode",
    "INVALID GRAPHQL_ERROR NOT_FOUND INCORRECT_DETAILS ALREADY_EXISTS",
)
CheckoutErrorCode = Enum(
    "CheckoutErrorCode",
    "BILLING_ADDRESS_NOT_SET CHECKOUT_NOT_FULLY_PAID GRAPHQL_ERROR INVALID NOT_FOUND "
    "INSUFFICIENT_STOCK INVALID_SHIPPING_METHOD PAYMENT_ERROR REQUIRED "
    "QUANTITY_GREATER_THAN_LIMIT SHIPPING_ADDRESS_NOT_SET SHIPPING_METHOD_NOT_SET "
    "TAX_ERROR UNIQUE VOUCHER_NOT_APPLICABLE UNAVAILABLE_VARIANT_IN_CHANNEL "
    "EMAIL_NOT_SET NO_LINES INACTIVE_PAYMENT",
)
PaymentErrorCode = Enum(
    "PaymentErrorCode",
    "BILLING_ADDRESS_NOT_SET GRAPHQL_ERROR INVALID NOT_FOUND REQUIRED UNIQUE "
    "PARTIAL_PAYMENT_NOT_ALLOWED SHIPPING_ADDRESS_NOT_SET INVALID_SHIPPING_METHOD "
    "SHIPPING_METHOD_NOT_SET PAYMENT_ERROR NOT_SUPPORTED_GATEWAY "
    "CHECKOUT_EMAIL_NOT_SET NO_CHECKOUT_LINES CHECKOUT_COMPLETION_IN_PROGRESS",
)
StoredPaymentMethodRequestDeleteErrorCode = Enum(
    "StoredPaymentMethodRequestDeleteErrorCode",
    "GRAPHQL_ERROR INVALID NOT_FOUND CHANNEL_INACTIVE GATEWAY_ERROR",
)
OrderErrorCode = Enum("OrderErrorCode", "GRAPHQL_ERROR INVALID NOT_FOUND")

_CODES: dict[type[Enum], str] = {
    PaymentGatewayInitializeErrorCode: "What is wrong with paymentGatewayInitialize.",
    PaymentGatewayConfigErrorCode: "Why a gateway has no data.",
    TransactionInitializeErrorCode: "What is wrong with transactionInitialize.",
    TransactionProcessErrorCode: "What is wrong with transactionProcess.",
    TransactionRequestActionErrorCode: "Why transactionRequestAction moved nothing.",
    TransactionEventReportErrorCode: "What is wrong with transactionEventReport.",
    CheckoutErrorCode: "Why checkoutComplete made no order.",
    PaymentErrorCode: "Why the older API did nothing.",
    StoredPaymentMethodRequestDeleteErrorCode: "Why a saved card is still there.",
    OrderErrorCode: "What is wrong with an order.",
}
_MEANING = {
    "ALREADY_EXISTS": "It is recorded already, with other details.",
    "BILLING_ADDRESS_NOT_SET": "The checkout has no billing address.",
    "CHANNEL_INACTIVE": "The channel sells nothing now.",
    "CHECKOUT_COMPLETION_IN_PROGRESS": (
        "Another request is paying for it, or its outcome is unknown: ask again soon."
    ),
    "CHECKOUT_EMAIL_NOT_SET": "The checkout has no e-mail address.",
    "CHECKOUT_NOT_FULLY_PAID": "Less is paid or reserved than is due.",
    "EMAIL_NOT_SET": "The checkout has no e-mail address.",
    "GATEWAY_ERROR": "The provider could not do it; try again later.",
    "GRAPHQL_ERROR": "An ID or a value cannot be read.",
    "INACTIVE_PAYMENT": "The payment was given up.",
    "INCORRECT_DETAILS": "The provider shows something else.",
    "INSUFFICIENT_STOCK": "There is not enough of it left.",
    "INVALID": "It cannot be done like this; the message says why.",
    "INVALID_SHIPPING_METHOD": "It cannot be sent in that way.",
    "MISSING_PAYMENT_APP": "No app answers for the gateway.",
    "MISSING_PAYMENT_APP_RELATION": "No app belongs to the transaction.",
    "MISSING_TRANSACTION_ACTION_REQUEST_WEBHOOK": "No app takes such requests.",
    "NOT_FOUND": "It is not there, or not the caller's.",
    "NOT_SUPPORTED_GATEWAY": "No gateway of this shop is called so.",
    "NO_CHECKOUT_LINES": "The checkout is empty.",
    "NO_LINES": "The checkout is empty.",
    "PARTIAL_PAYMENT_NOT_ALLOWED": "It is paid as a whole, with the amount that is due.",
    "PAYMENT_ERROR": "Nothing was paid; the message is for the shopper.",
    "QUANTITY_GREATER_THAN_LIMIT": "More of it than one may buy at once.",
    "REQUIRED": "Something that is needed was left out.",
    "SHIPPING_ADDRESS_NOT_SET": "The checkout has no shipping address.",
    "SHIPPING_METHOD_NOT_SET": "The checkout does not say how to send it.",
    "TAX_ERROR": "The tax could not be worked out.",
    "TRANSACTION_ALREADY_PROCESSED": "There is an outcome already.",
    "UNAVAILABLE_VARIANT_IN_CHANNEL": "It is not sold any more.",
    "UNIQUE": "The idempotency key was used for something else.",
    "VOUCHER_NOT_APPLICABLE": "The voucher cannot be used.",
}
"""What a code says, whichever mutation answers with it."""


def _describe_codes(codes: type[Enum], description: str) -> None:
    made = strawberry.enum(codes, description=description)
    definition = cast(
        "StrawberryEnumDefinition", vars(made)["__strawberry_definition__"]
    )
    for value in definition.values:
        value.description = _MEANING[value.name]


for _enum, _text in _CODES.items():
    _describe_codes(_enum, _text)
