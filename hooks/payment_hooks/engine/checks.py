"""Look before you believe: does a transaction fit what was asked?"""

from dataclasses import dataclass
from enum import StrEnum

from payment_hooks.engine.engine import Policy
from payment_hooks.model.errors import PaymentDeclined, PaymentError, WrongState
from payment_hooks.model.kinds import (
    CheckResult,
    DeclineCode,
    Flag,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.model.records import (
    Operation,
    OperationKind,
    Payment,
    PaymentRecord,
)
from payment_hooks.model.results import Transaction

_TAKEN = frozenset({TransactionKind.AUTHORIZATION, TransactionKind.CHARGE})
_RETURNED = frozenset({TransactionKind.REFUND, TransactionKind.VOID})
_ANSWERS = {
    OperationKind.AUTHORIZE: _TAKEN,
    OperationKind.CHARGE: _TAKEN,
    OperationKind.HOSTED_PAGE: _TAKEN,
    OperationKind.CAPTURE: frozenset({TransactionKind.CAPTURE}),
    OperationKind.REFUND: _RETURNED,
    OperationKind.VOID: _RETURNED,
}
"""What may be an operation's own: a refund, say, is no payment of a hosted page."""


class Verdict(StrEnum):
    """What a transaction means for the operation that it is compared with."""

    DONE = "done"
    REFUSED = "refused"
    """The last word is no: nothing was moved, or nothing is left of it."""
    OPEN = "open"
    """Not the last word, or not a word about this operation."""
    MISFIT = "misfit"
    """Money moved, and not as it was asked: a person must look."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and why."""

    verdict: Verdict
    why: str = ""
    """The flag of a misfit, the status of a refusal; empty for what is done."""
    record: PaymentRecord | None = None
    """The payment as it was read for the verdict, if it had to be read."""


def judge(
    payment: Payment,
    operation: Operation,
    transaction: Transaction,
    policy: Policy,
) -> Judgement:
    """What the transaction means for the operation; only SUCCEEDED is money.

    Everybody asks here: the provider's own answer, a look-up, the return from a hosted
    page, a message and reconciliation.
    """
    if transaction.status is TransactionStatus.SUCCEEDED:
        flag = find_flag(payment, operation, transaction, policy)
        return Judgement(Verdict.MISFIT, flag) if flag else Judgement(Verdict.DONE)
    foreign = _find_foreign(payment, operation, transaction, policy)
    if foreign:
        return Judgement(Verdict.OPEN, foreign)
    is_last = transaction.status is not TransactionStatus.PENDING
    verdict = Verdict.REFUSED if is_last else Verdict.OPEN
    return Judgement(verdict, transaction.status.value)


def find_flag(
    payment: Payment,
    operation: Operation,
    transaction: Transaction,
    policy: Policy,
) -> str:
    """Why a person must look at this transaction; empty when it fits.

    Merchant, kind, currency, amount, our own id and time are compared with the
    operation; a partial approval never fits.
    """
    # Whose it is comes first: what is another's money differs in amount as well.
    foreign = _find_foreign(payment, operation, transaction, policy)
    if foreign:
        return foreign
    is_held = transaction.kind is TransactionKind.AUTHORIZATION
    checks = {
        Flag.NOT_CAPTURED: is_held and operation.kind is not OperationKind.AUTHORIZE,
        Flag.CURRENCY_DIFFERS: transaction.amount.currency != operation.amount.currency,
        Flag.PARTIAL_APPROVAL: transaction.partial_approval,
        Flag.AMOUNT_DIFFERS: transaction.amount != operation.amount
        or (_has_extras(transaction) and not policy.extras_allowed),
    }
    return next((name for name, is_wrong in checks.items() if is_wrong), "")


def failed_check(transaction: Transaction) -> str:
    """Which check of the card's details the bank answered with no; empty if none."""
    checks = {
        Flag.CVC_CHECK_FAILED: transaction.cvc_check,
        Flag.POSTAL_CODE_CHECK_FAILED: transaction.postal_code_check,
        Flag.ADDRESS_CHECK_FAILED: transaction.address_check,
    }
    return next(
        (name for name, result in checks.items() if result is CheckResult.FAILED), ""
    )


def describe(transaction: Transaction) -> dict[str, str]:
    """What may be kept of a transaction beside its id and amount."""
    source = transaction.source
    values = {
        "brand": source.brand if source else "",
        "last4": source.last4 if source else "",
        "cvc_check": transaction.cvc_check.value,
        "postal_code_check": transaction.postal_code_check.value,
        "address_check": transaction.address_check.value,
        "tip": str(transaction.tip or ""),
        "surcharge": str(transaction.surcharge or ""),
        "warning": transaction.warning,
        "moved_at": transaction.created_at.isoformat()
        if transaction.created_at
        else "",
    }
    return {name: value for name, value in values.items() if value}


def refusal_of(operation: Operation, transaction: Transaction) -> PaymentError:
    """The error for a transaction that is there, and brought nothing in the end."""
    message = (
        f"{operation.kind} {transaction.transaction_id} is {transaction.status}: "
        "nothing of it was moved"
    )
    if (
        operation.challenge is not None
        or transaction.status is TransactionStatus.FAILED
    ):
        return PaymentDeclined(
            message,
            decline_code=DeclineCode.AUTHENTICATION_FAILED
            if operation.challenge
            else DeclineCode.PROCESSING_ERROR,
            transaction_id=transaction.transaction_id,
            code=transaction.status.value,
        )
    return WrongState(message, code=transaction.status.value)


def _find_foreign(
    payment: Payment, operation: Operation, transaction: Transaction, policy: Policy
) -> str:
    """Why the transaction is not this operation's at all; empty if it may be."""
    checks = {
        Flag.MERCHANT_DIFFERS: transaction.merchant_id not in ("", payment.merchant_id),
        Flag.KIND_DIFFERS: transaction.kind not in _ANSWERS[operation.kind],
        Flag.REFERENCE_DIFFERS: _is_anothers(operation, transaction),
        Flag.OLDER_THAN_ASKED: _is_older(operation, transaction, policy),
    }
    return next((name for name, is_wrong in checks.items() if is_wrong), "")


def _is_anothers(operation: Operation, transaction: Transaction) -> bool:
    """Whether our own id says so; of a page's money the mark decides, where it shows.

    Without a mark, amount and time are all there is to go by.
    """
    if transaction.operation_id:
        return transaction.operation_id != operation.operation_id
    return operation.kind is OperationKind.HOSTED_PAGE and transaction.shows_marks


def _has_extras(transaction: Transaction) -> bool:
    extras = (transaction.tip, transaction.surcharge)
    return any(extra is not None and extra.minor_units for extra in extras)


def _is_older(operation: Operation, transaction: Transaction, policy: Policy) -> bool:
    """A payment from before the hosted session cannot be the session's."""
    return (
        operation.kind is OperationKind.HOSTED_PAGE
        and transaction.created_at is not None
        and transaction.created_at < operation.created_at - policy.clock_skew
    )
