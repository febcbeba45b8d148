"""checkoutComplete: makes the order of a checkout that is paid."""

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from clover_graphql.operations.older_payments import OLDER, pay_older
from clover_graphql.request.codes import NOT_PAID
from clover_graphql.request.context import RequestContext, has_page, state_of
from clover_graphql.request.errors import code_of, field_of, text_of
from clover_graphql.types.enums import CheckoutErrorCode
from clover_graphql.types.payloads import CheckoutComplete, CheckoutError
from clover_graphql.types.purchases import Order
from clover_graphql.types.scalars import JSONString
from payment_hooks import (
    BadInput,
    Challenge,
    CompletePurchaseRequest,
    ConfigurationError,
    InvalidRequest,
    Payment,
    PaymentError,
    PaymentState,
    Purchase,
    WrongState,
)
from payment_hooks.ledger import has_open_page
from payment_hooks.storefront import (
    WAITING,
    OfferedGateway,
    Progress,
    attempt,
    describe_progress,
    look,
    refuse_other_amount,
)


def complete(
    context: RequestContext,
    identifier: str | None,
    older_id: str | None,
    token: UUID | None,
    sent: object,
) -> CheckoutComplete:
    """The order; what the browser must do first; or why there is none."""
    language = context.language()
    try:
        purchase = context.checkout(identifier, older_id, token)
        language = context.language(purchase)
        if not purchase.amount_due.minor_units:
            return _order(context, purchase, None)
        begun = _find_begun(context, purchase, sent)
        if begun is not None:
            unpaid = _pay(context, *begun, purchase, sent)
            if unpaid is not None:
                return unpaid
        return _order(context, purchase, _find_paid(context, purchase))
    except PaymentError as error:
        return _refuse(error, language)


def _find_begun(
    context: RequestContext, purchase: Purchase, sent: object
) -> tuple[OfferedGateway, Payment] | None:
    """The open payment of the older API that this call is to charge."""
    latest = context.latest(purchase)
    if latest is None or state_of(*latest) is not PaymentState.OPEN:
        return None
    return latest if sent or OLDER in latest[1].context else None


def _pay(
    context: RequestContext,
    offer: OfferedGateway,
    payment: Payment,
    purchase: Purchase,
    sent: object,
) -> CheckoutComplete | None:
    """What the browser must do first, or why nothing was paid; None once it is.

    Raises:
        BadInput: the payment was begun with another amount than is due by now.
    """
    if payment.amount_due != purchase.amount_due:
        return _look_at_changed(context, offer, payment, purchase)
    language, is_return = context.language(purchase), has_page(offer, payment)
    progress = pay_older(context, offer, purchase, payment, sent)
    if progress.money is not None:
        return None
    data = describe_progress(progress, first=not is_return, language=language)
    if data is None:
        return _refuse(progress.refusal or _not_paid(), language)
    return _ask_again(data)


def _look_at_changed(
    context: RequestContext, offer: OfferedGateway, payment: Payment, purchase: Purchase
) -> CheckoutComplete | None:
    """What became of a payment of another amount, before another one may be begun.

    Raises:
        BadInput: it brought nothing, and may not be of this amount.
    """
    payments = offer.payments

    def run() -> Progress:
        return Progress(payment=payment, money=look(payments, payment))

    progress = attempt(run, payment)
    if progress.money is not None:
        return None
    if isinstance(progress.next_action, Challenge):
        refuse_other_amount(payment, purchase.amount_due)
    language = context.language(purchase)
    data = describe_progress(progress, first=False, language=language)
    if data is None and has_open_page(payments.operations(payment.payment_id)):
        data = {"mode": payment.mode.value, "status": WAITING}
    if data is not None:
        return _ask_again(data)
    refuse_other_amount(payment, purchase.amount_due)
    return None


def _ask_again(data: Mapping[str, object]) -> CheckoutComplete:
    return CheckoutComplete(
        order=None,
        confirmation_needed=True,
        confirmation_data=JSONString(dict(data)),
        errors=[],
    )


def _find_paid(context: RequestContext, purchase: Purchase) -> Payment:
    """The payment that holds what is due.

    Raises:
        BadInput: there is none, or it holds another amount.
    """
    latest = context.latest(purchase)
    if latest is None or not state_of(*latest).holds_money:
        raise _not_paid()
    offer, payment = latest
    if payment.amount_due != purchase.amount_due:
        raise BadInput(
            f"{payment.amount_due} was paid, and {purchase.amount_due} is due now: "
            "the checkout was changed after it was paid.",
            code=NOT_PAID,
        )
    with suppress(PaymentError):  # recovery repeats it
        offer.payments.notify(payment.payment_id)
    return offer.payments.get(payment.payment_id)


def _order(
    context: RequestContext, purchase: Purchase, payment: Payment | None
) -> CheckoutComplete:
    asked = CompletePurchaseRequest(
        purchase=purchase, payment=payment, caller=context.caller
    )
    try:
        made = context.api.shop.complete_purchase(asked)
    except (InvalidRequest, WrongState) as error:
        raise BadInput(error.message, code=error.code) from error
    if made is None:
        raise ConfigurationError(
            f"no shop completed checkout {purchase.purchase_id}: implement "
            "shop_complete_purchase"
        )
    return CheckoutComplete(
        order=Order(purchase=made),
        confirmation_needed=False,
        confirmation_data=None,
        errors=[],
    )


def _not_paid() -> BadInput:
    return BadInput(
        "The authorized amount doesn't cover the checkout's total amount.",
        code=NOT_PAID,
        field="id",
    )


def _refuse(error: PaymentError, language: str) -> CheckoutComplete:
    refused = CheckoutError(
        code=code_of(error, CheckoutErrorCode),
        field=field_of(error),
        message=text_of(error, language),
    )
    return CheckoutComplete(
        order=None, confirmation_needed=False, confirmation_data=None, errors=[refused]
    )
