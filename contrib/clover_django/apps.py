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
        """Connect the ledger, register checks and signal, watch for changed settings."""
        from clover_django import checks, conf, payments
        from clover_django.database import connection, routers, tables
        from clover_django.signals import SignalShop

        register(checks.check_settings, checks.TAG)
        register(checks.check_urls, checks.TAG)
        register(checks.check_middleware, checks.TAG)
        register(checks.check_databases, checks.TAG, deploy=True)
        connection.add_connection()
        connection.watch_connections()
        routers.install()
        tables.follow_migrate(self)
        conf.watch(payments.reset, connection.add_connection)
        payments.register_shop(SignalShop())
