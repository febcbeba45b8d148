"""URLs with the mistake of including the pages where addresses change by language."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = i18n_patterns(path("clover/", include("clover_django.urls")))
