"""`manage.py clover_check`: whether the settings for Clover make sense."""

from typing import Any

from django.core.management.base import BaseCommand
from django.urls import reverse

from clover_django import checks, conf
from clover_django.web import probes

_CHECKS = (checks.check_settings, checks.check_urls, checks.check_middleware)


class Command(BaseCommand):
    """Prints what the checks find, and the address of the webhook."""

    help = (
        "Check the CLOVER setting, send the webhook a message through all middleware, and "
        "print its path."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 when something is wrong."""
        found = [check for ask in _CHECKS for check in ask(None)]
        if not any(message.is_serious() for message in found):
            found += probes.check_pages()
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
