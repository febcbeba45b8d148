"""One webhook and one set of pages for the merchants of a shop with several."""

from dataclasses import replace

import pytest
from django.test import Client

from clover_django import payments as shop_payments
from clover_django.shop import build_payments, get_payments, payments_of
from clover_django.testing import let_time_pass
from clover_provider.config import CloverConfig
from payment_hooks import (
    ConfigurationError,
    Mode,
    Money,
    Outcome,
    OutcomeUnknown,
    Payments,
    PaymentSource,
)
from payment_hooks.testing import FakeProvider

DUE = Money(2599, "USD")
CARD = PaymentSource(token="tok-1")


def build(provider):
    """A merchant's `Payments`, with a provider in memory in Clover's place."""
    config = CloverConfig.from_mapping(
        {
            "ENVIRONMENT": "local",
            "BASE_URL": "http://127.0.0.1:1",
            "MERCHANT_ID": provider.merchant_id,
            "PRIVATE_KEY": "private",
        },
        source="a merchant",
    )
    payments = build_payments(config)
    payments.plugins.unregister(name="clover")
    payments.plugins.register(provider, "clover")
    return payments


@pytest.fixture
def theirs(fake, monkeypatch):
    """The `Payments` of a merchant that is not in the settings."""
    payments = build(FakeProvider(merchant_id="ANOTHERMERCH1"))
    monkeypatch.setattr(shop_payments, "_merchants", [lambda: [payments]])
    return payments


@pytest.fixture
def provider(theirs):
    return theirs.plugins.get_plugin("clover")


@pytest.fixture
def at_the_page(theirs):
    payment = theirs.open("100123", mode=Mode.HOSTED, amount_due=DUE)
    return payment, theirs.start_checkout(payment.payment_id)


def show(payment, page="status"):
    return Client().get(f"/clover/{page}/{payment.payment_id}/")


def test_a_payment_is_found_with_its_merchant(fake, theirs, at_the_page):
    payment, _ = at_the_page
    ours = get_payments().open("100123", mode=Mode.IFRAME, amount_due=DUE)

    assert payments_of(payment) is theirs
    assert payments_of(ours) is get_payments()


def test_a_payment_of_a_merchant_who_is_gone_names_the_merchant(theirs, at_the_page):
    payment, _ = at_the_page

    with pytest.raises(ConfigurationError, match="GONE"):
        payments_of(replace(payment, merchant_id="GONE"))


def test_the_settings_own_merchant_is_found_without_asking_for_others(
    fake, monkeypatch
):
    def refuse():
        raise AssertionError("nobody asks for other merchants")

    monkeypatch.setattr(shop_payments, "_merchants", [refuse])
    payment = get_payments().open("100123", mode=Mode.IFRAME, amount_due=DUE)

    assert payments_of(payment) is get_payments()
    assert show(payment).status_code == 200


def test_the_page_of_another_merchants_payment_asks_that_merchant(theirs, provider):
    payment = theirs.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", OutcomeUnknown("reset"))
    with pytest.raises(OutcomeUnknown):
        theirs.charge(payment.payment_id, CARD)
    provider.mend()
    let_time_pass(minutes=1)

    shown = show(payment)

    assert "succeeded" in shown.content.decode()
    assert theirs.outcome(payment.payment_id) is Outcome.PAID


def test_the_button_closes_another_merchants_payment(theirs, at_the_page):
    payment, _ = at_the_page

    Client().post(f"/clover/cancel/{payment.payment_id}/")

    assert theirs.get(payment.payment_id).state == "closed"


def test_one_webhook_serves_all_merchants(fake, theirs, provider, at_the_page):
    payment, page = at_the_page
    fake.secret, provider.secret = "ours", "theirs"
    paid = provider.pay_session(DUE, page.session_id)
    message = provider.message(paid.transaction_id, page.session_id)
    forged = provider.message(paid.transaction_id, page.session_id, secret="mine")

    answers = [
        Client().post(
            "/clover/webhook/",
            each.body,
            content_type="application/json",
            headers=dict(each.headers),
        )
        for each in (forged, message)
    ]

    assert [answer.status_code for answer in answers] == [400, 200]
    assert theirs.get(payment.payment_id).is_paid


def test_a_payment_of_nobody_is_not_found(theirs):
    assert Client().get("/clover/status/no-such-payment/").status_code == 404
    assert isinstance(theirs, Payments)
