"""The ledger in Django's ORM: every write is committed when the call returns."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from django.db import IntegrityError
from django.db.models import Q, QuerySet

from clover_django import models
from clover_django.database.commits import Committer
from clover_django.ledger import rows
from clover_django.ledger.actors import current_actor
from payment_hooks import Operation, Payment, StaleVersion, WebhookEvent

_Event = dict[str, str | None]
_TRIES = 3
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
            models.Payment.objects.using(self.using).create(**values)
            self._append(_event_of_payment(payment))

        try:
            self._write(add)
        except IntegrityError:
            known = models.Payment.objects.using(self.using).get(
                **{name: values[name] for name in _IDENTITY}
            )
            return rows.read_payment(known)
        return payment

    def get_payment(self, payment_id: str) -> Payment | None:
        """See `Ledger`."""
        found = models.Payment.objects.using(self.using).filter(payment_id=payment_id)
        row = found.first()
        return rows.read_payment(row) if row else None

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
        found = models.Payment.objects.using(self.using)
        payments = found.filter(**wanted) if wanted else found.none()
        ordered = payments.order_by("pk").distinct()
        return tuple(rows.read_payment(row) for row in ordered)

    def replace_payment(self, payment: Payment) -> Payment:
        """See `Ledger`."""
        written = replace(payment, version=payment.version + 1)

        def change() -> bool:
            changed = (
                models.Payment.objects.using(self.using)
                .filter(payment_id=payment.payment_id, version=payment.version)
                .update(**rows.payment_values(written))
            )
            if changed:
                self._note(_event_of_payment(written))
            return bool(changed)

        if not self._write(change):
            raise StaleVersion(f"payment {payment.payment_id} changed meanwhile")
        return written

    def add_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        for _ in range(_TRIES):
            if self._insert(operation):
                return operation
            obstacle = self._obstacle(operation)
            if obstacle is not None:
                return obstacle
        raise StaleVersion(
            f"{operation.operation_id} cannot be recorded: its payment is not there, or "
            "its slot is taken and left all the time"
        )

    def get_operation(self, operation_id: str) -> Operation | None:
        """See `Ledger`."""
        found = models.Operation.objects.using(self.using)
        row = found.filter(operation_id=operation_id).first()
        return rows.read_operation(row) if row else None

    def operations(self, payment_id: str) -> tuple[Operation, ...]:
        """See `Ledger`."""
        found = models.Operation.objects.using(self.using)
        ordered = found.filter(payment_id=payment_id).order_by("pk")
        return tuple(rows.read_operation(row) for row in ordered)

    def replace_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        written = replace(operation, version=operation.version + 1)

        def change() -> bool:
            # The write comes first: SQLite cannot turn a read into a write in peace.
            changed = (
                models.Operation.objects.using(self.using)
                .filter(operation_id=operation.operation_id, version=operation.version)
                .update(**rows.operation_values(written))
            )
            if changed:
                self._note(_event_of_operation(written))
            return bool(changed)

        if not self._write(change):
            raise StaleVersion(f"operation {operation.operation_id} changed meanwhile")
        return written

    def due_operations(self, before: datetime, limit: int) -> tuple[Operation, ...]:
        """See `Ledger`."""
        found = models.Operation.objects.using(self.using)
        due = found.filter(due__lte=before).order_by("due", "pk")[:limit]
        return tuple(rows.read_operation(row) for row in due)

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
        wanted = models.Operation.objects.using(self.using).filter(
            created_at__gte=first, created_at__lt=until
        )
        if after is not None:
            is_behind = Q(created_at__gt=after.created_at)
            wanted = wanted.filter(is_behind | Q(operation_id__gt=after.operation_id))
        ordered = wanted.order_by("created_at", "operation_id")[:limit]
        return tuple(rows.read_operation(row) for row in ordered)

    def add_event(self, event: WebhookEvent) -> bool:
        """See `Ledger`."""
        receipt = models.WebhookReceipt(
            event_id=event.event_id,
            provider=event.provider,
            merchant_id=event.merchant_id,
            transaction_id=event.transaction_id,
            session_id=event.session_id,
            approved=event.approved,
            occurred_at=event.occurred_at,
        )
        try:
            self._write(lambda: receipt.save(using=self.using, force_insert=True))
        except IntegrityError:
            receipts = models.WebhookReceipt.objects.using(self.using)
            receipt = receipts.get(event_id=event.event_id)
        return receipt.finished_at is None

    def find_events(self, session_id: str) -> tuple[WebhookEvent, ...]:
        """See `Ledger`."""
        found = models.WebhookReceipt.objects.using(self.using).filter(
            session_id=session_id, finished_at=None
        )
        return tuple(rows.read_event(row) for row in found)

    def finish_event(self, event_id: str) -> None:
        """See `Ledger`."""
        open_ones = models.WebhookReceipt.objects.using(self.using).filter(
            event_id=event_id, finished_at=None
        )
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
            models.Operation.objects.using(self.using).create(
                **rows.operation_values(operation)
            )
            self._append(_event_of_operation(operation))

        try:
            self._write(add)
        except IntegrityError:
            return False
        return True

    def _obstacle(self, operation: Operation) -> Operation | None:
        """The conflicting row; None when it was done meanwhile."""
        found = models.Operation.objects.using(self.using)
        row = (
            found.filter(idempotency_key=operation.idempotency_key).first()
            or found.filter(open_slot=operation.slot).first()
        )
        return rows.read_operation(row) if row else None

    def _note(self, event: _Event) -> None:
        """Add to the history, where state or reason is another than it was."""
        last = self._history.filter(
            payment_id=event["payment_id"], operation_id=event["operation_id"]
        ).last()
        if last is None or (last.after, last.reason) != (
            event["after"],
            event["reason"],
        ):
            self._append(event | {"before": last.after if last else ""})

    def _append(self, event: _Event) -> None:
        self._history.create(**event, actor=current_actor())

    @property
    def _history(self) -> QuerySet[models.PaymentEvent]:
        return models.PaymentEvent.objects.using(self.using)


def _event_of_payment(payment: Payment) -> _Event:
    return {
        "payment_id": payment.payment_id,
        "operation_id": None,
        "after": payment.state.value,
        "reason": ", ".join(payment.flags),
    }


def _event_of_operation(operation: Operation) -> _Event:
    return {
        "payment_id": operation.payment_id,
        "operation_id": operation.operation_id,
        "after": operation.state.value,
        "reason": operation.flag or operation.code,
    }
