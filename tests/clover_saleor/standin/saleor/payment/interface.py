from dataclasses import dataclass, field
from decimal import Decimal
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
    store_payment_method: str = "none"


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
