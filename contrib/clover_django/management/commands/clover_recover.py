"""`manage.py clover_recover`: bring what was interrupted to its end."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clover_django.ledger.actors import acting_as
from clover_django.payments import all_payments
from payment_hooks import ConfigurationError
from payment_hooks.recovery import (
    recover_all,
    recovery_json,
    recovery_table,
)


class Command(BaseCommand):
    """One pass; safe to run often, at the same time twice, and to be killed."""

    help = (
        "Resolve payments of unknown outcome, send the refunds that were recorded and "
        "never sent, and notify the shop of what it does not know. Exits with 1 while "
        "an outcome is unknown, or a person must look."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """How many at most, and in which form."""
        parser.add_argument("--limit", type=int, default=10_000, help="at most so many")
        parser.add_argument(
            "--dismiss",
            action="append",
            default=[],
            metavar="EVENT",
            help="a message that fits no payment, and is none of this shop's",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--quiet",
            action="store_true",
            help="print nothing unless a person must look; for cron",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at what is due, and say what became of it."""
        try:
            merchants = all_payments()
        except ConfigurationError as error:
            raise CommandError(str(error)) from error
        for event_id in options["dismiss"]:
            merchants[0].dismiss_message(event_id)
        with acting_as("clover_recover"):
            report = recover_all(merchants, limit=options["limit"])
        show = recovery_json if options["json"] else recovery_table
        if not (options["quiet"] and report.is_clean):
            self.stdout.write(show(report))
        if not report.is_clean:
            raise SystemExit(1)
