"""`manage.py clover_settle`: bring open payments to an end by asking Clover."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clover_django.actors import acting_as
from clover_django.road import NOT_NOW, get_payments
from payment_hooks import ConfigurationError, OperationState

_DOUBTFUL = frozenset(
    {OperationState.PENDING, OperationState.SENDING, OperationState.UNKNOWN}
)
_ROW = "{:<24} {:<34} {}"


class Command(BaseCommand):
    """Settles what is due, once; safe to run often and at the same time twice."""

    help = "Ask Clover about payments in doubt, and tell the shop what was not told."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many operations at most."""
        parser.add_argument("--limit", type=int, default=10_000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle each payment that has something due; exit 1 if one stays in doubt."""
        try:
            ledger = get_payments().ledger
        except ConfigurationError as error:
            raise CommandError(str(error)) from error
        due = ledger.due_operations(timezone.now(), options["limit"])
        with acting_as("clover_settle"):
            doubtful = self._settle(dict.fromkeys(row.payment_id for row in due))
        self.stdout.write(f"{len(due)} due, {doubtful} still in doubt")
        if doubtful:
            raise SystemExit(1)

    def _settle(self, payment_ids: Iterable[str]) -> int:
        """How many of the payments stay in doubt; one that fails stops no other."""
        doubtful = 0
        self.stdout.write(_ROW.format("REFERENCE", "PAYMENT", "STATE"))
        for payment_id in payment_ids:
            problem = _try_to_settle(payment_id)
            doubtful += bool(problem)
            payment = get_payments().get(payment_id)
            verdict = problem or payment.state.value
            self.stdout.write(_ROW.format(payment.reference, payment_id, verdict))
        return doubtful


def _try_to_settle(payment_id: str) -> str:
    """Why the payment stays in doubt; empty when it does not."""
    try:
        get_payments().settle(payment_id)
    except NOT_NOW as error:
        return f"still in doubt: {error}"
    for row in get_payments().operations(payment_id):
        if row.state in _DOUBTFUL:
            return f"still in doubt: {row.kind} {row.operation_id} is {row.state}"
        if not (row.state.is_open or row.told):
            return f"not told: the shop's handler fails for {row.operation_id}"
    return ""
