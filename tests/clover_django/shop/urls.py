"""The shop's pages: one pays and then breaks, inside of ATOMIC_REQUESTS."""

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.urls import include, path

from tests.clover_django.shop.paying import buy


def pay_and_break(request):
    Group.objects.create(name="the shop's order")
    buy("broken")
    raise RuntimeError("the shop broke after the payment")


def pay(request):
    Group.objects.create(name="the shop's order")
    return HttpResponse(buy("kept").state.value)


urlpatterns = [
    path("admin/", admin.site.urls),
    path("clover/", include("clover_django.urls")),
    path("pay-and-break/", pay_and_break),
    path("pay/", pay),
]
