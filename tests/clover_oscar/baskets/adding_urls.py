"""The URLs of a shop whose checkout adds to its orders; built when they are first used."""

from django.apps import apps
from django.urls import include, path

urlpatterns = [
    path("clover/", include("clover_django.urls")),
    path("graphql/", include("clover_oscar.graphql_urls")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
