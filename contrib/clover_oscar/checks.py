"""What `check` and `clover_doctor` say about a shop that is not quite enabled."""

from collections.abc import Iterator
from contextlib import suppress

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning
from oscar.core.loading import get_class, get_model

from clover_django import conf
from clover_django.doctor import Finding, Verdict
from clover_oscar import options
from clover_oscar.checkout import BasketMixin, PaymentDetailsMixin
from clover_oscar.dashboard import OrderDetailMixin
from clover_oscar.dashboard.payment_filters import ATTENTION, payments_in
from clover_oscar.orders import (
    CustomerOrderMixin,
    EventHandlerMixin,
    GuestOrderMixin,
    ThankYouMixin,
)
from clover_oscar.untyped import OscarObject
from payment_hooks import ConfigurationError, PaymentState

TAG = "clover"
_PAGES = {
    ("basket", "summary_view"): BasketMixin,
    ("checkout", "thankyou_view"): ThankYouMixin,
    ("customer", "order_detail_view"): CustomerOrderMixin,
    ("customer", "anon_order_detail_view"): GuestOrderMixin,
}
"""Pages that say something of a payment: the view's app and its name there."""
PART = "Oscar"
"""What `manage.py clover_doctor` calls this part."""

_LOADER = "clover_oscar.loading.class_loader"
_SET_LOADER = (
    f'Set OSCAR_DYNAMIC_CLASS_LOADER = "{_LOADER}", or derive your class from '
    "clover_oscar's mixin of the same purpose."
)


def check_classes(**_: object) -> list[CheckMessage]:
    """The shop's classes have our mixins, through the loader or by hand."""
    view = apps.get_app_config("checkout").payment_details_view  # type: ignore[attr-defined]  # Oscar's app has it
    order_view = apps.get_app_config("orders_dashboard").order_detail_view  # type: ignore[attr-defined]  # Oscar's app has it
    found: list[CheckMessage] = []
    if not issubclass(view, PaymentDetailsMixin):
        name = f"{view.__module__}.{view.__name__}"
        text = f"the checkout takes no payment: {name} has no Clover in it"
        found.append(Error(text, hint=_SET_LOADER, id="clover_oscar.E001"))
    if not issubclass(order_view, OrderDetailMixin):
        text = "orders cannot be captured or refunded in the dashboard"
        found.append(Warning(text, hint=_SET_LOADER, id="clover_oscar.W002"))
    if not issubclass(get_class("order.processing", "EventHandler"), EventHandlerMixin):
        text = "payment events of orders write rows and move no money"
        found.append(Warning(text, hint=_SET_LOADER, id="clover_oscar.W003"))
    return [*found, *_silent_pages()]


def _silent_pages() -> Iterator[CheckMessage]:
    for (label, name), mixin in _PAGES.items():
        view = getattr(apps.get_app_config(label), name)
        if not issubclass(view, mixin):
            where = f"{view.__module__}.{view.__name__}"
            text = f"{where} says nothing of a payment under way, or of the card"
            yield Warning(text, hint=_SET_LOADER, id="clover_oscar.W007")


def check_money_and_statuses(**_: object) -> list[CheckMessage]:
    """Currency and order statuses are those of merchant and pipeline."""
    try:
        currency = conf.get_config().currency
    except ConfigurationError:
        return []
    found = list(_status_mistakes())
    if currency != settings.OSCAR_DEFAULT_CURRENCY:
        text = (
            f"the shop sells in {settings.OSCAR_DEFAULT_CURRENCY}, the merchant's "
            f"account takes {currency}: checkouts in another currency are refused"
        )
        hint = "Set OSCAR_DEFAULT_CURRENCY and the prices' currency to the merchant's."
        found.append(Warning(text, hint=hint, id="clover_oscar.W006"))
    return found


def examine(online: bool) -> Iterator[Finding]:
    """What only the shop's tables show: payments without an order, other currencies."""
    waiting = payments_in(ATTENTION).count()
    if waiting:
        text = f"{waiting} need attention: see Payments in the dashboard"
        yield Finding(subject="payments", text=text, verdict=Verdict.UNKNOWN)
    else:
        yield Finding(subject="payments", text="none needs attention")
    with suppress(ConfigurationError):
        yield from _prices(options.currency())


def _prices(currency: str) -> Iterator[Finding]:
    priced = get_model("partner", "StockRecord").objects.exclude(price=None)
    others = priced.exclude(price_currency=currency).count()
    if others:
        text = f"{others} are not in {currency}, which the merchant's account takes: "
        text += "a checkout with them is refused"
        yield Finding(subject="prices", text=text, verdict=Verdict.UNKNOWN)
    else:
        yield Finding(subject="prices", text=f"all are in {currency}")


def _status_mistakes() -> Iterator[CheckMessage]:
    order: OscarObject = get_model("order", "Order")
    known = set(order.all_statuses())
    if known:
        yield from _missing_statuses(known)
    for state, status in options.order_statuses().items():
        if state not in set(PaymentState):
            text = f"CLOVER['ORDER_STATUS'] names the payment state {state!r}"
            hint = f"Use one of {', '.join(PaymentState)}."
            yield Error(text, hint=hint, id="clover_oscar.E004")
        if status and status not in known:
            text = f"CLOVER['ORDER_STATUS'] names the order status {status!r}"
            hint = "Add it to OSCAR_ORDER_STATUS_PIPELINE."
            yield Error(text, hint=hint, id="clover_oscar.E005")


def _missing_statuses(known: set[str]) -> Iterator[CheckMessage]:
    """Where orders keep their status although all of their money went back."""
    for state, names in options.USUAL_STATUSES.items():
        if state.value in options.order_statuses():
            continue
        if not any(status.strip().lower() in names for status in known):
            text = f"orders keep their status when their payment is {state}"
            hint = (
                "Add a status to OSCAR_ORDER_STATUS_PIPELINE and name it in "
                f"CLOVER['ORDER_STATUS']['{state}'], or put \"\" there to leave it so."
            )
            yield Info(text, hint=hint, id="clover_oscar.I007")


CHECKS = (check_classes, check_money_and_statuses)
