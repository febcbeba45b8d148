"""The URLs of a shop whose checkout app is forked; built when they are first used."""

from django.apps import apps
from django.urls import include, path

urlpatterns = [
    path("clover/", include("clover_django.urls")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
