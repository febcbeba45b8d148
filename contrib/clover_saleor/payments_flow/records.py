"""Saleor's payments and orders, brought up to date with what the ledger knows.

The order of the locks is Saleor's own, the checkout before the payment, so that a
message and `checkoutComplete` wait for each other instead of for ever.
"""

import logging

from django.core.exceptions import ValidationError
from saleor.checkout.complete_checkout import complete_checkout
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout
from saleor.core.transactions import transaction_with_commit_on_errors
from saleor.order.actions import (
    order_authorized,
    order_charged,
    order_refunded,
    order_voided,
)
from saleor.order.fetch import fetch_order_info
from saleor.payment import TransactionKind
from saleor.payment.gateway import payment_refund_or_void
from saleor.payment.models import Payment as SaleorPayment
from saleor.payment.utils import (
    create_transaction,
    gateway_postprocess,
    try_void_or_refund_inactive_payment,
    update_payment_charge_status,
    update_payment_method_details,
)
from saleor.plugins.manager import get_plugins_manager

from clover_saleor.installation.names import GATEWAY
from clover_saleor.installation.untyped import SaleorObject
from clover_saleor.payments_flow import responses
from payment_hooks import (
    FUNDING,
    Operation,
    Payment,
    PaymentChanged,
    PaymentState,
    ShopBusy,
)

logger = logging.getLogger(__name__)

_WHOLE = frozenset({PaymentState.AUTHORIZED, PaymentState.PAID})
"""Funded in full; only such a payment completes a checkout."""


def record_change(event: PaymentChanged) -> None:
    """Record the operation where Saleor has not, and complete a paid checkout.

    Raises:
        ShopBusy: a checkout is just being completed.
        ValidationError: a paid checkout cannot become an order, nor could its money be
            refunded: a person must look.
    """
    operation = event.operation
    if not operation.counts:
        return
    with transaction_with_commit_on_errors():
        checkout, saleor = _lock(event.payment, operation)
        if saleor is None:
            logger.error("Saleor has no payment for %s", event.payment.payment_id)
            return
        _write(saleor, operation, checkout)
        if checkout is None or not saleor.is_active:
            return
        if event.payment.state in _WHOLE:
            _complete(checkout, saleor)
        elif event.payment.state is PaymentState.PARTLY_REFUNDED:
            logger.error(
                "a part of payment %s was refunded before its order was made: refund "
                "the rest, or complete checkout %s yourself",
                event.payment.payment_id,
                checkout.pk,
            )


def _lock(
    payment: Payment, operation: Operation
) -> tuple[SaleorObject | None, SaleorObject | None]:
    """Saleor's checkout and payment, locked; the checkout is gone once it is an order."""
    saleor = _find(payment, operation)
    if saleor is None:
        return None, None
    checkout = (
        Checkout.objects.select_for_update(of=("self",))
        .filter(pk=saleor.checkout_id or payment.context.get("checkout") or None)
        .first()
    )
    # While this waited for the lock, the money may have moved to another payment.
    saleor = _find(payment, operation) or saleor
    locked = SaleorPayment.objects.select_for_update(of=("self",)).get(pk=saleor.pk)
    return checkout, locked


def _find(payment: Payment, operation: Operation) -> SaleorObject:
    """The payment with that transaction, or else the one which it was begun for."""
    known = [name for name in (operation.transaction_id, operation.parent_id) if name]
    ours = SaleorPayment.objects.filter(gateway=GATEWAY)
    having = ours.filter(transactions__token__in=known, transactions__is_success=True)
    begun = ours.filter(pk=payment.context.get("payment"))
    return having.order_by("-is_active", "-pk").first() or begun.first()


def _write(saleor: SaleorObject, operation: Operation, checkout: SaleorObject) -> None:
    """Add the operation as a transaction of Saleor's, unless it is recorded."""
    response = responses.succeeded(saleor, operation)
    known = saleor.transactions.filter(
        token=response.transaction_id,
        kind=response.kind,
        is_success=True,
        action_required=False,
    )
    if known.exists():
        return
    _keep_card(saleor, operation)
    transaction = create_transaction(
        saleor, kind=response.kind, payment_information=None, gateway_response=response
    )
    manager = get_plugins_manager(allow_replica=False)
    if not saleor.is_active and operation.kind in FUNDING:
        # The shopper has begun another payment; Saleor refunds this one.
        try_void_or_refund_inactive_payment(saleor, transaction, manager)
    elif checkout is not None:
        # `to_confirm` stays, so that completing asks what became of it.
        update_payment_charge_status(saleor, transaction)
    else:
        gateway_postprocess(transaction, saleor)
    saleor.refresh_from_db()
    if saleor.order is not None:
        _notify_order(saleor, transaction, manager)


def _keep_card(saleor: SaleorObject, operation: Operation) -> None:
    changed = ["psp_reference"]
    saleor.psp_reference = saleor.psp_reference or operation.transaction_id
    card = responses.card_of(operation)
    if card is not None:
        update_payment_method_details(saleor, card, changed)
    saleor.save(update_fields=changed)


def _notify_order(
    saleor: SaleorObject, transaction: SaleorObject, manager: SaleorObject
) -> None:
    order, amount = saleor.order, transaction.amount
    if transaction.kind == TransactionKind.AUTH:
        order_authorized(order, None, None, amount, saleor, manager)
    elif transaction.kind == TransactionKind.CAPTURE:
        order_charged(fetch_order_info(order), None, None, amount, saleor, manager)
    elif transaction.kind == TransactionKind.REFUND:
        order_refunded(order, None, None, amount, saleor, manager)
    else:
        order_voided(order, None, None, saleor, manager)


def _complete(checkout: SaleorObject, saleor: SaleorObject) -> None:
    """Make the order that the shopper paid for and did not come back to ask for."""
    if checkout.is_checkout_locked():
        raise ShopBusy(f"checkout {checkout.pk} is being completed")
    manager = get_plugins_manager(allow_replica=False)
    lines, unavailable = fetch_checkout_lines(checkout)
    info = fetch_checkout_info(checkout, lines, manager)
    try:
        if unavailable:
            payment_refund_or_void(saleor, manager, info.channel.slug)
            raise ValidationError("what was bought is not sold any more")
        complete_checkout(
            manager=manager,
            checkout_info=info,
            lines=lines,
            payment_data={},
            store_source=False,
            user=checkout.user,
            app=None,
        )
    except ValidationError:
        saleor.refresh_from_db()
        if saleor.is_active:
            raise
        logger.warning("checkout %s was paid, and refunded", checkout.pk)
