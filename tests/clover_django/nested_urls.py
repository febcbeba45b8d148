"""Our pages as a framework nests those of its plugins, and a domain without them."""

from types import ModuleType

from django.urls import include, path

plugin = ([path("clover/", include("clover_django.urls"))], "tickets")
urlpatterns = [path("_plugins/", include((([path("", include(plugin))]), "plugins")))]

elsewhere = ModuleType("elsewhere")
elsewhere.urlpatterns = []
