"""What a payment's operations add up to: authorized, charged, refunded, voided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from payment_hooks.ledger.state import following_money
from payment_hooks.model.money import Money
from payment_hooks.model.records import CAPTURING, Operation, OperationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums of one payment or of several; what is asked for and not known is pending."""

    authorized: Money
    authorize_pending: Money
    charged: Money
    charge_pending: Money
    refunded: Money
    refund_pending: Money
    voided: Money
    void_pending: Money


def add_up(operations: Sequence[Operation], currency: str) -> Totals:
    """The sums of these operations.

    What is on its way back is not charged any more, and what was captured or is being
    released is not authorized any more: a capture is of the whole or the last.
    """
    known = following_money(tuple(operations))
    done, pending = _sums(known, is_open=False), _sums(known, is_open=True)
    zero = Money(0, currency)

    def total(sums: dict[OperationKind, int], *kinds: OperationKind) -> Money:
        return Money(sum(sums[kind] for kind in kinds), currency)

    captured = total(done, *CAPTURING)
    refunded, refund_pending = (
        total(sums, OperationKind.REFUND) for sums in (done, pending)
    )
    is_followed = any(
        row.kind in (OperationKind.CAPTURE, OperationKind.VOID)
        and (row.counts or row.state.is_open)
        for row in known
    )
    authorized = zero if is_followed else total(done, OperationKind.AUTHORIZE)
    return Totals(
        authorized=authorized,
        authorize_pending=total(pending, OperationKind.AUTHORIZE),
        charged=captured - refunded - refund_pending,
        charge_pending=total(pending, OperationKind.CHARGE, OperationKind.CAPTURE),
        refunded=refunded,
        refund_pending=refund_pending,
        voided=total(done, OperationKind.VOID),
        void_pending=total(pending, OperationKind.VOID),
    )


def sum_up(several: Iterable[Totals], currency: str) -> Totals:
    """The sums of several payments."""
    zero, rows = Money(0, currency), list(several)
    return Totals(
        **{
            name.name: sum((getattr(row, name.name) for row in rows), zero)
            for name in fields(Totals)
        }
    )


def _sums(
    operations: Sequence[Operation], *, is_open: bool
) -> dict[OperationKind, int]:
    sums = dict.fromkeys(OperationKind, 0)
    for row in operations:
        if row.state.is_open if is_open else row.counts:
            sums[row.kind] += row.effective_amount.minor_units
    return sums
