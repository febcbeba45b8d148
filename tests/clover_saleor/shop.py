"""What Saleor's mutations do, as plain functions over the stand-in."""

import uuid
from decimal import Decimal
from types import SimpleNamespace

from django.core.exceptions import ValidationError
from saleor.app.models import App
from saleor.checkout.complete_checkout import complete_checkout
from saleor.checkout.fetch import fetch_checkout_info
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment.interface import (
    PaymentGatewayData,
    TransactionActionData,
    TransactionProcessActionData,
    TransactionSessionData,
)
from saleor.payment.models import Payment, TransactionItem
from saleor.payment.utils import create_transaction_event_for_transaction_session
from saleor.plugins.manager import get_plugins_manager
from saleor.plugins.models import PluginConfiguration

from clover_saleor.installation.names import GATEWAY
from clover_saleor.plugin import CloverPlugin

RETURN_URL = "https://shop.example/done"
CARD = {"number": "4242424242424242", "expMonth": 12, "expYear": 2099, "cvc": "123"}


def credentials(simulator, mode="iframe", **changes):
    merchant = simulator.merchant
    return {
        "environment": "local",
        "base_url": simulator.url,
        "merchant_id": merchant.id,
        "mode": mode,
        "private_key": merchant.private_key,
        "public_key": merchant.public_key,
        "hosted_private_key": merchant.hosted_private_key,
        "webhook_secret": merchant.webhook_secret,
        "platform_token": merchant.platform_token,
        "pci_attestation": "a test against the simulator",
        "auto_capture": "true",
        "supported_currencies": "USD",
        **changes,
    }


def update_plugin(channel, *, active=True, **values):
    """pluginUpdate."""
    row, _ = PluginConfiguration.objects.get_or_create(
        identifier=GATEWAY, channel=channel
    )
    sent = [{"name": name, "value": value} for name, value in values.items()]
    cleaned = {"active": active} | ({"configuration": sent} if sent else {})
    return CloverPlugin.save_plugin_configuration(row, cleaned)


def create_checkout(channel, total="25.99", **fields):
    return Checkout.objects.create(
        channel=channel,
        currency=channel.currency_code,
        email="shopper@shop.example",
        total_gross_amount=Decimal(total),
        **fields,
    )


def create_payment(checkout, token="", total=None):
    """checkoutPaymentCreate: the one before goes inactive."""
    checkout.payments.update(is_active=False)
    return Payment.objects.create(
        gateway=GATEWAY,
        checkout=checkout,
        token=token,
        total=Decimal(total or checkout.total_gross_amount),
        currency=checkout.currency,
        return_url=RETURN_URL,
    )


def complete(checkout, data=None):
    """checkoutComplete; whatever is no ValidationError is an internal error there."""
    manager = get_plugins_manager()
    try:
        order, needed, said = complete_checkout(
            manager,
            fetch_checkout_info(checkout, [], manager),
            lines=[],
            payment_data=data or {},
            store_source=False,
            user=None,
            app=None,
        )
    except ValidationError as error:
        return SimpleNamespace(
            order=None, needed=False, said={}, code=error.code, text=error.messages[0]
        )
    return SimpleNamespace(order=order, needed=needed, said=said, code="", text="")


def create_order(channel, total="25.99", **fields):
    """draftOrderComplete: an order that was never a checkout."""
    return Order.objects.create(
        channel=channel,
        currency=channel.currency_code,
        user_email="shopper@shop.example",
        total_gross_amount=Decimal(total),
        **fields,
    )


def mark_as_paid(order):
    """orderMarkAsPaid, with a payment of no gateway."""
    Payment.objects.create(
        gateway="manual",
        order=order,
        total=order.total_gross_amount,
        captured_amount=order.total_gross_amount,
        charge_status="fully-charged",
        currency=order.currency,
    )
    order.update_amounts()


def amount_of(source):
    """What Saleor asks for when the storefront names no amount: gift cards stay out."""
    amount = source.total_gross_amount
    for item in source.payment_transactions.all():
        amount -= max(item.authorized_value, item.charged_value)
        amount -= item.authorize_pending_value + item.charge_pending_value
    return max(amount, Decimal(0))


def initialize_gateway(source, gateways=(GATEWAY,)):
    """paymentGatewayInitialize."""
    wanted = [PaymentGatewayData(app_identifier=name) for name in gateways]
    return get_plugins_manager().run(
        "payment_gateway_initialize_session",
        source.channel.slug,
        Decimal("1"),
        wanted,
        source,
    )


def initialize(source, data=None, *, amount=None, key=None, action="charge"):
    """transactionInitialize: the item, its event and the data for the storefront."""
    app = App.objects.get(identifier=GATEWAY, is_active=True)
    key = key or str(uuid.uuid4())
    is_checkout = isinstance(source, Checkout)
    where = {"checkout": source} if is_checkout else {"order": source}
    item, _ = TransactionItem.objects.get_or_create(
        idempotency_key=key,
        **where,
        defaults={"currency": source.currency, "app_identifier": app.identifier},
    )
    amount = amount_of(source) if amount is None else Decimal(amount)
    kind = "charge" if action == "charge" else "authorization"
    request, _ = item.events.get_or_create(
        idempotency_key=key,
        type=f"{kind}_request",
        defaults={"amount_value": amount, "currency": source.currency},
    )
    return _session("transaction_initialize_session", item, request, data, action)


def process(item, data=None, action="charge"):
    """transactionProcess."""
    item.refresh_from_db()
    final = ("_failure", "_success")
    for event in item.events.filter(include_in_calculations=True):
        if event.type.endswith(final) and event.type.startswith(("charge", "auth")):
            return SimpleNamespace(item=item, event=event, data=None)
    request = item.events.filter(type__endswith="_request").first()
    return _session("transaction_process_session", item, request, data, action)


def _session(method, item, request, data, action):
    source = item.checkout or item.order
    manager = get_plugins_manager()
    result = manager.run(
        method,
        source.channel.slug,
        TransactionSessionData(
            transaction=item,
            source_object=source,
            action=TransactionProcessActionData(
                action, request.amount_value, item.currency
            ),
            payment_gateway_data=PaymentGatewayData(GATEWAY, data),
            customer_ip_address="203.0.113.7",
            idempotency_key=item.idempotency_key,
        ),
    )
    event = create_transaction_event_for_transaction_session(
        request, None, manager, result.response
    )
    item.refresh_from_db()
    said = (result.response or {}).get("data")
    return SimpleNamespace(item=item, event=event, data=said)


def request(item, action, amount):
    """transactionRequestAction; what plugins answer is not looked at."""
    item.refresh_from_db()
    source = item.checkout or item.order
    event = item.events.create(
        type=f"{action}_request", amount_value=Decimal(amount), currency=item.currency
    )
    method = {
        "charge": "transaction_charge_requested",
        "refund": "transaction_refund_requested",
        "cancel": "transaction_cancelation_requested",
    }[action]
    asked = TransactionActionData(action, item, event, None, Decimal(amount))
    get_plugins_manager().run(method, source.channel.slug, asked)
    item.refresh_from_db()
    return item.events.order_by("pk").last()
