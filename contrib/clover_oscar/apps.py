"""The app: registers with the road and the pages, and adds a page to the dashboard."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CloverOscarConfig(AppConfig):
    """Clover in Django-Oscar."""

    name = "clover_oscar"
    verbose_name = _("Clover payments for Oscar")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take part; models are loaded only now, so imports stand here."""
        from clover_django import pages, road
        from clover_oscar import checks  # noqa: F401 - registers the system checks
        from clover_oscar.shop import OscarShop
        from clover_oscar.shop_pages import OscarPages

        road.register_shop(OscarShop())
        pages.register(OscarPages())
