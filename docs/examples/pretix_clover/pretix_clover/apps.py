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
        from django.urls import include, path
        from pretix.urls import common_patterns

        from clover_django.shop import register_pages, register_shop

        from . import provider  # noqa: F401 - its signals are connected now
        from .shop import OrderPages, Tickets

        # At the root of every domain, and by names without a prefix: a plugin's own
        # `urlpatterns` are on the main domain only, and become `plugins:pretix_clover:…`.
        common_patterns.append(path("_clover/", include("clover_django.urls")))
        register_shop(Tickets())
        register_pages(OrderPages())
