"""`manage.py clover_doctor`: what is wrong, and what cannot be known from here."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from clover_django.doctor import Examined, Finding, Verdict, examine_shop


class Command(BaseCommand):
    """Prints what it finds; changes nothing."""

    help = (
        "Say what is wrong: system checks and a message to the webhook through all "
        "middleware, the account at Clover by reading calls alone, the state of the "
        "ledger, and what Oscar or Saleor still lack. Exits with 1 when something is "
        "wrong."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to ask the provider, and the form."""
        parser.add_argument(
            "--offline", action="store_true", help="make no calls to Clover"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, print, and exit with 1 when something is wrong."""
        parts = list(examine_shop(online=not options["offline"]))
        self.stdout.write(_as_json(parts) if options["json"] else _as_text(parts))
        verdicts = {row.verdict for part in parts for row in part.findings}
        if Verdict.WRONG in verdicts:
            raise SystemExit(1)


def _as_json(parts: list[Examined]) -> str:
    return json.dumps([row for part in parts for row in part.as_rows()], indent=2)


def _as_text(parts: list[Examined]) -> str:
    sections = [
        "\n".join((part.part, *(_line(row) for row in part.findings)))
        for part in parts
        if part.findings
    ]
    return "\n\n".join(sections)


def _line(finding: Finding) -> str:
    return f"{finding.verdict:<8} {finding.subject}: {finding.text}"
