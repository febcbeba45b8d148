"""Include them outside of `i18n_patterns`: their addresses must not change by language."""

from django.urls import path

from clover_django.web import views

app_name = "clover"

urlpatterns = [
    path("webhook/", views.webhook, name="webhook"),
    path("return/<slug:payment_id>/", views.returned, name="return"),
    path("cancel/<slug:payment_id>/", views.cancelled, name="cancel"),
    path("confirm/<slug:payment_id>/", views.confirmed, name="confirm"),
    path("status/<slug:payment_id>/", views.status, name="status"),
    path("status/<slug:payment_id>.json", views.status_json, name="status-json"),
]
