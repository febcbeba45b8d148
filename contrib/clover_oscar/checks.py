"""What `manage.py check` says about a shop that is not quite enabled."""

from collections.abc import Iterable, Iterator

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from oscar.core.loading import get_class, get_model

from clover_django import conf
from clover_oscar import options
from clover_oscar.checkout import PaymentDetailsMixin
from clover_oscar.dashboard import OrderDetailMixin
from clover_oscar.processing import EventHandlerMixin
from payment_hooks import ConfigurationError, PaymentState

_LOADER = "clover_oscar.loading.class_loader"
_ANY_ID = "0" * 32
_SET_LOADER = (
    f'Set OSCAR_DYNAMIC_CLASS_LOADER = "{_LOADER}", or derive your class from '
    "clover_oscar's mixin of the same purpose."
)
_INCLUDE = 'Add path("clover/", include("clover_django.urls")) to the root URLs'


@register(Tags.compatibility)
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
    return found


@register(Tags.urls)
def check_urls(**_: object) -> list[CheckMessage]:
    """The pages of clover_django are included, once and for all languages."""
    try:
        paths = set(_paths())
    except NoReverseMatch:
        text = "the webhook and return pages have no URL"
        return [Error(text, hint=f"{_INCLUDE}.", id="clover_oscar.E004")]
    if len(paths) > 1:
        text = "the URL of the return page changes with the language"
        hint = f"{_INCLUDE}, outside of i18n_patterns."
        return [Error(text, hint=hint, id="clover_oscar.E005")]
    return []


@register(Tags.compatibility)
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


def _paths() -> Iterator[str]:
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            yield reverse("clover:return", args=[_ANY_ID])


def _status_mistakes() -> Iterable[CheckMessage]:
    known = set(get_model("order", "Order").all_statuses())
    for state, status in options.order_statuses().items():
        if state not in set(PaymentState):
            text = f"CLOVER['ORDER_STATUS'] names the payment state {state!r}"
            hint = f"Use one of {', '.join(PaymentState)}."
            yield Error(text, hint=hint, id="clover_oscar.E007")
        if status not in known:
            text = f"CLOVER['ORDER_STATUS'] names the order status {status!r}"
            hint = "Add it to OSCAR_ORDER_STATUS_PIPELINE."
            yield Error(text, hint=hint, id="clover_oscar.E008")
