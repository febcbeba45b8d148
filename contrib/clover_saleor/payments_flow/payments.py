"""Saleor's payments flow: each of its calls as one call of `Payments`."""

from dataclasses import replace
from functools import partial

from saleor.payment import TransactionKind
from saleor.payment.interface import GatewayResponse
from saleor.payment.models import Payment as SaleorPayment

from clover_django.ledger.saved_cards import DjangoSavedCards
from clover_saleor.codes import INACTIVE, PAID_IN_PART
from clover_saleor.installation import hosted_page
from clover_saleor.installation.languages import language_of_payment
from clover_saleor.installation.untyped import SaleorObject
from clover_saleor.merchants.channels import Merchant
from clover_saleor.payments_flow import responses
from payment_hooks import (
    AlreadyPaid,
    ChargeDetails,
    CheckoutRequest,
    ErrorCode,
    InvalidRequest,
    Mode,
    Movement,
    Operation,
    Outcome,
    Payment,
    PaymentSource,
    PaymentState,
    StaffAction,
    UnsupportedOperation,
    read_money,
    storefront,
)
from payment_hooks.storefront import (
    Entry,
    Progress,
    Submission,
    attempt,
    find_parts,
    pay,
    read_entry,
)

ADAPTER = "saleor_payments"
_NO_ORDER = "None"
"""What Saleor writes as the order id where there is no order."""


def submit(merchant: Merchant, asked: SaleorObject, *, first: bool) -> GatewayResponse:
    """Charge or authorize, or answer with the next action."""

    def run() -> Progress:
        _refuse_parts(merchant, reference_of(asked))
        return storefront.submit(_submission(merchant, asked, first=first))

    response = responses.of_progress(
        asked, attempt(run), _kind_of(merchant), first=first
    )
    if _wants_to_save(asked):
        # Saleor keeps it, and asks with it for the customer's cards.
        response.customer_id = asked.graphql_customer_id
    return response


def _submission(merchant: Merchant, asked: SaleorObject, *, first: bool) -> Submission:
    entry = _with_token(read_entry(asked.data), asked.token if first else "")
    return Submission(
        payments=merchant.payments,
        reference=reference_of(asked),
        amount_due=read_money(asked.amount, asked.currency),
        mode=merchant.mode,
        entry=replace(entry, save=_wants_to_save(asked)),
        capture=merchant.captures_at_once,
        context=_context(asked),
        adapter=ADAPTER,
        saved_cards=DjangoSavedCards(),
        owner=asked.graphql_customer_id or "",
        details=ChargeDetails(
            shopper_ip=asked.customer_ip_address or "",
            shopper_email=asked.customer_email or "",
        ),
        page=partial(_page, asked),
        notify=False,  # before the order exists, Saleor cannot record it
    )


def look_only(merchant: Merchant, asked: SaleorObject) -> GatewayResponse:
    """The outcome of a payment that began while the plugin was on; nothing new is sent."""

    def run() -> Progress:
        payment = merchant.payments.latest(reference_of(asked))
        if payment is None or not _has_begun(merchant, payment):
            raise UnsupportedOperation("the plugin is off", code=INACTIVE)
        return pay(merchant.payments, payment, None)

    return responses.of_progress(asked, attempt(run), _kind_of(merchant))


def move(merchant: Merchant, asked: SaleorObject, action: StaffAction) -> Operation:
    """Capture, refund or void the payment with the transaction `asked.token`.

    Saleor passes no id of the intent, so a refund is known by the number of those that
    Saleor has recorded: until this one is, the same request is the same refund.

    Raises:
        PaymentError: nothing moved, or the outcome is unknown.
    """
    is_void = action is StaffAction.VOID
    amount = None if is_void else read_money(asked.amount, asked.currency)
    recorded = sum(
        row.is_success and row.kind == TransactionKind.REFUND
        for row in asked.transactions or ()
    )
    movement = Movement(action=action, amount=amount, known_refunds=recorded)
    return merchant.move(find_payment(merchant, asked.token), movement, notify=True)


def find_payment(merchant: Merchant, transaction_id: str | None) -> Payment:
    """The payment which that transaction belongs to.

    Raises:
        InvalidRequest: it was not made here.
    """
    found = (
        merchant.payments.ledger.find_payments(transaction_id=transaction_id)
        if transaction_id
        else ()
    )
    if not found:
        raise InvalidRequest(
            f"no payment has the transaction {transaction_id!r}: it was made with "
            "another gateway, or the ledger's database is not the one it was made with",
            code=ErrorCode.PAYMENT_UNKNOWN,
        )
    return found[-1]


def reference_of(asked: SaleorObject) -> str:
    """The checkout: one that changes its Saleor payment must not be paid twice."""
    if asked.checkout_token:
        return str(asked.checkout_token)
    if has_order(asked):
        return f"order {asked.order_id}"
    return str(asked.graphql_payment_id)


def has_order(asked: SaleorObject) -> bool:
    """Whether the payment is an order's, and so whoever asks is staff."""
    return bool(asked.order_id) and asked.order_id != _NO_ORDER


def _refuse_parts(merchant: Merchant, reference: str) -> None:
    """Refuse a purchase of which a part was paid through the Transactions API.

    Raises:
        AlreadyPaid: this flow pays only the whole.
    """
    for part in find_parts(merchant.payments, reference):
        if part.payment.reference != reference and part.money.minor_units:
            raise AlreadyPaid(
                f"{part.money} of {reference} was paid as a part: pay the rest with "
                "another transaction",
                code=PAID_IN_PART,
            )


def _kind_of(merchant: Merchant) -> str:
    at_once = merchant.captures_at_once
    return str(TransactionKind.CAPTURE if at_once else TransactionKind.AUTH)


def _has_begun(merchant: Merchant, payment: Payment) -> bool:
    """Whether the payment is funded, or its funding may be under way."""
    if payment.state is not PaymentState.OPEN:
        return True
    return merchant.payments.outcome(payment.payment_id) is not Outcome.NOT_PAID


def _context(asked: SaleorObject) -> dict[str, object]:
    return {
        "payment": asked.payment_id,
        "checkout": str(asked.checkout_token or ""),
    }


def _with_token(entry: Entry, token: str | None) -> Entry:
    """What came with the completion goes before what came with the payment."""
    if entry.source or entry.card or entry.saved_id or not token:
        return entry
    return replace(entry, source=PaymentSource(token=token))


def _wants_to_save(asked: SaleorObject) -> bool:
    """Whether a logged-in customer asked for it with `storePaymentMethod`."""
    wanted = str(getattr(asked.store_payment_method, "value", "NONE")).upper()
    return bool(asked.graphql_customer_id) and wanted != "NONE"


def _page(
    asked: SaleorObject, payment: Payment, return_url: str
) -> CheckoutRequest | None:
    """What the hosted page shows, and where the shopper comes back to."""
    if payment.mode is not Mode.HOSTED:
        return None
    if not return_url:
        saleor = SaleorPayment.objects.filter(pk=asked.payment_id).first()
        return_url = saleor.return_url if saleor else ""
    return CheckoutRequest(
        amount=payment.amount_due,
        reference=payment.reference,
        mode=payment.mode,
        locale=language_of_payment(asked),
        customer=hosted_page.customer(asked.billing, asked.customer_email or ""),
        return_urls=hosted_page.return_urls(return_url or ""),
    )
