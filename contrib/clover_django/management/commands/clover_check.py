"""`manage.py clover_check`: whether the settings for Clover make sense."""

from typing import Any

from django.core.management.base import BaseCommand
from django.urls import reverse

from clover_django import checks, conf


class Command(BaseCommand):
    """Prints what the system checks find, and the address of the webhook."""

    help = "Check the CLOVER setting and print the webhook's path."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 when something is wrong."""
        found = [*checks.check_settings(None), *checks.check_urls(None)]
        for message in found:
            self.stderr.write(f"{message.id}: {message.msg}")
            self.stderr.write(f"  {message.hint}")
        if any(message.is_serious() for message in found):
            raise SystemExit(1)
        config = conf.get_config()
        self.stdout.write(
            f"{config.environment}, merchant {config.merchant_id}, mode {config.mode}"
        )
        self.stdout.write(f"webhook path: {reverse('clover:webhook')}")
