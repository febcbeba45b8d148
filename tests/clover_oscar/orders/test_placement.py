"""An order placed without the shopper: from the payment's snapshot alone, whoever asks.

The shopper buys in German, with an address and paid shipping. Then the session is gone,
the price is another one, and the shipping method is offered no more.
"""

from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from oscar.apps.shipping.methods import FixedPrice
from oscar.core.loading import get_class, get_model

from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from clover_oscar.orders.placement import complete
from payment_hooks.recovery.recovery import Recovery
from tests.clover_oscar.checkout.test_return_pages import the_payment
from tests.clover_oscar.dashboard.test_order_detail import make_staff
from tests.clover_oscar.dashboard.test_payment_list import URL
from tests.clover_oscar.shopper import Shopper, orders, records
from tests.clover_oscar.test_whole_way import deliver, shop  # noqa: F401 - a fixture


@pytest.fixture
def german(product, monkeypatch, settings):
    """A shopper at the payment step; what they agreed to is about to change."""
    locale = "django.middleware.locale.LocaleMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, locale]
    shopper = Shopper(
        Client(SERVER_NAME="localhost", headers={"accept-language": "de"})
    )
    repository = get_class("shipping.repository", "Repository")
    paid = FixedPrice(Decimal("3.00"), Decimal("3.57"))
    monkeypatch.setattr(repository, "methods", [paid])
    shopper.reach_payment(product)
    yield shopper
    translation.deactivate()


def let_everything_change(monkeypatch):
    repository = get_class("shipping.repository", "Repository")
    monkeypatch.setattr(
        repository, "methods", [get_class("shipping.methods", "Free")()]
    )
    get_model("partner", "StockRecord").objects.update(price="14.99")
    Session.objects.all().delete()
    let_time_pass(minutes=5)
    mail.outbox.clear()
    translation.activate("en")


@pytest.fixture
def unknown_outcome(shop, german, clover_simulator, monkeypatch):  # noqa: F811 - the fixture
    """A charge that was made, and whose answer was lost twice."""
    shop("iframe")
    clover_simulator.fail("POST", "/v1/charges", "reset_after", times=2)
    german.pay(clover_simulator.token())
    let_everything_change(monkeypatch)
    return the_payment()


@pytest.fixture
def paid_on_the_page(shop, german, clover_simulator, monkeypatch):  # noqa: F811 - the fixture
    """A hosted payment of which the shop has not heard."""
    shop("hosted")
    clover_simulator.send_webhooks_to("http://127.0.0.1:9/")
    clover_simulator.pay_hosted(german.place_order().url)
    let_everything_change(monkeypatch)
    return the_payment()


def is_as_agreed():
    """Whether the one order is what the shopper agreed to, and notified in German."""
    (order,) = orders()
    (line,) = order.lines.all()
    (message,) = mail.outbox
    assert str(order.total_incl_tax) == "13.57"
    assert str(order.total_excl_tax) == "13.00"
    assert str(order.shipping_incl_tax) == "3.57"
    assert order.shipping_code == "fixed-price-shipping"
    assert str(line.unit_price_incl_tax) == str(line.line_price_incl_tax) == "10.00"
    assert order.shipping_address.line1 == "1 Main Street"
    assert order.guest_email == "guest@example.com"
    assert records(order)[0] == ("13.57", "13.57", "0.00")
    assert order.basket.status == "Submitted"
    assert message.to == ["guest@example.com"]
    assert "Bestellung" in message.subject
    return True


def test_the_webhook_places_the_order(paid_on_the_page, clover_simulator):
    answer = deliver(Shopper(), clover_simulator)

    assert answer.status_code == 200
    assert is_as_agreed()


def test_recovery_places_the_order(unknown_outcome):
    report = Recovery(get_payments()).run()

    assert report.is_clean
    assert is_as_agreed()


def test_the_command_line_places_the_order(unknown_outcome, capsys):
    call_command("clover_recover")

    assert f"{unknown_outcome.reference} " in capsys.readouterr().out
    assert is_as_agreed()


def test_staff_who_ask_place_the_order(unknown_outcome):
    staff = make_staff("owner", is_superuser=True)

    staff.post(URL, {"payment_id": unknown_outcome.payment_id, "action": "ask"})

    assert is_as_agreed()


def test_another_browser_that_looks_places_the_order(unknown_outcome):
    Shopper().client.get(f"/clover/status/{unknown_outcome.payment_id}/")

    assert is_as_agreed()


def test_completing_again_changes_nothing(unknown_outcome):
    payment = get_payments().resolve(unknown_outcome.payment_id)

    again = complete(payment)

    assert [again] == orders()
    assert is_as_agreed()
