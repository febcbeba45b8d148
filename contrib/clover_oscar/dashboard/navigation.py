"""The page of payments in Oscar's dashboard: its URL, and its entry in the menu."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, path
from django.utils.translation import pgettext_lazy

from clover_django.web.money_views import money_view
from clover_oscar.dashboard.payment_list import NAME, URL_NAME, PaymentListView
from clover_oscar.untyped import OscarObject

PERMISSIONS = ["is_staff", "order.view_order"]
_ORDERS = "dashboard:order-list"


def add_to_dashboard() -> None:
    """Put the page into Oscar's dashboard: its URL, and an entry below the orders.

    The URLs of Oscar's apps are built by methods of their configurations, later than
    this; wrapping the instance's reaches stock and forked dashboards alike.
    """
    orders: Any = apps.get_app_config("orders_dashboard")
    orders.get_urls = partial(_with_page, orders, orders.get_urls)
    entry = {"label": pgettext_lazy("menu", "Payments"), "url_name": URL_NAME}
    for menu in settings.OSCAR_DASHBOARD_NAVIGATION:
        names = [child.get("url_name") for child in menu.get("children", ())]
        if _ORDERS in names and URL_NAME not in names:
            menu["children"].append(entry)


def _with_page(
    orders: OscarObject, get_urls: Callable[[], list[URLPattern]]
) -> list[URLPattern]:
    orders.permissions_map = {**orders.permissions_map, NAME: PERMISSIONS}
    view = money_view(PaymentListView.as_view())
    page = path(f"{NAME}/", view, name=NAME)
    return [*orders.post_process_urls([page]), *get_urls()]
