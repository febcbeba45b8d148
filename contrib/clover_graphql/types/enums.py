"""Saleor's enums; the members' names are what goes over the wire."""

from enum import Enum

import strawberry

TransactionFlowStrategyEnum = Enum(
    "TransactionFlowStrategyEnum", "AUTHORIZATION CHARGE"
)
TransactionActionEnum = Enum("TransactionActionEnum", "CHARGE REFUND CANCEL")
TransactionEventTypeEnum = Enum(
    "TransactionEventTypeEnum",
    "AUTHORIZATION_SUCCESS AUTHORIZATION_FAILURE AUTHORIZATION_ADJUSTMENT "
    "AUTHORIZATION_REQUEST AUTHORIZATION_ACTION_REQUIRED CHARGE_ACTION_REQUIRED "
    "CHARGE_SUCCESS CHARGE_FAILURE CHARGE_BACK CHARGE_REQUEST REFUND_SUCCESS "
    "REFUND_FAILURE REFUND_REVERSE REFUND_REQUEST CANCEL_SUCCESS CANCEL_FAILURE "
    "CANCEL_REQUEST INFO",
)
CheckoutAuthorizeStatusEnum = Enum("CheckoutAuthorizeStatusEnum", "NONE PARTIAL FULL")
CheckoutChargeStatusEnum = Enum(
    "CheckoutChargeStatusEnum", "NONE PARTIAL FULL OVERCHARGED"
)
OrderAuthorizeStatusEnum = Enum("OrderAuthorizeStatusEnum", "NONE PARTIAL FULL")
OrderChargeStatusEnum = Enum("OrderChargeStatusEnum", "NONE PARTIAL FULL OVERCHARGED")
OrderAction = Enum("OrderAction", "CAPTURE MARK_AS_PAID REFUND VOID")
PaymentChargeStatusEnum = Enum(
    "PaymentChargeStatusEnum",
    "NOT_CHARGED PENDING PARTIALLY_CHARGED FULLY_CHARGED PARTIALLY_REFUNDED "
    "FULLY_REFUNDED REFUSED CANCELLED",
)
TransactionKind = Enum(
    "TransactionKind",
    "EXTERNAL AUTH PENDING ACTION_TO_CONFIRM REFUND REFUND_ONGOING CAPTURE VOID "
    "CONFIRM CANCEL",
)
StorePaymentMethodEnum = Enum("StorePaymentMethodEnum", "ON_SESSION OFF_SESSION NONE")
TokenizedPaymentFlowEnum = Enum("TokenizedPaymentFlowEnum", "INTERACTIVE")
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
StoredPaymentMethodRequestDeleteResult = Enum(
    "StoredPaymentMethodRequestDeleteResult",
    "SUCCESSFULLY_DELETED FAILED_TO_DELETE FAILED_TO_DELIVER",
)
OrderErrorCode = Enum("OrderErrorCode", "GRAPHQL_ERROR INVALID NOT_FOUND")

for _enum in [found for found in vars().values() if isinstance(found, type)]:
    if issubclass(_enum, Enum) and _enum is not Enum:
        strawberry.enum(_enum)
