from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any


@dataclass
class PaymentMethodInfo:
    first_4: str | None = None
    last_4: str | None = None
    exp_year: int | None = None
    exp_month: int | None = None
    brand: str | None = None
    name: str | None = None
    type: str | None = None


@dataclass
class GatewayResponse:
    is_success: bool
    action_required: bool
    kind: str
    amount: Decimal
    currency: str
    transaction_id: str
    error: str | None
    customer_id: str | None = None
    payment_method_info: PaymentMethodInfo | None = None
    raw_response: dict | None = None
    action_required_data: dict | None = None
    transaction_already_processed: bool = False
    psp_reference: str | None = None


@dataclass
class TransactionData:
    token: str
    is_success: bool
    kind: str
    gateway_response: dict
    amount: dict


@dataclass
class PaymentData:
    gateway: str
    amount: Decimal
    currency: str
    billing: Any
    payment_id: int
    graphql_payment_id: str
    order_id: str | None
    customer_ip_address: str | None
    customer_email: str
    token: str | None
    checkout_token: str
    psp_reference: str | None
    data: dict = field(default_factory=dict)
    transactions: list = field(default_factory=list)
    graphql_customer_id: str | None = None
    store_payment_method: Any = None


@dataclass
class InitializedPaymentResponse:
    gateway: str
    name: str
    data: Any = None


@dataclass
class PaymentGatewayData:
    app_identifier: str
    data: Any = None
    error: str | None = None


@dataclass
class TransactionProcessActionData:
    action_type: str
    amount: Decimal
    currency: str


@dataclass
class TransactionSessionData:
    transaction: Any
    source_object: Any
    action: TransactionProcessActionData
    payment_gateway_data: PaymentGatewayData
    customer_ip_address: str | None
    idempotency_key: str | None


@dataclass
class TransactionSessionResult:
    app_identifier: str
    response: dict | None = None
    error: str | None = None


@dataclass
class TransactionActionData:
    action_type: str
    transaction: Any
    event: Any
    transaction_app_owner: Any
    action_value: Decimal


@dataclass
class PaymentGateway:
    id: str
    name: str
    currencies: list
    config: list


@dataclass
class CustomerSource:
    id: str
    gateway: str
    credit_card_info: PaymentMethodInfo | None = None
    metadata: dict | None = None


@dataclass
class PaymentMethodCreditCardInfo:
    brand: str
    last_digits: str
    exp_month: int
    exp_year: int
    first_digits: str | None = None


@dataclass
class PaymentMethodData:
    id: str
    type: str
    external_id: str
    gateway: PaymentGateway
    supported_payment_flows: list = field(default_factory=list)
    credit_card_info: PaymentMethodCreditCardInfo | None = None
    name: str | None = None


@dataclass
class ListStoredPaymentMethodsRequestData:
    channel: Any
    user: Any


@dataclass
class StoredPaymentMethodRequestDeleteData:
    payment_method_id: str
    user: Any
    channel: Any


class StoredPaymentMethodRequestDeleteResult(StrEnum):
    SUCCESSFULLY_DELETED = "successfully_deleted"
    FAILED_TO_DELETE = "failed_to_delete"


@dataclass
class StoredPaymentMethodRequestDeleteResponseData:
    result: StoredPaymentMethodRequestDeleteResult
    error: str | None = None


class StorePaymentMethodEnum(StrEnum):
    NONE = "NONE"
    ON_SESSION = "ON_SESSION"
