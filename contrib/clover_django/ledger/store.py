"""The ledger in Django's ORM: every write is committed when the call returns."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from django.db import IntegrityError
from django.db.models import Exists, Min, Q, QuerySet

from clover_django import models
from clover_django.database.commits import Committer
from clover_django.fields.moments import to_utc
from clover_django.ledger.actors import current_actor
from payment_hooks import (
    Operation,
    Payment,
    PaymentRecord,
    PaymentState,
    StaleVersion,
    WebhookEvent,
)
from payment_hooks.ledger import add_or_find, rows

_ONLY = 1
"""The primary key of the one installation."""
_IDENTITY = ("provider", "merchant_id", "reference", "sequence")


class DjangoLedger:
    """A `Ledger` in the tables of `clover_django`, on one database alias.

    It commits by itself and refuses to write where a transaction is open on that very
    alias: an intent that a rollback could erase would be no intent.
    """

    def __init__(self, using: str) -> None:
        self.using = using
        self._write = Committer(using).write
        self._installation_id = ""

    def installation_id(self) -> str:
        """See `Ledger`."""
        if not self._installation_id:
            self._installation_id = self._read_installation_id()
        return self._installation_id

    def add_payment(self, payment: Payment) -> Payment:
        """See `Ledger`."""
        values = rows.payment_values(payment)

        def add() -> None:
            self._payments.create(**values)
            self._note(payment, is_new=True)

        try:
            self._write(add)
        except IntegrityError:
            same = {name: values[name] for name in _IDENTITY}
            [known] = _read_payments(self._payments.filter(**same))
            return known
        return payment

    def get_payment(self, payment_id: str) -> Payment | None:
        """See `Ledger`."""
        found = self._payments.filter(payment_id=payment_id)
        return next(iter(_read_payments(found)), None)

    def get_record(self, payment_id: str) -> PaymentRecord | None:
        """See `Ledger`."""
        payment = self.get_payment(payment_id)
        if payment is None:
            return None
        return PaymentRecord(payment=payment, operations=self.operations(payment_id))

    def find_payments(
        self, *, reference: str = "", session_id: str = "", transaction_id: str = ""
    ) -> tuple[Payment, ...]:
        """See `Ledger`."""
        criteria = {
            "reference": reference,
            "operations__session_id": session_id,
            "operations__transaction_id": transaction_id,
        }
        wanted = {name: value for name, value in criteria.items() if value}
        if not wanted:
            return ()
        found = self._payments.filter(**wanted)
        return _read_payments(found.order_by("pk").distinct())

    def find_related(
        self, reference: str, transaction_id: str
    ) -> tuple[PaymentRecord, ...]:
        """See `Ledger`."""
        # Ids instead of a subquery: beside OR, PostgreSQL would read the whole table.
        having = self._operations.filter(transaction_id=transaction_id)
        ids = (
            list(having.values_list("payment_id", flat=True)) if transaction_id else []
        )
        found = self._payments.filter(Q(reference=reference) | Q(payment_id__in=ids))
        payments = _read_payments(found.order_by("pk"))
        ids = [payment.payment_id for payment in payments]
        of_them = self._operations.filter(payment_id__in=ids)
        return rows.join(payments, _read_operations(of_them.order_by("pk")))

    def replace_payment(self, payment: Payment) -> Payment:
        """See `Ledger`."""
        return self._write(lambda: self._replace_payment(payment))

    def add_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        return add_or_find(
            operation,
            lambda: self._insert(operation),
            lambda: self._obstacle(operation),
        )

    def get_operation(self, operation_id: str) -> Operation | None:
        """See `Ledger`."""
        found = self._operations.filter(operation_id=operation_id)
        return next(iter(_read_operations(found)), None)

    def operations(self, payment_id: str) -> tuple[Operation, ...]:
        """See `Ledger`."""
        found = self._operations.filter(payment_id=payment_id)
        return _read_operations(found.order_by("pk"))

    def replace_operation(
        self,
        operation: Operation,
        payment: Payment | None = None,
        *,
        unless_closed: bool = False,
    ) -> Operation:
        """See `Ledger`."""

        def change() -> Operation:
            written = self._replace_operation(operation, unless_closed=unless_closed)
            if payment is not None:
                self._replace_payment(payment)
            return written

        return self._write(change)

    def due_operations(self, before: datetime, limit: int) -> tuple[Operation, ...]:
        """See `Ledger`."""
        due = self._operations.filter(due__lte=before)
        return _read_operations(due.order_by("due", "pk")[:limit])

    def oldest_unknown(self) -> datetime | None:
        """See `Ledger`."""
        # Grouped: without it, a planner walks by age through all that was ever done.
        unknown = self._operations.filter(due__gt=rows.EPOCH, state__in=rows.UNRESOLVED)
        oldest = unknown.values("state").annotate(oldest=Min("created_at"))
        moments = [to_utc(moment) for moment in oldest.values_list("oldest", flat=True)]
        return min(moments, default=None)

    def operations_between(
        self,
        since: datetime,
        until: datetime,
        *,
        after: Operation | None = None,
        limit: int = 500,
    ) -> tuple[Operation, ...]:
        """See `Ledger`."""
        first = since if after is None else max(since, after.created_at)
        wanted = self._operations.filter(created_at__gte=first, created_at__lt=until)
        if after is not None:
            is_behind = Q(created_at__gt=after.created_at)
            wanted = wanted.filter(is_behind | Q(operation_id__gt=after.operation_id))
        ordered = wanted.order_by("created_at", "operation_id")
        return _read_operations(ordered[:limit])

    def add_event(self, event: WebhookEvent) -> bool:
        """See `Ledger`."""
        receipt = models.WebhookReceipt(**rows.event_values(event))
        try:
            self._write(lambda: receipt.save(using=self.using, force_insert=True))
        except IntegrityError:
            receipt = self._receipts.get(event_id=event.event_id)
        return receipt.finished_at is None

    def find_events(self, session_id: str) -> tuple[WebhookEvent, ...]:
        """See `Ledger`."""
        found = self._receipts.filter(session_id=session_id, finished_at=None)
        return tuple(rows.read_event(_in_utc(row)) for row in found.values())

    def finish_event(self, event_id: str) -> None:
        """See `Ledger`."""
        open_ones = self._receipts.filter(event_id=event_id, finished_at=None)
        self._write(lambda: open_ones.update(finished_at=datetime.now(UTC)))

    def _read_installation_id(self) -> str:
        installations = models.Installation.objects.using(self.using)
        known = installations.filter(pk=_ONLY).first()
        if known is None:
            name = uuid4().hex
            with suppress(IntegrityError):
                self._write(
                    lambda: installations.create(pk=_ONLY, installation_id=name)
                )
            known = installations.get(pk=_ONLY)
        return str(known.installation_id)

    def _insert(self, operation: Operation) -> bool:
        """Whether there was no conflict."""

        def add() -> None:
            self._operations.create(**rows.operation_values(operation))
            self._note(operation, is_new=True)

        try:
            self._write(add)
        except IntegrityError:
            return False
        return True

    def _replace_payment(self, payment: Payment) -> Payment:
        # The write comes first: SQLite cannot turn a read into a write in peace.
        known = self._payments.filter(
            payment_id=payment.payment_id, version=payment.version
        )
        written = replace(payment, version=payment.version + 1)
        if not known.update(**rows.payment_values(written)):
            raise StaleVersion(f"payment {payment.payment_id} changed meanwhile")
        self._note(written)
        return written

    def _replace_operation(
        self, operation: Operation, *, unless_closed: bool
    ) -> Operation:
        known = self._operations.filter(
            operation_id=operation.operation_id, version=operation.version
        )
        if unless_closed:
            closed = self._payments.filter(
                payment_id=operation.payment_id, state=PaymentState.CLOSED.value
            )
            known = known.filter(~Exists(closed))
        written = replace(operation, version=operation.version + 1)
        if not known.update(**rows.operation_values(written)):
            raise StaleVersion(f"operation {operation.operation_id} changed meanwhile")
        self._note(written)
        return written

    def _obstacle(self, operation: Operation) -> Operation | None:
        """What stands in its way; None when that was done meanwhile."""
        for condition in (
            {"idempotency_key": operation.intent.idempotency_key},
            {"open_slot": operation.intent.slot},
        ):
            found = _read_operations(self._operations.filter(**condition))
            if found:
                return found[0]
        return None

    def _note(self, record: Payment | Operation, *, is_new: bool = False) -> None:
        """Add to the history what it does not say yet; a new record has none."""
        of_record = self._history.filter(**rows.history_key(record))
        last = None if is_new else of_record.values("after", "reason").last()
        values = rows.history_values(record, last)
        if values is not None:
            self._history.create(**values, actor=current_actor())

    @property
    def _payments(self) -> QuerySet[models.Payment]:
        return models.Payment.objects.using(self.using)

    @property
    def _operations(self) -> QuerySet[models.Operation]:
        return models.Operation.objects.using(self.using)

    @property
    def _receipts(self) -> QuerySet[models.WebhookReceipt]:
        return models.WebhookReceipt.objects.using(self.using)

    @property
    def _history(self) -> QuerySet[models.PaymentEvent]:
        return models.PaymentEvent.objects.using(self.using)


def read_records(found: QuerySet[models.Payment]) -> tuple[PaymentRecord, ...]:
    """The payments of these rows with their operations, in two queries for all of them."""
    payments = _read_payments(found)
    ids = [payment.payment_id for payment in payments]
    of_them = models.Operation.objects.using(found.db).filter(payment_id__in=ids)
    return rows.join(payments, _read_operations(of_them.order_by("pk")))


def _read_payments(found: QuerySet[models.Payment]) -> tuple[Payment, ...]:
    return tuple(rows.read_payment(_in_utc(row)) for row in found.values())


def _read_operations(found: QuerySet[models.Operation]) -> tuple[Operation, ...]:
    return tuple(rows.read_operation(_in_utc(row)) for row in found.values())


def _in_utc(row: rows.Values) -> rows.Values:
    return {
        name: to_utc(value) if isinstance(value, datetime) else value
        for name, value in row.items()
    }
