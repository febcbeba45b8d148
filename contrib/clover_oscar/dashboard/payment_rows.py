"""What the dashboard shows of each payment, read for all rows of a page at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.contrib.auth import get_user_model
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from clover_django.language import words
from clover_django.language.remedies import flag_remedy
from clover_oscar.amounts import show
from clover_oscar.baskets.snapshot import Snapshot
from clover_oscar.dashboard.payment_filters import WARNED_BEFORE, authorization_window
from clover_oscar.orders import refund_marks
from clover_oscar.orders.flags import BEING_REVERSED, WITHOUT_ORDER
from clover_oscar.orders.movements import was_funded
from clover_oscar.orders.payments import load_witnesses, orders_of
from clover_oscar.orders.placement import find_placeable
from clover_oscar.untyped import OscarObject
from payment_hooks import (
    REVERSED,
    Operation,
    OperationState,
    Payment,
    PaymentRecord,
)
from payment_hooks.ledger import add_up, lapses_at, visible_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that needs attention, in the reader's language."""

    text: str
    remedy: str = ""
    flag: str = ""
    """The mark to be removed once it is done; empty where another button ends it."""


@dataclass(slots=True, kw_only=True)
class Row:
    """One payment of the list."""

    record: PaymentRecord
    order: OscarObject = None
    customer: str = ""
    reasons: list[Reason] = field(default_factory=list)
    lapses_at: datetime | None = None
    can_place: bool = False
    can_reverse: bool = False

    @property
    def payment(self) -> Payment:
        """The payment."""
        return self.record.payment

    @property
    def amount(self) -> str:
        """What was to be paid, as Oscar shows its prices."""
        return show(self.payment.amount_due)

    @property
    def captured(self) -> str:
        """What was captured, where that is another amount; else empty."""
        return captured_otherwise(self.record)

    @property
    def state(self) -> str:
        """The payment's state, or what became of the latest attempt of an open one."""
        return visible_state(self.payment, self.record.operations).value

    @property
    def card(self) -> str:
        """The card, as `Visa •••• 4242`; empty where it is not known."""
        return card_of(self.record.operations)

    @property
    def is_lapsing(self) -> bool:
        """Whether it holds an authorization that lapses soon, or did."""
        return (
            self.lapses_at is not None
            and self.lapses_at <= datetime.now(UTC) + WARNED_BEFORE
        )

    @property
    def can_check(self) -> bool:
        """Whether Clover could say more than is known."""
        unfinished = any(
            row.state.is_open or (row.due is not None and not row.notified)
            for row in self.record.operations
        )
        return unfinished or BEING_REVERSED in self.payment.flags


def read_rows(records: Sequence[PaymentRecord]) -> list[Row]:
    """The rows of these payments; the number of queries does not grow with theirs."""
    payments = [record.payment for record in records]
    seen = load_witnesses(payments)
    orders = orders_of(payments, seen)
    marked = [row for row in records if WITHOUT_ORDER & set(row.payment.flags)]
    placeable = find_placeable(marked, seen)
    customers = _customers(payments, orders)
    window = authorization_window()
    rows = []
    for record in records:
        payment = record.payment
        order = orders.get(payment.payment_id)
        row = Row(
            record=record,
            order=order,
            customer=customers.get(payment.payment_id, ""),
            lapses_at=lapses_at(record.operations, window),
        )
        if record in marked:
            row.can_reverse = not why_no_decision(payment, order)
            row.can_place = row.can_reverse and payment.payment_id in placeable
        row.reasons = list(_reasons(row))
        rows.append(row)
    return rows


def why_no_decision(payment: Payment, order: OscarObject) -> str:
    """Why no person must decide about money without an order; empty where one must."""
    if order is not None:
        return _("This payment has an order: refund it there.")
    if payment.state in REVERSED:
        return _("The money of this payment was refunded.")
    if BEING_REVERSED in payment.flags and refund_marks.is_at_work(payment):
        return _("The money is being refunded at this moment: load the page again.")
    if not (was_funded(payment) and WITHOUT_ORDER & set(payment.flags)):
        return _("No decision is needed about this payment: load the page again.")
    return ""


def captured_otherwise(record: PaymentRecord) -> str:
    """What was captured, where it is not the amount of the payment; else empty."""
    due = record.payment.amount_due
    sums = add_up(record.operations, due.currency)
    captured = sums.charged + sums.refunded + sums.refund_pending
    return show(captured) if captured.minor_units and captured != due else ""


def card_of(operations: Iterable[Operation]) -> str:
    """The card that paid, or else the latest one that was tried."""
    known = [row for row in operations if row.card_label]
    paid = [row for row in known if row.funds_payment]
    return (paid or known)[-1].card_label if known else ""


def _reasons(row: Row) -> Iterable[Reason]:
    for flag in row.payment.flags:
        is_decided = flag in WITHOUT_ORDER and row.can_reverse
        yield Reason(
            text=words.flag_name(flag),
            remedy=flag_remedy(flag),
            flag="" if is_decided or flag == BEING_REVERSED else flag,
        )
    operations = row.record.operations
    for operation in operations:
        if operation.state.is_open and operation.state is not OperationState.WAITING:
            text = _("%(kind)s of %(amount)s: %(state)s") % {
                "kind": words.kind_name(operation.kind),
                "amount": show(operation.amount),
                "state": words.state_name(operation.state),
            }
            yield Reason(text=text)
    is_news = any(found.counts and not found.notified for found in operations)
    if is_news and row.order is None and not WITHOUT_ORDER & set(row.payment.flags):
        yield Reason(text=_("Paid, and the order is not placed yet"))
    if row.is_lapsing and row.lapses_at:
        yield Reason(
            text=_("The authorization may lapse on %(date)s")
            % {"date": date_format(localtime(row.lapses_at), "DATETIME_FORMAT")},
            remedy=_("Capture or void it before then."),
        )


def _customers(
    payments: Sequence[Payment], orders: dict[str, OscarObject]
) -> dict[str, str]:
    """Who pays: the e-mail address of the order, or else of the checkout."""
    snapshots = {row.payment_id: Snapshot.of(row) for row in payments}
    wanted = {
        snapshot.user_id
        for payment_id, snapshot in snapshots.items()
        if snapshot and snapshot.user_id and payment_id not in orders
    }
    users = get_user_model()._default_manager.filter(pk__in=wanted) if wanted else ()
    emails = {str(user.pk): str(getattr(user, "email", "")) for user in users}
    found = {}
    for payment_id, snapshot in snapshots.items():
        order = orders.get(payment_id)
        known = snapshot.order_fields.get("guest_email") if snapshot else ""
        if order is not None:
            known = order.email or known
        elif snapshot and not known:
            known = emails.get(snapshot.user_id, "")
        found[payment_id] = str(known or "")
    return found
