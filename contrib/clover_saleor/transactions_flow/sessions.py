"""Saleor's Transactions API: each session as one call of `Payments`."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from clover_django.ledger.saved_cards import DjangoSavedCards
from clover_saleor.codes import PAID_ELSEWHERE
from clover_saleor.installation import hosted_page
from clover_saleor.installation.languages import language_of
from clover_saleor.installation.untyped import SaleorObject
from clover_saleor.merchants.channels import Merchant
from clover_saleor.merchants.saved_cards import owner_of
from clover_saleor.transactions_flow import amounts
from clover_saleor.transactions_flow.responses import Response, response_to
from payment_hooks import (
    ActionRequired,
    AlreadyPaid,
    ChargeDetails,
    CheckoutRequest,
    ErrorCode,
    InvalidRequest,
    Mode,
    Money,
    OutcomeUnknown,
    Payment,
    read_money,
    storefront,
)
from payment_hooks.storefront import (
    RETURN_URL,
    Entry,
    Part,
    Progress,
    Submission,
    attempt,
    confirm,
    find_parts,
    look,
    money_of_parts,
    next_part,
    read_entry,
)

ADAPTER = "saleor_transactions"
CHARGE, AUTHORIZATION = "CHARGE", "AUTHORIZATION"
_OWNER = "transaction"
"""In a payment's context: the transaction of Saleor's that its money counts for."""


def submit(merchant: Merchant, asked: SaleorObject, *, first: bool) -> Response:
    """Charge or authorize, or answer with the next action: to initialize and process."""
    progress = attempt(lambda: _submit(merchant, asked))
    prefix = CHARGE if _captures_at_once(merchant, asked) else AUTHORIZATION
    language = language_of(asked.source_object)
    return response_to(
        progress, prefix, asked.action.amount, first=first, language=language
    )


def _submit(merchant: Merchant, asked: SaleorObject) -> Progress:
    entry = read_entry(asked.payment_gateway_data.data)
    purchase = amounts.reference_of(asked.source_object)
    known = _own_progress(merchant, asked, purchase, entry)
    if known is not None:
        return known
    parts = find_parts(merchant.payments, purchase)
    reference = next_part(purchase, parts, taken=_parts_on_pages(asked, parts))
    # Read again: a payment that another submit begins from here on blocks this part.
    parts = find_parts(merchant.payments, purchase)
    here = money_of_parts(parts, asked.action.currency)
    submission = Submission(
        payments=merchant.payments,
        reference=reference,
        amount_due=amounts.amount_to_pay(asked, here),
        mode=merchant.mode,
        entry=replace(entry, return_url=entry.return_url or _last_return_url(parts)),
        capture=_captures_at_once(merchant, asked),
        context={_OWNER: str(asked.transaction.token)},
        adapter=ADAPTER,
        saved_cards=DjangoSavedCards(),
        owner=owner_of(asked.source_object.user),
        details=ChargeDetails(
            shopper_ip=asked.customer_ip_address or "",
            shopper_email=_email(asked.source_object),
        ),
        page=partial(_page, asked),
        notify=False,
    )
    return _require_own(merchant, asked, storefront.submit(submission))


def _own_progress(
    merchant: Merchant, asked: SaleorObject, purchase: str, entry: Entry
) -> Progress | None:
    """The progress of this transaction's own payment, if it has funded one, or may yet.

    Raises:
        AmountChanged: it waits for the shopper, and is of more than is left to pay now.
        PaymentReversed: an old submit that comes again takes no new money.
        PaymentError: as `look` says.
    """
    token = str(asked.transaction.token)
    parts = find_parts(merchant.payments, purchase)
    own = [part for part in parts if part.payment.context.get(_OWNER) == token]
    if not own:
        return None
    payment = own[-1].payment
    here = money_of_parts(parts, asked.action.currency)
    is_paid = bool(own[-1].money.minor_units)
    if entry.answers_challenge:
        if not is_paid and not entry.turned_back:
            amounts.refuse_more_than_left(asked, here, payment.amount_due)
        answered = confirm(
            merchant.payments,
            payment,
            entry.answer,
            canceled=entry.turned_back,
            notify=False,
        )
        return _require_own(merchant, asked, answered)
    try:
        money = look(merchant.payments, payment)
    except ActionRequired as error:
        if entry.has_card:
            return None  # it ends the challenge, or is handed the same one again
        amounts.refuse_more_than_left(asked, here, payment.amount_due)
        return Progress(payment=payment, next_action=error.next_action)
    if money is None:
        return None
    return _require_own(merchant, asked, Progress(payment=payment, money=money))


def _parts_on_pages(asked: SaleorObject, parts: list[Part]) -> set[str]:
    """The parts that other transactions pay on hosted pages, if all of them are due.

    If not, this submit replaces the first such part: the shopper has changed their
    mind.

    Raises:
        OutcomeUnknown: more than one page would have to be replaced.
        InvalidRequest: what is asked for is no amount, or a page is in another currency.
    """
    token, currency = str(asked.transaction.token), asked.action.currency
    wanted = read_money(asked.action.amount, currency)
    latest = {part.payment.reference: part for part in parts}
    others = {
        name: part.payment.amount_due
        for name, part in latest.items()
        if part.has_page and part.payment.context.get(_OWNER) != token
    }
    left = amounts.left_to_pay(asked, money_of_parts(parts, currency))
    _refuse_other_currency(others, currency)
    on_pages = sum(others.values(), wanted)
    if not others or on_pages <= left:
        return {*others}
    if len(others) > 1:
        raise OutcomeUnknown(
            f"{' and '.join(others)} are being paid on pages: wait for them",
            code=ErrorCode.IN_PROGRESS,
        )
    return set()


def _refuse_other_currency(due: Mapping[str, Money], currency: str) -> None:
    for name, amount in due.items():
        if amount.currency != currency:
            raise InvalidRequest(
                f"{amount} of {name} is being paid on a page, so that nothing is taken "
                f"in {currency}",
                code=ErrorCode.CURRENCY_MISMATCH,
            )


def find_payment(merchant: Merchant, item: SaleorObject) -> Payment:
    """The payment of that transaction of Saleor's.

    Raises:
        InvalidRequest: there is none.
    """
    ledger = merchant.payments.ledger
    names = item.events.order_by("-pk").values_list("psp_reference", flat=True)
    for name in dict.fromkeys([item.psp_reference, *names]):
        for payment in ledger.find_payments(transaction_id=name) if name else ():
            if payment.context.get(_OWNER) == str(item.token):
                return payment
    raise InvalidRequest(
        f"no payment belongs to transaction {item.token}",
        code=ErrorCode.PAYMENT_UNKNOWN,
    )


def _require_own(
    merchant: Merchant, asked: SaleorObject, progress: Progress
) -> Progress:
    """Money counts for the one transaction that the payment ended with."""
    if progress.money is None or progress.payment is None:
        return progress
    payment = merchant.payments.get(progress.payment.payment_id)
    owner = payment.context.get(_OWNER)
    if owner == str(asked.transaction.token):
        return progress
    raise AlreadyPaid(
        f"this was paid already, with transaction {owner}", code=PAID_ELSEWHERE
    )


def _captures_at_once(merchant: Merchant, asked: SaleorObject) -> bool:
    is_charge = asked.action.action_type.lower() == CHARGE.lower()
    return is_charge or merchant.mode is Mode.HOSTED


def _last_return_url(parts: list[Part]) -> str:
    known = [str(part.payment.context.get(RETURN_URL) or "") for part in parts]
    return next(filter(None, reversed(known)), "")


def _page(
    asked: SaleorObject, payment: Payment, return_url: str
) -> CheckoutRequest | None:
    if payment.mode is not Mode.HOSTED:
        return None
    return CheckoutRequest(
        amount=payment.amount_due,
        reference=payment.reference,
        mode=payment.mode,
        locale=language_of(asked.source_object),
        customer=hosted_page.customer(
            asked.source_object.billing_address, _email(asked.source_object)
        ),
        return_urls=hosted_page.return_urls(return_url),
    )


def _email(source: SaleorObject) -> str:
    return str(getattr(source, "user_email", "") or getattr(source, "email", "") or "")
