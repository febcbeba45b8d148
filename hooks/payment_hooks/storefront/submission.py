"""The front door for servers that answer with data: one submit, from its data on."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Self
from urllib.parse import urlsplit

from payment_hooks.engine.payments import Payments
from payment_hooks.ledger.state import decline_of, derive_state
from payment_hooks.model.cards import PaymentSource, looks_like_card_number
from payment_hooks.model.details.charge import ChargeDetails
from payment_hooks.model.errors import BadInput, InvalidRequest, PaymentError
from payment_hooks.model.kinds import ErrorCode, Mode
from payment_hooks.model.money import Money, read_money
from payment_hooks.model.purchases import (
    HoldPurchaseRequest,
    Purchase,
    PurchaseKind,
)
from payment_hooks.model.records import (
    FUNDING,
    Operation,
    OperationState,
    Payment,
    PaymentState,
)
from payment_hooks.model.requests import CheckoutRequest, ReturnUrls
from payment_hooks.spec.calling import ShopHooks
from payment_hooks.storefront.idempotency_keys import add_key, find_key, read_keys
from payment_hooks.storefront.offers import Entry, OfferedGateway
from payment_hooks.storefront.progress import (
    Progress,
    attempt,
    begin,
    confirm,
    pay,
)
from payment_hooks.storefront.saved_cards import SavedCards, choose_source, note_card

KEYS, PURCHASE, RETURN_URL = "keys", "purchase", "return_url"
"""The names in a payment's context; what else is in it is the shop's."""
_LONGEST_KEY = 512

Page = Callable[[Payment, str], CheckoutRequest | None]
"""What a hosted page shows, for a payment and the return URL that is known for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a shopper sends to pay for something, and what the shop's server says of it.

    A shop that answers the hooks about purchases makes one with `for_purchase`.

    Raises:
        BadInput: the idempotency key cannot be one.
    """

    payments: Payments
    reference: str
    amount_due: Money
    """From the shop's server, never from the browser."""
    mode: Mode
    entry: Entry
    capture: bool = True
    """Whether the money is captured at once; a hosted page always captures."""
    context: Mapping[str, object] = field(default_factory=dict)
    """What the shop needs to finish without a browser session; JSON, no card data."""
    adapter: str = ""
    """Whose context it is; see `Payment.adapter`."""
    saved_cards: SavedCards | None = None
    """Where saved cards are; None saves none."""
    owner: str = ""
    """The customer who is logged in, whose saved cards may be used; empty for a guest."""
    details: ChargeDetails = field(default_factory=ChargeDetails)
    """What the provider may know of the charge beside amount and source."""
    idempotency_key: str = ""
    """The caller's name for this submit: the same one again gets the first outcome."""
    page: Page | None = field(default=None, repr=False)
    """In hosted mode it is needed; in the others it may say the language."""
    hold: Callable[[Payment], object] | None = field(default=None, repr=False)
    """Asks the shop to keep the purchase as it is while the payment is open."""
    payment: Payment | None = None
    """One that is only looked at: nothing is begun, and no card is charged."""
    notify: bool = True
    """Whether the shop is notified before the answer; False leaves it to a later
    `Payments.notify`, for a shop that first has to write down what it was answered."""

    def __post_init__(self) -> None:
        key = self.idempotency_key
        is_text = len(key) <= _LONGEST_KEY and key.isprintable()
        if not is_text or looks_like_card_number(key):
            raise BadInput(
                f"An idempotency key must be printable text of at most {_LONGEST_KEY} "
                "characters, and no card number.",
                code=ErrorCode.KEY_INVALID,
                field="idempotency_key",
            )

    @classmethod
    def for_purchase(
        cls,
        offer: OfferedGateway,
        purchase: Purchase,
        entry: Entry,
        *,
        caller: object = None,
        shop: ShopHooks | None = None,
        payment: Payment | None = None,
        return_hosts: tuple[str, ...] = (),
    ) -> Self:
        """The submission for what `shop_find_purchase` answered with.

        Args:
            offer: what it is paid with.
            purchase: what is paid for.
            entry: what the browser sent.
            caller: the framework's request, for `shop_hold_purchase`.
            shop: whose purchase it is; that of the offer's payments if None.
            payment: one that this submit continues: without a card for it, it is looked at.
            return_hosts: hosts that a hosted page may lead back to.

        Raises:
            BadInput: the mode is not offered, the return URL is not the shop's, or the
                payment was begun with another amount than is due now.
        """
        payments = offer.payments
        is_look = payment is not None and not _is_to_be_charged(
            payments, payment, entry
        )
        if payment is not None and (not is_look or _goes_on(payment, entry)):
            refuse_other_amount(payment, purchase.amount_due)
        sent = entry
        if payment is not None and is_look:
            sent = Entry(
                mode=payment.mode, answer=entry.answer, turned_back=entry.turned_back
            )
        mode = sent.mode if is_look and sent.mode else offer.mode_for(sent)
        read_return_urls(sent.return_url, return_hosts)

        def hold(begun: Payment) -> None:
            (shop or payments.shop).hold_purchase(
                HoldPurchaseRequest(purchase=purchase, payment=begun, caller=caller)
            )

        def page(begun: Payment, return_url: str) -> CheckoutRequest:
            urls = read_return_urls(return_url, return_hosts)
            return purchase.for_page(begun, urls)

        return cls(
            payments=payments,
            reference=purchase.reference,
            amount_due=purchase.amount_due,
            mode=mode,
            entry=sent,
            capture=offer.captures(mode),
            context={
                **purchase.context,
                **(payment.context if payment else {}),
                PURCHASE: {"kind": purchase.kind.value, "id": purchase.purchase_id},
            },
            adapter=purchase.adapter,
            owner=purchase.customer_id,
            details=ChargeDetails(shopper_email=purchase.customer.email),
            page=page,
            hold=hold,
            payment=payment if is_look else None,
        )


def submit(asked: Submission) -> Progress:
    """Charge or authorize, or say what the browser does next; errors of ours are answers.

    The payment is begun or continued, its source is chosen, tokenized or saved, and
    charged; a card that was saved gets its description. Sent twice, it is one payment.

    >>> from payment_hooks import PaymentSource
    >>> from payment_hooks.testing import FakeProvider
    >>> asked = Submission(
    ...     payments=Payments.using(FakeProvider()), reference="100123", mode=Mode.IFRAME,
    ...     amount_due=Money.of("25.99", "USD"),
    ...     entry=Entry(source=PaymentSource(token="tok-1")))
    >>> str(submit(asked).money.moved)
    '25.99 USD'

    Raises:
        BadInput: the idempotency key was used for another amount; nothing was begun.
    """
    known = asked.payment
    if known is not None:
        return attempt(lambda: _pay(asked, known, None), known)
    return _find_replayed(asked) or attempt(lambda: _fund(asked))


def begin_submitted(asked: Submission) -> Payment:
    """The payment, before anything is asked of the provider.

    Raises:
        PaymentError: an earlier payment is in its way, or the shop does not hold the
            purchase.
    """
    payment = begin(
        asked.payments,
        asked.reference,
        mode=asked.mode,
        amount_due=asked.amount_due,
        context=_context(asked),
        adapter=asked.adapter,
    )
    if payment.state is PaymentState.OPEN and asked.hold is not None:
        asked.hold(payment)
    return payment


def read_purchase_id(payment: Payment) -> tuple[PurchaseKind, str] | None:
    """Which purchase it pays for, as `Submission.for_purchase` kept it with the payment."""
    named = payment.context.get(PURCHASE)
    if not isinstance(named, Mapping):
        return None
    return PurchaseKind(named["kind"]), str(named["id"])


def refuse_other_amount(payment: Payment, due: Money) -> None:
    """Refuse to continue a payment that was begun with another amount than is due now.

    Raises:
        BadInput: the purchase was changed since.
    """
    if payment.amount_due != due:
        raise BadInput(
            f"This payment was begun with {payment.amount_due}, and {due} is due now. "
            "Nothing more is taken for it: show the shopper the new amount, and begin "
            "another payment.",
            code=ErrorCode.BEGUN_WITH_OTHER_AMOUNT,
            field="amount",
        )


def refuse_part(amount: Decimal | None, due: Money) -> None:
    """Refuse an amount from a storefront that is not what the shop's server says.

    Raises:
        BadInput: it names another amount, or none of that currency.
    """
    if amount is None:
        return
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
            code=ErrorCode.PARTIAL_PAYMENT,
            field="amount",
        )


def read_return_urls(url: str, hosts: tuple[str, ...]) -> ReturnUrls | None:
    """The storefront's page for every ending; None where it named none.

    Raises:
        BadInput: its host is not the shop's.
    """
    if not url:
        return None
    if not _is_allowed(url, hosts):
        raise BadInput(
            "The return URL must be an https address on one of the shop's own hosts.",
            code=ErrorCode.RETURN_URL_FOREIGN,
            field="return_url",
        )
    return ReturnUrls(success=url, failure=url, cancel=url)


def _is_to_be_charged(payments: Payments, payment: Payment, entry: Entry) -> bool:
    """Whether a card came, and nothing is here so far, by the payment's operations."""
    if not entry.has_card:
        return False
    rows = payments.operations(payment.payment_id)
    return derive_state(rows, closed=False) is PaymentState.OPEN


def _goes_on(payment: Payment, entry: Entry) -> bool:
    """Whether an answer may bring money now, of the amount that was due before."""
    is_open = payment.state is PaymentState.OPEN
    return is_open and entry.answer is not None and not entry.turned_back


def _fund(asked: Submission) -> Progress:
    payment = begin_submitted(asked)
    if asked.entry.answers_challenge:
        return _pay(asked, payment, None)
    source = choose_source(
        asked.payments,
        payment,
        asked.entry,
        saved_cards=asked.saved_cards,
        owner=asked.owner,
        email=asked.details.shopper_email,
        save=asked.entry.save,
    )
    progress = _pay(asked, payment, source)
    note_card(asked.saved_cards, source, progress.money)
    return progress


def _pay(asked: Submission, payment: Payment, source: PaymentSource | None) -> Progress:
    url = asked.entry.return_url or str(payment.context.get(RETURN_URL) or "")
    page = asked.page(payment, url) if asked.page else None
    entry = asked.entry
    try:
        if entry.answers_challenge:
            return confirm(
                asked.payments,
                payment,
                entry.answer,
                canceled=entry.turned_back,
                notify=False,
            )
        return pay(
            asked.payments,
            payment,
            source,
            capture=asked.capture,
            page=page,
            notify=False,
            details=_details_of(asked),
        )
    finally:
        if asked.notify:
            # One that fails is repeated by recovery.
            with suppress(PaymentError):
                asked.payments.notify(payment.payment_id)


def _details_of(asked: Submission) -> ChargeDetails:
    """What the shop says of the charge, with what the page said of its browser."""
    browser = asked.entry.browser
    return replace(asked.details, browser=browser) if browser else asked.details


def _context(asked: Submission) -> dict[str, object]:
    """What is kept with the payment: the shop's own, and what brings it back here."""
    known = _find_continued(asked)
    before = known.context if known else {}
    kept = {name: before[name] for name in (KEYS, RETURN_URL) if name in before}
    if asked.entry.return_url:
        kept[RETURN_URL] = asked.entry.return_url
    if asked.idempotency_key:
        tries = len(_funding(asked, known)) if known else 0
        kept[KEYS] = add_key(kept.get(KEYS), asked.idempotency_key, tries)
    return {**asked.context, **kept}


def _find_continued(asked: Submission) -> Payment | None:
    """The open payment that this submit goes on with, if there is one."""
    known = asked.payments.latest(asked.reference)
    if known is None or known.state is not PaymentState.OPEN:
        return None
    is_same = known.mode is asked.mode and known.amount_due == asked.amount_due
    return known if is_same else None


def _find_replayed(asked: Submission) -> Progress | None:
    """The outcome of the same idempotency key before; None when there is none.

    Raises:
        BadInput: the key belongs to another amount.
    """
    if not asked.idempotency_key:
        return None
    for payment in asked.payments.find(asked.reference):
        start = find_key(payment.context.get(KEYS), asked.idempotency_key)
        if start is None or not asked.payments.owns(payment):
            continue
        if payment.amount_due != asked.amount_due:
            raise BadInput(
                "This idempotency key was used for another amount: use a new one.",
                code=ErrorCode.KEY_REUSED,
                field="idempotency_key",
            )
        return _first_outcome(asked, payment, start)
    return None


def _first_outcome(asked: Submission, payment: Payment, start: int) -> Progress | None:
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


def _funding(asked: Submission, payment: Payment) -> list[Operation]:
    rows = asked.payments.operations(payment.payment_id)
    return [row for row in rows if row.kind in FUNDING]


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
