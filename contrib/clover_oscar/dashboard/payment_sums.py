"""What the listed payments add up to, summed in the database."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from clover_django.models import Operation
from clover_django.models import Payment as PaymentRow
from clover_oscar.amounts import show
from payment_hooks import (
    CAPTURING,
    Money,
    OperationKind,
    OperationState,
    PaymentState,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Of all listed payments in one currency, as Oscar shows its prices."""

    authorized: str
    """What can still be captured."""
    captured: str
    refunded: str
    net: str
    """What was captured and not refunded."""


def add_up(rows: QuerySet[PaymentRow]) -> list[Sums]:
    """The sums of these payments, one for each currency; two queries for any number."""
    totals: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for currency, kind, total in _by_kind(rows):
        if kind in CAPTURING:
            totals[currency]["captured"] += total
        elif kind == OperationKind.REFUND:
            totals[currency]["refunded"] += total
    authorized = rows.filter(state=PaymentState.AUTHORIZED.value)
    for currency, kind, total in _by_kind(authorized):
        if kind == OperationKind.AUTHORIZE:
            totals[currency]["authorized"] += total
    return [_sums(currency, found) for currency, found in sorted(totals.items())]


def _by_kind(rows: QuerySet[PaymentRow]) -> Iterator[tuple[str, str, int]]:
    """Currency, kind and sum of the operations that count and follow money that does."""
    counted = {"state": OperationState.SUCCEEDED.value, "flag": ""}
    known = Operation.objects.using(rows.db)
    parent = known.filter(
        transaction_id=OuterRef("parent_id"),
        payment_id=OuterRef("payment_id"),
        **counted,
    )
    moved = Coalesce("moved_minor_units", "amount_minor_units")
    ids = rows.order_by().values("payment_id")
    found = (
        known.filter(Q(parent_id="") | Q(Exists(parent)), payment_id__in=ids, **counted)
        .values("currency", "kind")
        .annotate(total=Sum(moved))
        .order_by("currency", "kind")
    )
    yield from found.values_list("currency", "kind", "total")


def _sums(currency: str, found: dict[str, int]) -> Sums:
    captured, refunded = found["captured"], found["refunded"]
    return Sums(
        authorized=show(Money(found["authorized"], currency)),
        captured=show(Money(captured, currency)),
        refunded=show(Money(refunded, currency)),
        net=show(Money(captured - refunded, currency)),
    )
