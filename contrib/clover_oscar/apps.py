"""The app: registers its shop hooks and its pages, and adds a page to the dashboard."""

from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

SETTINGS: dict[str, object] = {
    "GRAPHQL": {},
    "NEXT_LOADER": "",
    "ORDER_STATUS": {},
    "PREVIEW": True,
}
"""What this app reads of `CLOVER`, and what holds when it is absent."""


class CloverOscarConfig(AppConfig):
    """Clover in Django-Oscar."""

    name = "clover_oscar"
    verbose_name = _("Clover payments for Oscar")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the shop hooks, pages and checks; models are loaded only now."""
        from clover_django import conf, doctor, payments
        from clover_django.language import remedies, words
        from clover_django.web import pages
        from clover_oscar import checks
        from clover_oscar.checkout.purchases import OscarPurchases
        from clover_oscar.checkout.return_pages import OscarPages
        from clover_oscar.dashboard import navigation
        from clover_oscar.orders import flags
        from clover_oscar.shop import OscarShop

        for name, default in SETTINGS.items():
            conf.declare(name, default)
        for check in checks.CHECKS:
            register(check, checks.TAG)
        doctor.register(checks.PART, checks.examine)
        payments.register_shop(OscarShop())
        payments.register_shop(OscarPurchases())
        pages.register(OscarPages())
        words.add_flags(flags.NAMES)
        remedies.REMEDIES.update(flags.REMEDIES)
        navigation.add_to_dashboard()
