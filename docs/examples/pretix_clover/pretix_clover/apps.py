"""The plugin, as pretix lists it."""

from django.utils.translation import gettext_lazy as _
from pretix.base.plugins import PluginConfig


class CloverApp(PluginConfig):
    default = True
    name = "pretix_clover"
    verbose_name = "Clover"

    class PretixPluginMeta:
        name = "Clover"
        author = "clover-provider"
        version = "1.0"
        category = "PAYMENT"
        description = _("Card payments through Clover.")

    def ready(self):
        from clover_django.shop import register_pages, register_shop

        from . import provider  # noqa: F401 - its signals are connected now
        from .shop import OrderPages, Tickets

        register_shop(Tickets())
        register_pages(OrderPages())
