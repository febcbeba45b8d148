"""Middleware of a shop around the pages that move money."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.clover_django import recorders
from tests.clover_oscar.dashboard.test_order_detail import make_staff
from tests.clover_oscar.shopper import orders, records

FORM = "application/x-www-form-urlencoded"


class FormClient(Client):
    """Sends forms as browsers do; Django's own sends them in parts, as with files."""

    def post(self, path, data=None, **options):
        body = urlencode(data or {})
        return super().post(path, body, content_type=FORM, **options)


@pytest.fixture
def recorded(settings):
    """Let a middleware look at bodies from now on, and give what it sees."""

    def start():
        recorders.SEEN.clear()
        recorder = "tests.clover_django.recorders.Recorder"
        settings.MIDDLEWARE = [recorder, *settings.MIDDLEWARE]
        return recorders.SEEN

    return start


def change_client(shopper, kind):
    """The same browser, whose forms are sent in another way."""
    cookies, shopper.client = shopper.client.cookies, kind(SERVER_NAME="localhost")
    shopper.client.cookies = cookies


@pytest.mark.parametrize("kind", [FormClient, Client])
def test_middleware_may_look_at_the_form_that_paid(
    shopper, product, clover, recorded, kind
):
    shopper.reach_payment(product)
    seen = recorded()
    change_client(shopper, kind)

    done = shopper.pay()

    assert done.url == "/checkout/thank-you/"
    assert records(orders()[0])[1] == ["Debit 10.00"]
    # What came in parts was read as a stream, before there was a view to leave it.
    assert (b"action=place_order" in seen[-1]) is (kind is FormClient)


@pytest.mark.parametrize("action", ["order", "payments"])
def test_middleware_may_look_at_the_forms_of_staff(
    shopper, product, clover, recorded, action
):
    shopper.reach_payment(product)
    shopper.pay()
    (order,) = orders()
    pages = {
        "order": (
            f"/dashboard/orders/{order.number}/",
            {"order_action": "clover_refund", "amount": "4.00", "confirmed": "1"},
        ),
        "payments": ("/dashboard/orders/clover-payments/", {"action": "ask"}),
    }
    address, form = pages[action]
    owner = make_staff("owner", is_superuser=True)
    recorded()

    answer = owner.post(address, {"clover_intent_id": "one", **form})

    assert answer.status_code == 302
