"""`manage.py clover_settle`: bring open payments to an end by asking Clover."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from clover_django.road import get_payments
from payment_hooks import PaymentError


class Command(BaseCommand):
    """Settles what is due, once; safe to run often and at the same time twice."""

    help = "Ask Clover about payments in doubt, and tell the shop what was not told."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many operations at most."""
        parser.add_argument("--limit", type=int, default=500)

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle each payment that has something due; exit 1 if one stays in doubt."""
        payments = get_payments()
        due = payments.ledger.due_operations(timezone.now(), options["limit"])
        doubtful = 0
        for payment_id in dict.fromkeys(row.payment_id for row in due):
            try:
                payment = payments.settle(payment_id)
                verdict = payment.state.value
            except PaymentError as error:
                doubtful += 1
                verdict = f"still in doubt: {error.message}"
                payment = payments.get(payment_id)
            self.stdout.write(f"{payment.reference}\t{payment_id}\t{verdict}")
        self.stdout.write(f"{len(due)} due, {doubtful} still in doubt")
        if doubtful:
            raise SystemExit(1)
