"""checkoutPaymentCreate, and what checkoutComplete makes of it; Saleor's older API."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from strawberry import UNSET

from clover_graphql.request.codes import INVALID
from clover_graphql.request.context import RequestContext
from clover_graphql.request.errors import code_of, field_of, text_of
from clover_graphql.types.enums import PaymentErrorCode, StorePaymentMethodEnum
from clover_graphql.types.older_payments import Payment
from clover_graphql.types.payloads import (
    CheckoutPaymentCreate,
    PaymentError,
    PaymentInput,
)
from clover_graphql.types.purchases import Checkout
from payment_hooks import BadInput, PaymentSource, Purchase
from payment_hooks import Payment as LedgerPayment
from payment_hooks import PaymentError as LedgerPaymentError
from payment_hooks.storefront import (
    Entry,
    OfferedGateway,
    Progress,
    begin_submitted,
    read_entry,
    refuse_part,
    submit,
)

OLDER = "older"
_NO_SEAL = (
    "This shop keeps no token between two calls: send it as paymentData of "
    "checkoutComplete."
)


def create(
    context: RequestContext,
    identifier: str | None,
    older_id: str | None,
    token: UUID | None,
    sent: PaymentInput,
) -> CheckoutPaymentCreate:
    """A payment that checkoutComplete makes; nothing is charged here."""
    language = context.language()
    try:
        purchase = context.checkout(identifier, older_id, token)
        language = context.language(purchase)
        amount = None if sent.amount is UNSET else sent.amount
        refuse_part(amount, purchase.amount_due)
        offer = context.offer(sent.gateway)
        entry, kept = _entry_of(sent), _context(context, sent)
        asked = context.submission(offer, purchase, entry, context=kept)
        payment = begin_submitted(asked)
    except LedgerPaymentError as error:
        return CheckoutPaymentCreate(payment=None, errors=[refused(error, language)])
    shown = shown_payment(offer, payment)
    return CheckoutPaymentCreate(
        payment=shown, errors=[], checkout=Checkout(purchase=purchase)
    )


def pay_older(
    context: RequestContext,
    offer: OfferedGateway,
    purchase: Purchase,
    payment: LedgerPayment,
    sent: object,
) -> Progress:
    """Charge the payment; data of this call replaces what was sent when it was begun."""
    kept = payment.context.get(OLDER)
    known = kept if isinstance(kept, Mapping) else {}
    entry = read_entry(sent or None)
    if not entry.has_card and known.get("token"):
        token = context.api.unseal(str(known["token"]))
        entry = replace(entry, source=PaymentSource(token=token) if token else None)
    entry = replace(
        entry,
        save=entry.save or bool(known.get("save")),
        mode=payment.mode if entry.mode is None else entry.mode,
    )
    spent = {name: value for name, value in known.items() if name != "token"}
    asked = context.submission(offer, purchase, entry, context={OLDER: spent})
    return submit(asked)


def refused(
    error: LedgerPaymentError, language: str, *, to_staff: bool = False
) -> PaymentError:
    """The error as the older API writes it, in the shopper's language or for staff."""
    return PaymentError(
        code=code_of(error, PaymentErrorCode),
        field=field_of(error),
        message=str(error) if to_staff else text_of(error, language),
    )


def shown_payment(offer: OfferedGateway, payment: LedgerPayment) -> Payment:
    """The payment as the older API shows it."""
    payments = offer.payments
    return Payment(
        payment=payments.get(payment.payment_id),
        operations=payments.operations(payment.payment_id),
        gateway=offer.id,
    )


def _entry_of(sent: PaymentInput) -> Entry:
    named: dict[str, object] = {
        row.key: row.value for row in sent.metadata or () if row.key == "mode"
    }
    named["returnUrl"] = sent.return_url or None
    named["token"] = sent.token or None
    return read_entry(named)


def _context(context: RequestContext, sent: PaymentInput) -> dict[str, object]:
    """What checkoutComplete finds again.

    Raises:
        BadInput: there is a token, and nothing to seal it with.
    """
    store = sent.store_payment_method or StorePaymentMethodEnum.NONE
    kept: dict[str, object] = {"save": store is not StorePaymentMethodEnum.NONE}
    if sent.token:
        sealed = context.api.seal(sent.token)
        if not sealed:
            raise BadInput(_NO_SEAL, code=INVALID, field="token")
        kept["token"] = sealed
    return {OLDER: kept}
