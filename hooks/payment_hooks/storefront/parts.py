"""A purchase that may be paid in parts: each part is a payment of its own.

The first part has the purchase's own reference, the others a number appended to it, so
that all parts are found by the purchase's reference.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import count

from payment_hooks.engine.payments import Payments
from payment_hooks.ledger.outcomes import has_open_page
from payment_hooks.ledger.state import money_here, refuse_conflict, refuse_unclear
from payment_hooks.model.errors import OutcomeUnknown
from payment_hooks.model.kinds import ErrorCode
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    Operation,
    OperationState,
    Payment,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One payment of a purchase, as the ledger knew it when it was read."""

    payment: Payment
    operations: tuple[Operation, ...]

    @property
    def money(self) -> Money:
        """The captured or authorized money of it, less refunds."""
        return money_here(self.payment, self.operations)

    @property
    def has_page(self) -> bool:
        """Whether it has a hosted page that can still be paid, or may be paid already."""
        return has_open_page(self.operations)

    @property
    def is_under_way(self) -> bool:
        """Whether money may be moving; what waits for the shopper does not count."""
        return any(
            row.state.is_open and row.state is not OperationState.WAITING
            for row in self.operations
        )


def find_parts(payments: Payments, reference: str) -> list[Part]:
    """Every payment of the purchase, of whatever merchant, oldest part first."""
    found: list[Part] = []
    for name in _names(reference):
        records = payments.ledger.find_related(name, "")
        if not records:
            return found
        found += [
            Part(payment=row.payment, operations=row.operations)
            for row in sorted(records, key=lambda row: row.payment.sequence)
        ]
    raise AssertionError("references never end")


def next_part(reference: str, parts: list[Part], *, taken: Collection[str] = ()) -> str:
    """The reference of the part that is to be paid now: the first without money.

    Two submits that come at once choose the same one, and so end as one payment.

    Args:
        reference: the purchase's own.
        parts: what `find_parts` found.
        taken: references that are left to those who pay on a page of theirs.

    Raises:
        OutcomeUnknown: money of that part may be moving, or a person must look first.
        KeyConflict: a person must look first.
    """
    for part in parts:
        refuse_conflict(part.payment)
        refuse_unclear(part.operations)
    latest = {part.payment.reference: part for part in parts}
    for name in _names(reference):
        known = latest.get(name)
        if known is not None and known.is_under_way:
            raise OutcomeUnknown(
                f"payment {known.payment.payment_id} is being made already",
                code=ErrorCode.IN_PROGRESS,
            )
        if known is None or not (known.money.minor_units or name in taken):
            return name
    raise AssertionError("references never end")


def money_of_parts(parts: list[Part], currency: str) -> Money:
    """The sum of `Part.money`."""
    zero = Money(0, currency)
    return sum((part.money for part in parts if part.money.currency == currency), zero)


def _names(reference: str) -> Iterator[str]:
    yield reference
    for number in count(2):
        yield f"{reference}/{number}"
