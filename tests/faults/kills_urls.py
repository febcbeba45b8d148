"""URLs of the workers' shop: Clover's own."""

from django.urls import include, path

urlpatterns = [path("clover/", include("clover_django.urls"))]
