"""What a submit came to, as data, and the steps that lead there; nothing of ours raises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from payment_hooks.engine.payments import Payments
from payment_hooks.ledger.outcomes import (
    Outcome,
    find_challenged,
    last_decline,
    outcome_of,
)
from payment_hooks.ledger.state import (
    decline_of,
    derive_state,
    funding_operation,
    still_open,
)
from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.details.charge import ChargeDetails
from payment_hooks.model.errors import (
    AlreadyPaid,
    ConfigurationError,
    OutcomeUnknown,
    PaymentError,
    PaymentReversed,
    UnsupportedOperation,
    WrongState,
)
from payment_hooks.model.kinds import ErrorCode, Mode
from payment_hooks.model.messages import shopper_text
from payment_hooks.model.money import Money
from payment_hooks.model.records import REVERSED, Operation, Payment, PaymentState
from payment_hooks.model.requests import CheckoutRequest
from payment_hooks.model.results import ActionRequired, Challenge, NextAction


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The result of a submit: exactly one of the last three fields is set."""

    payment: Payment | None = None
    money: Operation | None = None
    """The charge or authorization that funded the payment."""
    next_action: NextAction | None = None
    """What the shopper's browser must do next; nothing was taken so far.

    A `Challenge` is answered, and the answer goes to `confirm`."""
    refusal: PaymentError | None = None
    """The error, if neither is set; after `OutcomeUnknown` money may have moved."""

    @property
    def is_unknown(self) -> bool:
        """Whether money may have moved: no one may pay again before it is resolved."""
        return isinstance(self.refusal, OutcomeUnknown)


def begin(
    payments: Payments,
    reference: str,
    *,
    mode: Mode,
    amount_due: Money,
    context: Mapping[str, object],
    adapter: str = "",
) -> Payment:
    """The payment for this reference; after one that was reversed, the next one.

    Raises:
        AlreadyPaid: with another amount.
        PaymentError: as `Payments.open` says.
    """
    payment = payments.open(
        reference,
        mode=mode,
        amount_due=amount_due,
        context=context,
        adapter=adapter,
        again=True,
    )
    if payment.amount_due != amount_due:
        raise AlreadyPaid(
            f"{reference!r} was paid with {payment.amount_due}, so {amount_due} is not "
            "taken as well: give that back, or ask for the difference by itself",
            code=ErrorCode.PAID_WITH_OTHER_AMOUNT,
        )
    return payment


def pay(
    payments: Payments,
    payment: Payment,
    source: PaymentSource | None,
    *,
    capture: bool = True,
    page: CheckoutRequest | None = None,
    details: ChargeDetails | None = None,
    notify: bool = True,
) -> Progress:
    """Charge or authorize the source, or say how the browser gets one.

    Without a source, open operations are resolved first: a hosted page the shopper comes
    back from, a charge of unknown outcome, or one that waits for the shopper. `details`
    and `notify` as for `Payments.charge`.
    """

    def submit() -> Progress:
        brings_card = source is not None and payment.mode is not Mode.HOSTED
        look_at = _find_money if brings_card else look
        money = look_at(payments, payment)
        if money is not None:
            return Progress(payment=payments.get(payment.payment_id), money=money)
        if source is None or not brings_card:
            return _ask(payments, payment, page)
        take = payments.charge if capture else payments.authorize
        money = take(payment.payment_id, source, details=details, notify=notify)
        return Progress(payment=payments.get(payment.payment_id), money=money)

    return attempt(submit, payment)


def confirm(
    payments: Payments,
    payment: Payment,
    answer: Mapping[str, str] | None,
    *,
    canceled: bool = False,
    notify: bool = True,
) -> Progress:
    """Go on with a charge after the shopper answered its challenge.

    Arguments as for `Payments.confirm`.
    """

    def submit() -> Progress:
        payment_id = payment.payment_id
        money = payments.confirm(payment_id, answer, canceled=canceled, notify=notify)
        return Progress(payment=payments.get(payment_id), money=money)

    return attempt(submit, payment)


def look(payments: Payments, payment: Payment) -> Operation | None:
    """The operation that funded the payment, after its open operations were resolved.

    None where it is not paid, or waits for the shopper on a page.

    Raises:
        ActionRequired: it waits for the shopper to answer a challenge.
        PaymentReversed: it was voided or refunded.
        OutcomeUnknown: money may still have moved.
        PaymentDeclined: the bank declined, which was found out just now.
    """
    _resolve_open(payments, payment)
    return _find_money(payments, payment)


def attempt(submit: Callable[[], Progress], payment: Payment | None = None) -> Progress:
    """The result of `submit`; an error of ours becomes its `refusal`."""
    try:
        return submit()
    except ActionRequired as error:
        return Progress(payment=payment, next_action=error.next_action)
    except PaymentError as error:
        return Progress(payment=payment, refusal=error)
    except ConfigurationError as error:
        unusable = UnsupportedOperation(str(error), code=ErrorCode.CONFIGURATION)
        return Progress(payment=payment, refusal=unusable)


def explain(progress: Progress, language: str) -> str:
    """The text for the shopper after a submit without money; empty after one with.

    Where the shopper has to act first there is a text for a challenge; a page to pay on, or
    card fields, need none.
    """
    if isinstance(progress.next_action, Challenge):
        return shopper_text(ActionRequired.text_code, language)
    return progress.refusal.shopper_message(language) if progress.refusal else ""


def _ask(
    payments: Payments, payment: Payment, page: CheckoutRequest | None
) -> Progress:
    """What the browser must do next, unless the payment was funded meanwhile."""
    try:
        step = payments.start_checkout(payment.payment_id, page)
    except WrongState:
        current = payments.get(payment.payment_id)
        money = _find_money(payments, current)
        if money is None:
            raise
        return Progress(payment=current, money=money)
    return Progress(payment=payment, next_action=step)


def _find_money(payments: Payments, payment: Payment) -> Operation | None:
    """The operation that funded the payment; None while it is open or after it was closed.

    Only the operations count: the payment's own row is updated a moment later.

    Raises:
        PaymentReversed: it was voided or refunded.
    """
    operations = payments.operations(payment.payment_id)
    state = derive_state(operations, closed=False)
    if state is PaymentState.OPEN:
        return None
    if state in REVERSED:
        raise PaymentReversed(
            f"payment {payment.payment_id} is {state}", code=ErrorCode.PAYMENT_REVERSED
        )
    return funding_operation(payment, operations)


def _resolve_open(payments: Payments, payment: Payment) -> None:
    """Resolve the open operations of the payment.

    Raises:
        ActionRequired: it waits for the shopper to answer a challenge.
        OutcomeUnknown: money may still have moved; an unpaid page does not count.
        PaymentDeclined: the bank declined, which was found out just now.
    """
    payment_id = payment.payment_id
    if not any(row.state.is_open for row in payments.operations(payment_id)):
        return
    try:
        payments.resolve(payment_id)
    except PaymentError as error:
        # What another request works on may be its page, which opens for both.
        if error.code != ErrorCode.IN_PROGRESS:
            raise OutcomeUnknown(
                f"the outcome of payment {payment_id} is unknown: {error}",
                code=ErrorCode.OUTCOME_UNKNOWN,
            ) from error
    operations = payments.operations(payment_id)
    outcome = outcome_of(operations, shopper_canceled=True)
    if outcome is Outcome.CHECKING:
        raise OutcomeUnknown(
            f"the outcome of payment {payment_id} is unknown",
            code=ErrorCode.OUTCOME_UNKNOWN,
        )
    waiting = find_challenged(operations)
    if outcome is Outcome.ACTION_REQUIRED and waiting is not None:
        raise still_open(waiting)
    declined = last_decline(operations)
    if outcome is Outcome.NOT_PAID and declined and payment.mode is not Mode.HOSTED:
        raise decline_of(declined)
