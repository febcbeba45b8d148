"""Oscar's class loader, with payment mixed into the classes that the shop uses.

`OSCAR_DYNAMIC_CLASS_LOADER = "clover_oscar.loading.class_loader"` is Oscar's documented
way to say where classes come from. Whatever the next loader finds, stock or forked, gets
our mixin in front; nothing else is touched.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from clover_oscar.untyped import OscarObject

NEXT_LOADER = "oscar.core.loading.default_class_loader"

_MIXINS = {
    (
        "checkout.views",
        "PaymentDetailsView",
    ): "clover_oscar.checkout.PaymentDetailsMixin",
    ("checkout.views", "ThankYouView"): "clover_oscar.orders.ThankYouMixin",
    (
        "checkout.session",
        "CheckoutSessionMixin",
    ): "clover_oscar.checkout.CheckoutSessionMixin",
    ("basket.views", "BasketView"): "clover_oscar.checkout.BasketMixin",
    ("customer.views", "OrderDetailView"): "clover_oscar.orders.CustomerOrderMixin",
    (
        "customer.views",
        "AnonymousOrderDetailView",
    ): "clover_oscar.orders.GuestOrderMixin",
    ("order.processing", "EventHandler"): "clover_oscar.orders.EventHandlerMixin",
    (
        "dashboard.orders.views",
        "OrderDetailView",
    ): "clover_oscar.dashboard.OrderDetailMixin",
}


def class_loader(
    module_label: str, classnames: Sequence[str], module_prefix: str
) -> list[Any]:
    """The classes which `CLOVER["NEXT_LOADER"]` finds, ours mixed into some of them."""
    found = _next_loader()(module_label, classnames, module_prefix)
    return [
        _mix(cls, _MIXINS.get((module_label, name)))
        for name, cls in zip(classnames, found, strict=True)
    ]


def _next_loader() -> Callable[[str, Sequence[str], str], list[Any]]:
    # Read from the settings themselves: this runs while the apps are still loading.
    values = getattr(settings, "CLOVER", None)
    chosen = values.get("NEXT_LOADER") if isinstance(values, dict) else None
    name = chosen or NEXT_LOADER
    return import_string(name)  # type: ignore[no-any-return]  # a dotted path is Any


def _mix(cls: OscarObject, mixin_path: str | None) -> OscarObject:
    if mixin_path is None:
        return cls
    mixin = import_string(mixin_path)
    return cls if issubclass(cls, mixin) else _compose(cls, mixin)


@cache
def _compose(cls: type, mixin: type) -> type:
    """One class for each pair, for ever: Oscar compares and subclasses by identity."""
    return type(cls.__name__, (mixin, cls), {"__module__": cls.__module__})
