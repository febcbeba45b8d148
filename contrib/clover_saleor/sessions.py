"""Saleor's transactions flow: its sessions and requests, on the road of `Payments`."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils import timezone

from clover_saleor import hosted
from clover_saleor.merchants import Merchant
from clover_saleor.stored_methods import choose_source, note_card, owner_of
from clover_saleor.untyped import SaleorObject
from payment_hooks import (
    AlreadyPaid,
    CheckoutRequest,
    InvalidRequest,
    Mode,
    Money,
    Operation,
    OperationKind,
    OperationState,
    OutcomeUnknown,
    Payment,
    PaymentState,
)
from payment_hooks.ledger import GIVEN_BACK, TAKING
from payment_hooks.paying import Progress, attempt, begin, pay
from payment_hooks.storefront import Entry, describe_progress, explain, read_entry
from payment_hooks.transaction_events import actions_after, movement_word

FLOW = "sessions"
CHARGE, AUTHORIZATION = "CHARGE", "AUTHORIZATION"
Response = dict[str, object]


def submit(merchant: Merchant, asked: SaleorObject, *, first: bool) -> Response:
    """The response to an initialize or process: take the money, or say what comes next."""

    def run() -> Progress:
        entry = read_entry(asked.payment_gateway_data.data)
        amount = Money.of(asked.action.amount, asked.action.currency)
        reference = _reference(merchant, asked, amount)
        payment = begin(
            merchant.payments,
            reference,
            mode=merchant.mode,
            amount_due=amount,
            context=_context(merchant, asked, reference, entry),
        )
        source = choose_source(
            merchant,
            payment,
            entry,
            owner=owner_of(asked.source_object.user),
            email=_email(asked.source_object),
            save=entry.save,
        )
        progress = pay(
            merchant.payments,
            payment,
            source,
            capture=_takes_at_once(merchant, asked),
            page=_page(asked, payment),
            notify=False,
            shopper_ip=asked.customer_ip_address or "",
            shopper_email=_email(asked.source_object),
        )
        note_card(source, progress.money)
        return _if_ours(merchant, asked, progress)

    progress = attempt(run)
    prefix = CHARGE if _takes_at_once(merchant, asked) else AUTHORIZATION
    return response_to(progress, prefix, asked.action.amount, first=first)


def response_to(
    progress: Progress, prefix: str, amount: Decimal, *, first: bool
) -> Response:
    """What Saleor reads as the outcome of a session."""
    if progress.money is not None:
        return success(progress.money)
    text = explain(progress)
    data = describe_progress(progress, first=first)
    if data is not None:
        told: Response = {"amount": amount, "data": data}
        told |= {"message": text} if progress.is_in_doubt else {}
        return {"result": f"{prefix}_ACTION_REQUIRED", **told}
    return failure(prefix, amount, text)


def success(operation: Operation, reference: str = "") -> Response:
    """A movement that was made; `reference` where Saleor knows it by another one."""
    moved = operation.moved or operation.amount
    told: Response = {
        "result": f"{movement_word(operation.kind)}_SUCCESS",
        "pspReference": reference or operation.transaction_id,
        "amount": moved.to_decimal(),
        "time": timezone.now().isoformat(),
        "actions": list(actions_after(operation.kind)),
    }
    last4, brand = operation.details.get("last4"), operation.details.get("brand")
    if operation.kind in TAKING and last4:
        told["paymentMethodDetails"] = {
            "type": "CARD",
            "name": f"{brand or 'Card'} {last4}",
            "brand": brand,
            "lastDigits": last4,
        }
    return told


def failure(prefix: str, amount: Decimal, text: str) -> Response:
    """Nothing moved."""
    return {"result": f"{prefix}_FAILURE", "amount": amount, "message": text}


def find_payment(merchant: Merchant, item: SaleorObject) -> Payment:
    """The payment of that transaction of Saleor's.

    Raises:
        InvalidRequest: there is none.
    """
    ledger = merchant.payments.ledger
    names = item.events.order_by("-pk").values_list("psp_reference", flat=True)
    for name in dict.fromkeys([item.psp_reference, *names]):
        for payment in ledger.find_payments(transaction_id=name) if name else ():
            if payment.context.get("transaction") == str(item.token):
                return payment
    raise InvalidRequest(
        f"no payment belongs to transaction {item.token}", code="payment_unknown"
    )


def _reference(merchant: Merchant, asked: SaleorObject, amount: Money) -> str:
    """The ledger's name for what is paid: the checkout or order, and which part of it.

    A part whose money Saleor counts is past. One that it does not count yet stands in the
    way of every other submit, which so ends as the same payment.

    Raises:
        AlreadyPaid: more is asked than is left to pay.
        OutcomeUnknown: another submit is at it.
    """
    others = _others(asked)
    settled = sum((_value_of(item) for item in others.values()), Decimal(0))
    total = asked.source_object.total_gross_amount
    if settled and asked.action.amount > total - settled:
        raise AlreadyPaid(
            f"{amount} is more than the {max(total - settled, Decimal(0))} left to pay",
            code="more_than_is_due",
        )
    for reference in _references(asked.source_object):
        latest = _latest(merchant, reference)
        owner = others.get(str(latest.context.get("transaction"))) if latest else None
        if latest is None or owner is None:
            _refuse_if_given_back(latest, asked)
            return reference
        if latest.state in (PaymentState.OPEN, PaymentState.CLOSED):
            _refuse_if_under_way(merchant, latest)
            return reference
        if latest.state in GIVEN_BACK or not _value_of(owner):
            return reference
    raise AssertionError("references never end")


def _references(source: SaleorObject) -> Iterator[str]:
    is_order = source._meta.model_name == "order"
    base = f"order {source.pk}" if is_order else str(source.pk)
    yield base
    number = 2
    while True:
        yield f"{base}/{number}"
        number += 1


def _others(asked: SaleorObject) -> dict[str, SaleorObject]:
    """The other transactions of the same checkout or order, by token."""
    items = asked.source_object.payment_transactions.exclude(pk=asked.transaction.pk)
    return {str(item.token): item for item in items}


def _value_of(item: SaleorObject) -> Decimal:
    """What Saleor counts of it, pending included."""
    parts = (
        item.charged_value,
        item.authorized_value,
        item.charge_pending_value,
        item.authorize_pending_value,
    )
    return sum(parts, Decimal(0))


def _latest(merchant: Merchant, reference: str) -> Payment | None:
    payments = merchant.payments
    found = payments.ledger.find_payments(reference=reference)
    return next((row for row in reversed(found) if payments.owns(row)), None)


def _refuse_if_under_way(merchant: Merchant, payment: Payment) -> None:
    """Let no second transaction take over a card payment that is being made."""
    for row in merchant.payments.operations(payment.payment_id):
        is_page = row.kind is OperationKind.CHECKOUT
        if row.state.is_open and not (is_page and row.state is OperationState.WAITING):
            raise OutcomeUnknown(
                f"payment {payment.payment_id} is being made already",
                code="in_progress",
            )


def _refuse_if_given_back(payment: Payment | None, asked: SaleorObject) -> None:
    """Let an old submit that comes again take no new money."""
    is_ours = payment and payment.context.get("transaction") == str(
        asked.transaction.token
    )
    if payment and is_ours and payment.state in GIVEN_BACK:
        raise InvalidRequest(
            f"this transaction is {payment.state}: begin another one",
            code="payment_given_back",
        )


def _if_ours(merchant: Merchant, asked: SaleorObject, progress: Progress) -> Progress:
    """Money counts for the one transaction that the payment ended with."""
    if progress.money is None or progress.payment is None:
        return progress
    payment = merchant.payments.get(progress.payment.payment_id)
    owner = payment.context.get("transaction")
    if owner == str(asked.transaction.token):
        return progress
    raise AlreadyPaid(
        f"this was paid already, with transaction {owner}", code="paid_elsewhere"
    )


def _takes_at_once(merchant: Merchant, asked: SaleorObject) -> bool:
    is_charge = asked.action.action_type.lower() == CHARGE.lower()
    return is_charge or merchant.mode is Mode.HOSTED


def _context(
    merchant: Merchant, asked: SaleorObject, reference: str, entry: Entry
) -> dict[str, object]:
    known = _latest(merchant, reference)
    return_url = entry.return_url or (known.context.get("return_url") if known else "")
    return {
        "flow": FLOW,
        "transaction": str(asked.transaction.token),
        "return_url": return_url or "",
    }


def _page(asked: SaleorObject, payment: Payment) -> CheckoutRequest | None:
    if payment.mode is not Mode.HOSTED:
        return None
    return CheckoutRequest(
        amount=payment.amount_due,
        reference=payment.reference,
        mode=payment.mode,
        customer=hosted.customer(
            asked.source_object.billing_address, _email(asked.source_object)
        ),
        return_urls=hosted.return_urls(str(payment.context["return_url"])),
    )


def _email(source: SaleorObject) -> str:
    return str(getattr(source, "user_email", "") or getattr(source, "email", "") or "")
