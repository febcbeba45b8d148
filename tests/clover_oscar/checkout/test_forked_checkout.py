import pytest
from django.apps import apps
from oscar.apps.checkout.views import PaymentDetailsView

from clover_oscar import loading
from tests.clover_oscar.shopper import orders, records


class ForkedView(PaymentDetailsView):
    """A shop's own view: a message of its own, terms to agree to, and a first status."""

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"error": "Sale ends today"}

    def handle_place_order_submission(self, request):
        if "terms" not in request.POST:
            return self.render_payment_details(request)
        return super().handle_place_order_submission(request)

    def get_initial_order_status(self, basket):
        return "Being processed"


def forked_loader(module_label, classnames, module_prefix):
    return [ForkedView]


@pytest.fixture
def forked(clover_settings, settings, monkeypatch):
    clover_settings(NEXT_LOADER=f"{__name__}.forked_loader")
    (view,) = loading.class_loader(
        "checkout.views", ["PaymentDetailsView"], "oscar.apps"
    )
    monkeypatch.setattr(apps.get_app_config("checkout"), "payment_details_view", view)
    settings.ROOT_URLCONF = "tests.clover_oscar.checkout.forked_urls"


def test_a_forked_checkout_keeps_its_ways_and_takes_payment(
    forked, shopper, product, clover
):
    page = shopper.reach_payment(product).content.decode()
    refused = shopper.place_order(clover_token="tok-1")
    done = shopper.place_order(clover_token="tok-1", terms="on")

    assert "Sale ends today" in page
    assert "<clover-card" in page
    assert refused.status_code == 200
    assert done.url == "/checkout/thank-you/"
    (order,) = orders()
    assert order.status == "Being processed"
    assert records(order)[1] == ["Debit 10.00"]
