"""The app: the ledger's models, the pages and the checks."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class CloverDjangoConfig(AppConfig):
    """Clover payments for Django."""

    name = "clover_django"
    verbose_name = _("Clover payments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, and forget what was built when settings change."""
        from clover_django import checks, road

        register(checks.check_settings, checks.TAG)
        register(checks.check_urls, checks.TAG)
        road.watch_settings()
