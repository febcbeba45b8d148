"""What a comparison of a transaction with the ledger found."""

from dataclasses import dataclass
from enum import StrEnum

from payment_hooks.model.money import Money
from payment_hooks.model.records import Operation, Payment
from payment_hooks.model.results import Transaction


class FindingKind(StrEnum):
    """What a difference means for the person who reads the report."""

    RECOVERED = "recovered"
    """The provider has the money a payment waits for; it is paid now."""
    RECORDED = "recorded"
    """Made at the provider, such as a refund in its dashboard; it is in the ledger now."""
    FLAGGED = "flagged"
    """A person must look; nothing was moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference between the provider's list and the ledger."""

    kind: FindingKind
    transaction_id: str
    reference: str = ""
    """The shop's, as far as it is known."""
    payment_id: str = ""
    expected: Money | None = None
    """What the ledger says; None where it knows nothing of it."""
    found: Money | None = None
    """What the provider says; None where it knows nothing of it."""
    flag: str = ""
    """Why a person must look."""


def finding_of(
    kind: FindingKind,
    transaction: Transaction,
    payment: Payment | None = None,
    operation: Operation | None = None,
    flag: str = "",
) -> Finding:
    """What the transaction shows, beside what the ledger has of it."""
    return Finding(
        kind=kind,
        transaction_id=transaction.transaction_id,
        reference=payment.reference if payment else transaction.reference,
        payment_id=payment.payment_id if payment else "",
        expected=operation.amount if operation else None,
        found=_with_extras(transaction),
        flag=flag,
    )


def flagged(
    flag: str,
    transaction: Transaction,
    payment: Payment | None = None,
    operation: Operation | None = None,
) -> Finding:
    """A finding which asks a person to look."""
    return finding_of(FindingKind.FLAGGED, transaction, payment, operation, flag)


def _with_extras(transaction: Transaction) -> Money:
    """All that the shopper paid, with tip and surcharge."""
    total = transaction.amount
    for extra in (transaction.tip, transaction.surcharge):
        if extra is not None:
            total += extra
    return total
