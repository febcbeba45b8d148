"""One submit of a storefront, and how the payment continues with it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from urllib.parse import urlsplit

from clover_graphql.request.codes import (
    AMOUNT_HAS_CHANGED,
    KEY_INVALID,
    KEY_REUSED,
    PARTIAL_PAYMENT,
    RETURN_URL_FOREIGN,
)
from clover_graphql.request.errors import BadInput
from clover_graphql.request.idempotency_keys import add_key, find_key, read_keys
from clover_graphql.request.offers import OfferedGateway
from payment_hooks import (
    FUNDING,
    ChargeDetails,
    HoldPurchaseRequest,
    InvalidRequest,
    Mode,
    Operation,
    OperationState,
    Payment,
    PaymentError,
    Payments,
    PaymentSource,
    PaymentState,
    Purchase,
    ReturnUrls,
    read_money,
)
from payment_hooks.ledger import decline_of, derive_state
from payment_hooks.model import looks_like_card_number
from payment_hooks.storefront import (
    Entry,
    Progress,
    SavedCards,
    attempt,
    begin,
    choose_source,
    note_card,
    pay,
)

PURCHASE, GATEWAY, KEYS, RETURN = "purchase", "gateway", "keys", "return_url"
LANGUAGE = "language"
"""The name in the context; shops with a snapshot of their own use the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """What a shopper sends to pay for a purchase."""

    offer: OfferedGateway
    purchase: Purchase
    entry: Entry
    saved_cards: SavedCards | None = None
    idempotency_key: str = ""
    client_ip: str = ""
    language: str = ""
    """What the shopper reads, kept with the payment; empty where none is known."""
    return_hosts: tuple[str, ...] = ()
    context: Mapping[str, object] | None = None
    """What else is kept with the payment."""
    caller: object = field(default=None, repr=False)
    hold: Callable[[HoldPurchaseRequest], None] | None = None
    """Asks the shop to keep the purchase as it is."""


def submit(asked: Submit) -> Progress:
    """Charge or authorize, or say what the browser does next; errors of ours are answers.

    Raises:
        BadInput: nothing was begun, since the input cannot be right.
    """
    _check_key(asked)
    mode = asked.offer.mode_for(asked.entry)
    urls = return_urls(asked.entry.return_url, asked.return_hosts)
    replayed = _find_replayed(asked)
    if replayed is not None:
        return replayed
    return attempt(lambda: _fund(asked, mode, urls))


def begin_payment(asked: Submit) -> Payment:
    """The payment, before anything is asked of the provider.

    Raises:
        BadInput: nothing was begun, since the input cannot be right.
        PaymentError: an earlier payment is in its way.
    """
    mode = asked.offer.mode_for(asked.entry)
    return_urls(asked.entry.return_url, asked.return_hosts)
    return _begin(asked, mode)


def continue_payment(asked: Submit, payment: Payment) -> Progress:
    """Look what became of the payment, or charge the card that came for it.

    Raises:
        BadInput: it was begun with another amount than is due by now.
    """
    has_card = asked.entry.source or asked.entry.card or asked.entry.saved_id
    rows = asked.offer.payments.operations(payment.payment_id)
    is_unpaid = derive_state(rows, closed=False) is PaymentState.OPEN
    if not (has_card and is_unpaid):
        return attempt(lambda: _pay(asked, payment, None), payment)
    check_begun(asked.purchase, payment)
    return submit(replace(asked, context=payment.context))


def check_begun(purchase: Purchase, payment: Payment) -> None:
    """Refuse a payment that was begun with another amount than is due now.

    Raises:
        BadInput: the purchase was changed since.
    """
    if payment.amount_due != purchase.amount_due:
        raise BadInput(
            f"This payment was begun with {payment.amount_due}, and "
            f"{purchase.amount_due} is due now. Nothing more is taken for it: show the "
            "shopper the new amount, and begin another payment.",
            code=AMOUNT_HAS_CHANGED,
            field="amount",
        )


def check_amount(purchase: Purchase, amount: Decimal | None) -> None:
    """Refuse an amount from the storefront that is not the shop's own.

    Raises:
        BadInput: it did.
    """
    if amount is None:
        return
    due = purchase.amount_due
    try:
        named = read_money(amount, due.currency)
    except InvalidRequest as error:
        raise BadInput(
            f"The amount must be one of {due.currency}.",
            code=error.code,
            field="amount",
        ) from error
    if named != due:
        raise BadInput(
            f"The amount to pay is {due}: it is paid as a whole.",
            code=PARTIAL_PAYMENT,
            field="amount",
        )


def return_urls(url: str, hosts: tuple[str, ...]) -> ReturnUrls | None:
    """The storefront's page for every ending; None where it named none.

    Raises:
        BadInput: its host is not the shop's.
    """
    if not url:
        return None
    if not _is_allowed(url, hosts):
        raise BadInput(
            "returnUrl must be an https address on one of the shop's own hosts.",
            code=RETURN_URL_FOREIGN,
            field="returnUrl",
        )
    return ReturnUrls(success=url, failure=url, cancel=url)


def notify(payments: Payments, payment_id: str) -> None:
    """Notify the shop at once, so that it places the order or thaws the cart.

    A notification that fails is repeated by recovery.
    """
    with suppress(PaymentError):
        payments.notify(payment_id)


def latest_payment(offer: OfferedGateway, reference: str) -> Payment | None:
    """The payment that counts for the reference with this gateway's merchant."""
    payments = offer.payments
    found = payments.ledger.find_payments(reference=reference)
    mine = [payment for payment in found if payments.owns(payment)]
    return max(mine, key=lambda payment: payment.sequence, default=None)


def _fund(asked: Submit, mode: Mode, urls: ReturnUrls | None) -> Progress:
    payments, purchase = asked.offer.payments, asked.purchase
    payment = _begin(asked, mode)
    source = choose_source(
        payments,
        payment,
        asked.entry,
        saved_cards=asked.saved_cards,
        owner=purchase.customer_id,
        email=purchase.customer.email,
        save=asked.entry.save,
    )
    progress = _pay(asked, payment, source, urls)
    note_card(asked.saved_cards, source, progress.money)
    return progress


def _begin(asked: Submit, mode: Mode) -> Payment:
    """The payment, and the shop's purchase held as it is while that is open."""
    payment = begin(
        asked.offer.payments,
        asked.purchase.reference,
        mode=mode,
        amount_due=asked.purchase.amount_due,
        context=_context(asked, mode),
    )
    if payment.state is PaymentState.OPEN and asked.hold is not None:
        asked.hold(
            HoldPurchaseRequest(
                purchase=asked.purchase, payment=payment, caller=asked.caller
            )
        )
    return payment


def _pay(
    asked: Submit,
    payment: Payment,
    source: PaymentSource | None,
    urls: ReturnUrls | None = None,
) -> Progress:
    payments, purchase = asked.offer.payments, asked.purchase
    kept = str(payment.context.get(RETURN) or "")
    urls = urls or return_urls(kept, asked.return_hosts)
    try:
        return pay(
            payments,
            payment,
            source,
            capture=asked.offer.captures(payment.mode),
            page=purchase.for_page(payment, urls),
            details=ChargeDetails(
                shopper_ip=asked.client_ip, shopper_email=purchase.customer.email
            ),
            notify=False,
        )
    finally:
        notify(payments, payment.payment_id)


def _context(asked: Submit, mode: Mode) -> dict[str, object]:
    """What is kept with the payment: the shop's own, and what brings it back here."""
    purchase = asked.purchase
    known = _find_continued(asked, mode)
    before = known.context if known else {}
    kept = {name: before[name] for name in (KEYS, RETURN) if name in before}
    if asked.entry.return_url:
        kept[RETURN] = asked.entry.return_url
    if asked.idempotency_key:
        tries = len(_funding(asked, known)) if known else 0
        kept[KEYS] = add_key(kept.get(KEYS), asked.idempotency_key, tries)
    return {
        LANGUAGE: asked.language,
        **purchase.context,
        **(asked.context or {}),
        **kept,
        PURCHASE: {"kind": purchase.kind.value, "id": purchase.purchase_id},
        GATEWAY: asked.offer.id,
    }


def _find_continued(asked: Submit, mode: Mode) -> Payment | None:
    """The open payment that this submit goes on with, if there is one."""
    known = latest_payment(asked.offer, asked.purchase.reference)
    if known is None or known.state is not PaymentState.OPEN or known.mode is not mode:
        return None
    return known if known.amount_due == asked.purchase.amount_due else None


def _find_replayed(asked: Submit) -> Progress | None:
    """The outcome of the same idempotency key before; None when there is none.

    Raises:
        BadInput: the key belongs to another amount.
    """
    key = asked.idempotency_key
    if not key:
        return None
    payments = asked.offer.payments
    known = payments.ledger.find_payments(reference=asked.purchase.reference)
    for payment in known:
        start = find_key(payment.context.get(KEYS), key)
        if start is None or not payments.owns(payment):
            continue
        if payment.amount_due != asked.purchase.amount_due:
            raise BadInput(
                "This idempotency key was used for another amount: use a new one.",
                code=KEY_REUSED,
                field="idempotencyKey",
            )
        return _first_outcome(asked, payment, start)
    return None


def _first_outcome(asked: Submit, payment: Payment, start: int) -> Progress | None:
    """The recorded decline or the refunded payment; None if it must be looked up."""
    rows = _funding(asked, payment)
    starts = sorted(read_keys(payment.context.get(KEYS)).values())
    end = next((number for number in starts if number > start), len(rows))
    mine = rows[start:end]
    if payment.state not in (PaymentState.OPEN, PaymentState.CLOSED):
        money = [row for row in rows if row.transaction_id and not row.state.is_open]
        return Progress(payment=payment, money=money[-1]) if money else None
    if mine and mine[-1].state is OperationState.DECLINED:
        return Progress(payment=payment, refusal=decline_of(mine[-1]))
    return None


def _funding(asked: Submit, payment: Payment) -> list[Operation]:
    rows = asked.offer.payments.operations(payment.payment_id)
    return [row for row in rows if row.kind in FUNDING]


def _check_key(asked: Submit) -> None:
    key = asked.idempotency_key
    is_text = len(key) <= 512 and key.isprintable()
    if not is_text or looks_like_card_number(key):
        raise BadInput(
            "idempotencyKey must be printable text of at most 512 characters, and no "
            "card number.",
            code=KEY_INVALID,
            field="idempotencyKey",
        )


def _is_allowed(url: str, hosts: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        is_plain = not (parts.username or parts.password) and url.isprintable()
        is_local = (
            parts.hostname in ("localhost", "127.0.0.1") and parts.scheme == "http"
        )
    except ValueError:
        return False
    is_secure = parts.scheme == "https" or is_local
    return is_plain and is_secure and "\\" not in url and parts.netloc in hosts
