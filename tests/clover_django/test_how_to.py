"""The shop that the how-to builds takes money, on its own page and on Clover's."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from clover_django import conf, models, payments
from clover_django.signals import SignalShop
from clover_django.testing import let_time_pass
from clover_django.web import pages
from clover_oscar.apps import SETTINGS
from clover_simulator.shopper import DECLINED_CARD
from tests.house.project import ROOT

pytest_plugins = ["clover_simulator.testing"]

PAGE = (ROOT / "docs/how-to/django.md").read_text()
SHOP = "http://localhost"
ORDERS_PAGE = "/orders/1001/"


@pytest.fixture
def shop(transactional_db, clover_simulator, settings, monkeypatch):
    """The page's code, registered as its `AppConfig` says."""
    monkeypatch.setattr(payments, "_shops", [SignalShop()])
    monkeypatch.setattr(payments, "_merchants", [])
    monkeypatch.setattr(pages, "_registered", [])
    merchant = clover_simulator.merchant
    settings.CLOVER = {
        "ENVIRONMENT": "local",
        "BASE_URL": clover_simulator.url,
        "MERCHANT_ID": merchant.id,
        "PRIVATE_KEY": merchant.private_key,
        "PUBLIC_KEY": merchant.public_key,
        "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "PLATFORM_TOKEN": merchant.platform_token,
        "WEBHOOK_SECRETS": [merchant.webhook_secret],
        "MODES": ["iframe", "hosted"],
        "RETURN_BASE_URL": SHOP,
    }
    clover_simulator.send_webhooks_to("http://127.0.0.1:9/")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE, re.M | re.S))
    namespace = {"__name__": "shop", "INSTALLED_APPS": [], "urlpatterns": []}
    exec(compile(code, "django.md", "exec"), namespace)
    namespace["ShopConfig"].ready(None)
    yield namespace
    payments.reset()


def post(rf, form):
    request = rf.post("/", form)
    request._messages = Messages()
    return request


class Messages(list):
    def add(self, level, message, extra_tags):
        self.append(str(message))


def pay(shop, rf, token, number="1001"):
    form = {"clover_token": token, "clover_shown": shop["open_card_page"](number).shown}
    return shop["pay"](post(rf, form), number)


def test_a_card_is_charged_and_the_order_paid(shop, rf, clover_simulator):
    fields = shop["open_card_page"]("1001").fields

    answer = pay(shop, rf, clover_simulator.token())
    onward = Client().get(answer.url)

    assert fields.public_key == clover_simulator.merchant.public_key
    assert onward.url == ORDERS_PAGE
    assert shop["ORDERS"]["1001"]["status"] == "paid"
    assert shop["THANKED"] == {"1001"}
    assert [row.amount for row in clover_simulator.ledger.charges] == [2599]


def test_the_form_sent_twice_charges_once(shop, rf, clover_simulator):
    token = clover_simulator.token()

    answers = [pay(shop, rf, token) for _ in range(2)]

    assert answers[0].url == answers[1].url
    assert len(clover_simulator.ledger.charges) == 1


def test_a_decline_is_reported_and_another_card_is_good(shop, rf, clover_simulator):
    declined = pay(shop, rf, clover_simulator.token(DECLINED_CARD))
    after = pay(shop, rf, clover_simulator.token())

    assert declined.url == "/orders/1001/pay/"
    assert after.url.startswith("/clover/status/")
    assert len(clover_simulator.ledger.charges) == 1


def test_a_lost_answer_ends_on_the_status_page(shop, rf, clover_simulator):
    clover_simulator.fail("POST", "/v1/charges", "reset_after", times=3)

    answer = pay(shop, rf, clover_simulator.token())
    let_time_pass(seconds=4)
    onward = Client().get(answer.url)

    assert onward.url == ORDERS_PAGE
    assert len(clover_simulator.ledger.charges) == 1


def test_clovers_page_pays_the_order(shop, rf, clover_simulator):
    page = shop["pay_at_clover"](rf.post("/"), "1002")
    left = clover_simulator.pay_hosted(page.url)
    clover_simulator.wait_until(lambda: clover_simulator.deliveries[-1].signature)
    sent = clover_simulator.deliveries[-1]

    Client().post(
        "/clover/webhook/",
        data=sent.body,
        content_type="application/json",
        headers={"clover-signature": sent.signature},
    )
    onward = Client().get(left.location.removeprefix(SHOP))

    assert onward.url == "/orders/1002/"
    assert shop["ORDERS"]["1002"]["status"] == "paid"


def test_the_button_of_who_canceled_leads_to_the_form(shop, rf, clover_simulator):
    page = shop["pay_at_clover"](rf.post("/"), "1002")
    left = clover_simulator.cancel_hosted(page.url)

    onward = Client().post(left.location.removeprefix(SHOP))

    assert onward.url == "/orders/1002/pay/"
    assert shop["ORDERS"]["1002"]["status"] == "new"


def test_a_refund_names_who_made_it(shop, rf, clover_simulator):
    pay(shop, rf, clover_simulator.token())
    payment = models.Payment.objects.get()
    request = rf.post("/", {"form_token": "form-1"})
    request.user = User.objects.create_superuser("owner")

    shop["refund"](request, payment.payment_id)

    last = models.PaymentEvent.objects.filter(operation=None).last()
    assert (last.after, last.actor) == ("refunded", f"user {request.user.pk}")
    assert shop["ORDERS"]["1001"]["status"] == "refunded"


def test_every_key_and_every_check_is_explained():
    checks = (ROOT / "contrib/clover_django/checks.py").read_text()
    ids = re.findall(r'id="(clover_django\.\w+)"', checks)
    keys = conf._DEFAULTS.keys() - SETTINGS.keys()

    assert len(ids) > 3
    assert "AUTO_CAPTURE" in keys
    assert [name for name in (*keys, *ids) if f"`{name}`" not in PAGE] == []
