import pytest
from django.apps import apps
from oscar.apps.checkout.views import PaymentDetailsView
from oscar.core.loading import default_class_loader, get_class

from clover_oscar import loading
from clover_oscar.checkout import (
    BasketMixin,
    CheckoutSessionMixin,
    PaymentDetailsMixin,
)
from clover_oscar.dashboard import OrderDetailMixin
from clover_oscar.orders import (
    CustomerOrderMixin,
    EventHandlerMixin,
    GuestOrderMixin,
    ThankYouMixin,
)


@pytest.mark.parametrize(
    ("module", "name", "mixin"),
    [
        ("checkout.views", "PaymentDetailsView", PaymentDetailsMixin),
        ("checkout.views", "ThankYouView", ThankYouMixin),
        ("checkout.session", "CheckoutSessionMixin", CheckoutSessionMixin),
        ("basket.views", "BasketView", BasketMixin),
        ("customer.views", "OrderDetailView", CustomerOrderMixin),
        ("customer.views", "AnonymousOrderDetailView", GuestOrderMixin),
        ("order.processing", "EventHandler", EventHandlerMixin),
        ("dashboard.orders.views", "OrderDetailView", OrderDetailMixin),
    ],
)
def test_the_classes_are_mixed(module, name, mixin):
    found = get_class(module, name)

    assert issubclass(found, mixin)
    assert found.__name__ == name


def test_the_same_class_comes_each_time():
    first, second = (
        get_class("checkout.views", "PaymentDetailsView") for _ in range(2)
    )

    assert first is second
    assert apps.get_app_config("checkout").payment_details_view is first


def test_all_other_classes_are_left_alone():
    assert (
        get_class("basket.views", "BasketAddView")
        .__mro__[0]
        .__module__.startswith("oscar.")
    )


class ForkedView(PaymentDetailsView):
    """What a shop's own checkout app has."""

    template_name = "shop/payment.html"


class DerivedView(PaymentDetailsMixin, PaymentDetailsView):
    """What a shop writes that prefers to derive."""


def shops_loader(module_label, classnames, module_prefix):
    own = {"PaymentDetailsView": ForkedView}
    found = default_class_loader(module_label, classnames, module_prefix)
    return [own.get(name, cls) for name, cls in zip(classnames, found, strict=True)]


def derived_loader(module_label, classnames, module_prefix):
    return [DerivedView]


def test_a_forked_class_is_wrapped(clover_settings):
    clover_settings(NEXT_LOADER="tests.clover_oscar.test_loading.shops_loader")

    (found,) = loading.class_loader(
        "checkout.views", ["PaymentDetailsView"], "oscar.apps"
    )

    assert issubclass(found, ForkedView)
    assert issubclass(found, PaymentDetailsMixin)


def test_a_class_that_has_the_mixin_is_not_wrapped_again(clover_settings):
    clover_settings(NEXT_LOADER="tests.clover_oscar.test_loading.derived_loader")

    (found,) = loading.class_loader(
        "checkout.views", ["PaymentDetailsView"], "oscar.apps"
    )

    assert found is DerivedView


def test_the_payment_view_is_outside_of_atomic_requests():
    view = PaymentDetailsMixinView.as_view(preview=True)

    assert "default" in view._non_atomic_requests


class PaymentDetailsMixinView(PaymentDetailsMixin, PaymentDetailsView):
    """The view as the loader composes it."""
