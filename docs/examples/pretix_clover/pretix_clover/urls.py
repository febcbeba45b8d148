"""The page with the card form, at the order that it pays, and Clover's own pages."""

from django.urls import include, path

from clover_django.shop import money_view

from .views import CardPage

page = "order/<str:order>/<str:secret>/clover/<int:payment>/"
event_patterns = [path(page, money_view(CardPage.as_view()), name="card")]
urlpatterns = [path("_clover/", include("clover_django.urls"))]
