"""`manage.py clover_doctor`: what is missing for payments in this Saleor."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clover_saleor.doctor import Finding, Verdict, examine_shop


class Command(BaseCommand):
    """Prints what it finds; changes nothing."""

    help = (
        "Say what is missing: the App, the ledger, recovery, and in each channel the "
        "settings, the currency, the webhook's address and the storefront's host. Exits "
        "with 1 when something is wrong."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to ask the provider, and the form."""
        parser.add_argument(
            "--online", action="store_true", help="also make harmless calls"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, print, and exit with 1 when something is wrong."""
        found = list(examine_shop(online=options["online"]))
        if options["json"]:
            rows = [finding.as_dict() for finding in found]
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            for finding in found:
                self.stdout.write(_line(finding))
        if any(finding.verdict is Verdict.WRONG for finding in found):
            raise SystemExit(1)


def _line(finding: Finding) -> str:
    return f"{finding.verdict:<8} {finding.subject}: {finding.text}"
