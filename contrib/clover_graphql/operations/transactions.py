"""paymentGatewayInitialize, transactionInitialize, transactionProcess."""

from decimal import Decimal
from uuid import UUID

from clover_graphql.request.codes import INVALID
from clover_graphql.request.context import RequestContext, has_page
from clover_graphql.request.errors import Denied, code_of, field_of, text_of
from clover_graphql.types.enums import (
    PaymentGatewayConfigErrorCode,
    PaymentGatewayInitializeErrorCode,
    TransactionInitializeErrorCode,
    TransactionProcessErrorCode,
)
from clover_graphql.types.gateways import entry_data
from clover_graphql.types.payloads import (
    PaymentGatewayConfig,
    PaymentGatewayConfigError,
    PaymentGatewayInitialize,
    PaymentGatewayInitializeError,
    PaymentGatewayToInitialize,
    TransactionInitialize,
    TransactionInitializeError,
    TransactionProcess,
    TransactionProcessError,
)
from clover_graphql.types.scalars import JSON
from clover_graphql.types.transactions import (
    TransactionEvent,
    TransactionItem,
    answer_of,
    item_of,
)
from payment_hooks import (
    BadInput,
    ErrorCode,
    InvalidRequest,
    Payment,
    PaymentError,
    Purchase,
    StaffAction,
    shopper_text,
)
from payment_hooks.storefront import (
    OfferedGateway,
    Progress,
    describe_progress,
    read_entry,
    refuse_part,
    submit,
)

CHARGE, AUTHORIZATION = "CHARGE", "AUTHORIZATION"
_MOST_GATEWAYS = 10


def gateway_initialize(
    context: RequestContext,
    identifier: str,
    amount: Decimal | None,
    gateways: list[PaymentGatewayToInitialize] | None,
) -> PaymentGatewayInitialize:
    """What the card forms of the asked gateways need, or of all."""
    language = context.language()
    try:
        purchase = context.purchase(identifier, "Checkout", "Order")
        language = context.language(purchase)
        refuse_part(amount, purchase.amount_due)
        _check_gateways(gateways or [])
    except InvalidRequest as error:
        refused = PaymentGatewayInitializeError(
            code=code_of(error, PaymentGatewayInitializeErrorCode),
            field=field_of(error),
            message=text_of(error, language),
        )
        return PaymentGatewayInitialize(gateway_configs=None, errors=[refused])
    wanted = gateways or [
        PaymentGatewayToInitialize(id=offer.id) for offer in context.api.offers
    ]
    configs = [_configure(context, purchase, row) for row in wanted]
    return PaymentGatewayInitialize(gateway_configs=configs, errors=[])


def initialize(
    context: RequestContext,
    identifier: str,
    gateway: PaymentGatewayToInitialize,
    *,
    amount: Decimal | None,
    key: str | None,
) -> TransactionInitialize:
    """Begin to pay: with a card at once, or with what the browser does next."""
    language = context.language()
    try:
        if key == "":
            raise BadInput(
                "idempotencyKey must not be empty: leave it out, or send a new one.",
                code=ErrorCode.KEY_INVALID,
                field="idempotency_key",
            )
        purchase = context.purchase(identifier, "Checkout", "Order")
        language = context.language(purchase)
        refuse_part(amount, purchase.amount_due)
        offer, entry = context.offer(gateway.id), read_entry(gateway.data or None)
        progress = submit(context.submission(offer, purchase, entry, key=key or ""))
        payment = progress.payment or offer.payments.latest(purchase.reference)
        if payment is None or (progress.payment is None and not progress.is_unknown):
            raise progress.refusal or BadInput("Nothing is due.", code=INVALID)
    except PaymentError as error:
        refused = TransactionInitializeError(
            code=code_of(error, TransactionInitializeErrorCode),
            field=field_of(error),
            message=text_of(error, language),
        )
        return TransactionInitialize(
            transaction=None, transaction_event=None, data=None, errors=[refused]
        )
    item, event = _answer(context, offer, payment, progress, language=language, key=key)
    data = describe_progress(progress, first=True, language=language)
    return TransactionInitialize(
        transaction=item, transaction_event=event, data=_as_json(data), errors=[]
    )


def process(
    context: RequestContext, identifier: str | None, token: UUID | None, sent: object
) -> TransactionProcess:
    """Continue: look what became of it, or charge the card that came."""
    language = context.language()
    try:
        offer, payment = context.payment(identifier, token, kind="TransactionItem")
        purchase = context.purchase_of(payment)
        language = context.language(purchase, payment)
        if purchase is None:
            raise BadInput(
                "TransactionItem could not be found.",
                code=ErrorCode.PAYMENT_UNKNOWN,
                field="id",
            )
        is_return, entry = has_page(offer, payment), read_entry(sent or None)
        progress = submit(context.submission(offer, purchase, entry, payment=payment))
    except PaymentError as error:
        refused = TransactionProcessError(
            code=code_of(error, TransactionProcessErrorCode),
            field=field_of(error),
            message=text_of(error, language),
        )
        return TransactionProcess(
            transaction=None, transaction_event=None, data=None, errors=[refused]
        )
    current = progress.payment or payment
    item, event = _answer(context, offer, current, progress, language=language)
    data = describe_progress(progress, first=not is_return, language=language)
    return TransactionProcess(
        transaction=item, transaction_event=event, data=_as_json(data), errors=[]
    )


def check_strategy(
    context: RequestContext, gateway_id: str, action: str, ip: str
) -> None:
    """Refuse another action or address than the gateway's, but for the shop's apps.

    Raises:
        Denied: another action than the gateway's own, or another shopper's address.
    """
    own = {
        CHARGE if offer.captures_at_once else AUTHORIZATION
        for offer in context.api.offers
        if offer.id == gateway_id
    }
    is_choice = bool(action) and action not in own
    if (is_choice or ip) and not context.may(StaffAction.REPORT):
        raise Denied("choose action or customerIpAddress")


def _check_gateways(gateways: list[PaymentGatewayToInitialize]) -> None:
    """Refuse a request for very many card forms: each may need a call to Clover.

    Raises:
        BadInput: there are more than a page can have.
    """
    if len(gateways) > _MOST_GATEWAYS:
        raise BadInput(
            f"Ask for at most {_MOST_GATEWAYS} gateways at once.",
            code=INVALID,
            field="paymentGateways",
        )


def _configure(
    context: RequestContext, purchase: Purchase, wanted: PaymentGatewayToInitialize
) -> PaymentGatewayConfig:
    language = context.language(purchase)
    try:
        offer = context.offer(wanted.id)
        mode = offer.mode_for(read_entry(wanted.data or None))
        data = entry_data(offer, purchase.amount_due.currency, language, mode)
        code = PaymentGatewayConfigErrorCode.INVALID
        text = shopper_text("unavailable", language)
    except InvalidRequest as error:
        data, text = None, text_of(error, language)
        code = code_of(error, PaymentGatewayConfigErrorCode)
    errors = [] if data else [PaymentGatewayConfigError(code=code, message=text)]
    return PaymentGatewayConfig(id=wanted.id, data=_as_json(data), errors=errors)


def _answer(
    context: RequestContext,
    offer: OfferedGateway,
    payment: Payment,
    progress: Progress,
    *,
    language: str,
    key: str | None = None,
) -> tuple[TransactionItem, TransactionEvent]:
    item = item_of(context, offer.id, payment)
    word = CHARGE if offer.captures(item.payment.mode) else AUTHORIZATION
    event = answer_of(
        item.payment,
        progress,
        item.operations,
        word=word,
        language=language,
        key=key or "",
    )
    return item, event


def _as_json(data: object) -> JSON | None:
    return JSON(data) if data is not None else None
