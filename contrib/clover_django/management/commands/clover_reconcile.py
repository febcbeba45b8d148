"""`manage.py clover_reconcile`: compare Clover's list with the ledger."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clover_django.ledger.actors import acting_as
from clover_django.payments import all_payments
from payment_hooks import ConfigurationError, PaymentError
from payment_hooks.recovery import (
    ReconcileReport,
    read_moment,
    reconcile_all,
    reconcile_json,
    reconcile_table,
)


class Command(BaseCommand):
    """A dry run by default; it never moves money."""

    help = (
        "Compare Clover's list of a time with the ledger: lost payments, refunds made "
        "in Clover's dashboard, double captures, other amounts. Changes nothing without "
        "--repair. Exits with 1 when a person must look."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The time, whether to repair, and the form."""
        parser.add_argument("--since", default="7d", help="36h, 7d or an ISO time")
        parser.add_argument("--until", default="0m", help="as --since; now by default")
        parser.add_argument("--repair", action="store_true", help="write it down")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--quiet",
            action="store_true",
            help="print nothing unless a person must look; for cron",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, and say what differs."""
        try:
            report = self._compare(options)
        except (ConfigurationError, PaymentError) as error:
            raise CommandError(str(error)) from error
        show = reconcile_json if options["json"] else reconcile_table
        if not (options["quiet"] and report.is_clean):
            self.stdout.write(show(report))
        if not report.is_clean:
            raise SystemExit(1)

    def _compare(self, options: dict[str, Any]) -> ReconcileReport:
        now = datetime.now(UTC)
        with acting_as("clover_reconcile"):
            return reconcile_all(
                all_payments(),
                read_moment(options["since"], now),
                read_moment(options["until"], now),
                repair=options["repair"],
            )
