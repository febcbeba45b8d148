"""Clover's messages: proven, kept, and answered 200 only when their effect is there."""

import json
import time
from io import BytesIO

import pytest
from django.test import Client

from clover_django import models
from clover_django.payments import get_payments
from clover_django.web import views
from clover_provider.api.webhooks import sign
from payment_hooks import CheckoutRequest, Mode, Money, PaymentState, ReturnUrls
from payment_hooks.storefront import MOST_WEBHOOK_BYTES
from tests.clover_django.paying import broken_database

NOBODY = "http://127.0.0.1:9/"


@pytest.fixture
def clover(transactional_db, plain_pages, settings, clover_simulator):
    """The simulated Clover; its messages come when a test delivers them."""
    merchant = clover_simulator.merchant
    settings.CLOVER = {
        "ENVIRONMENT": "local",
        "BASE_URL": clover_simulator.url,
        "MERCHANT_ID": merchant.id,
        "PRIVATE_KEY": merchant.private_key,
        "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "PLATFORM_TOKEN": merchant.platform_token,
        "WEBHOOK_SECRETS": [merchant.webhook_secret],
        "MODE": "hosted",
    }
    clover_simulator.send_webhooks_to(NOBODY)
    return clover_simulator


@pytest.fixture
def payment(clover):
    """A hosted payment whose shopper has paid on Clover's page."""
    payments = get_payments()
    opened = payments.open("100123", mode=Mode.HOSTED, amount_due=Money(2599, "USD"))
    base = f"http://localhost/clover/return/{opened.payment_id}/"
    page = payments.start_checkout(
        opened.payment_id,
        CheckoutRequest(
            amount=opened.amount_due,
            reference=opened.reference,
            mode=opened.mode,
            return_urls=ReturnUrls(success=base, failure=base),
        ),
    )
    clover.pay_hosted(page.url)
    clover.wait_until(lambda: clover.deliveries and clover.deliveries[-1].signature)
    return opened


def post(body, signature, **headers):
    return Client(raise_request_exception=True).post(
        "/clover/webhook/",
        data=body,
        content_type="application/json",
        headers={"clover-signature": signature, **headers},
    )


def deliver(clover):
    sent = clover.deliveries[-1]
    return post(sent.body, sent.signature)


def state(payment):
    return get_payments().get(payment.payment_id).state


def test_a_message_that_names_another_pages_payment_pays_nothing(clover, payment):
    """Signed, of the same amount, and for the page that it names; but not its money."""
    payments = get_payments()
    other = payments.open("100124", mode=Mode.HOSTED, amount_due=Money(2599, "USD"))
    urls = ReturnUrls(success="http://localhost/r/", failure="http://localhost/r/")
    page = payments.start_checkout(
        other.payment_id,
        CheckoutRequest(
            amount=other.amount_due,
            reference=other.reference,
            mode=other.mode,
            return_urls=urls,
        ),
    )
    said = json.loads(clover.deliveries[-1].body)
    body = json.dumps(said | {"data": page.session_id}).encode()
    signed = sign(clover.merchant.webhook_secret, int(time.time()), body)

    answer = post(body, signed)

    assert answer.status_code == 200
    assert payments.get(other.payment_id).flags == ("reference_differs",)
    assert state(other) is PaymentState.OPEN
    deliver(clover)
    assert state(payment) is PaymentState.PAID


def test_a_message_pays_the_payment(clover, payment):
    answer = deliver(clover)

    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer["Cache-Control"]
    assert state(payment) is PaymentState.PAID
    assert models.WebhookReceipt.objects.get().finished_at is not None


def test_the_same_message_again_changes_nothing(clover, payment):
    deliver(clover)
    history = models.PaymentEvent.objects.count()

    answer = deliver(clover)

    assert answer.status_code == 200
    assert models.WebhookReceipt.objects.count() == 1
    assert models.PaymentEvent.objects.count() == history


def test_history_names_the_webhook(clover, payment):
    deliver(clover)

    last = models.PaymentEvent.objects.filter(operation=None).last()
    assert (last.after, last.actor) == ("paid", "webhook")


@pytest.mark.parametrize("signature", ["", "nonsense", "t=1,v1=00", "t=1767225600"])
def test_a_forged_message_is_refused_and_not_kept(clover, payment, signature):
    answer = post(clover.deliveries[-1].body, signature)

    assert (answer.status_code, answer.content) == (400, b"rejected")
    assert not models.WebhookReceipt.objects.exists()
    assert state(payment) is PaymentState.OPEN


def test_a_changed_message_is_refused(clover, payment):
    sent = clover.deliveries[-1]

    answer = post(f"{sent.body} ", sent.signature)

    assert answer.status_code == 400
    assert state(payment) is PaymentState.OPEN


@pytest.mark.parametrize("body", [b"", b"[", b"{}", b"\xff\xfe", b"[" * 60_000])
def test_a_signed_message_that_says_nothing_is_refused(clover, body):
    signature = sign(clover.merchant.webhook_secret, int(time.time()), body)

    assert post(body, signature).status_code == 400


def test_a_body_without_end_is_not_read(clover):
    answer = post(b"x" * (MOST_WEBHOOK_BYTES + 1), "t=1,v1=00")

    assert answer.status_code == 413


def test_clover_being_down_asks_for_the_message_again(clover, payment):
    with clover.refusing_connections():
        first = deliver(clover)
    kept = models.WebhookReceipt.objects.get().finished_at

    second = deliver(clover)

    assert (first.status_code, first.content) == (503, b"try again")
    assert kept is None
    assert second.status_code == 200
    assert state(payment) is PaymentState.PAID


@pytest.mark.parametrize("word", ["INSERT", "UPDATE", "SELECT"])
def test_a_broken_database_asks_for_the_message_again(clover, payment, word):
    with broken_database(word):
        first = deliver(clover)

    second = deliver(clover)

    assert (first.status_code, first.content) == (503, b"try again")
    assert second.status_code == 200
    assert state(payment) is PaymentState.PAID


def test_a_broken_setting_asks_for_the_message_again(clover, payment, settings):
    sent = clover.deliveries[-1]
    settings.CLOVER = ["nonsense"]

    answer = post(sent.body, sent.signature)

    assert (answer.status_code, answer.content) == (503, b"try again")


def test_a_message_of_no_payment_is_kept(clover, payment):
    models.Operation.objects.update(session_id="another")

    answer = deliver(clover)

    assert answer.status_code == 200
    assert models.WebhookReceipt.objects.get().finished_at is None
    assert state(payment) is PaymentState.OPEN


def test_a_connection_that_breaks_is_a_bad_request(clover, rf):
    class Broken(BytesIO):
        def read(self, *size):
            raise ConnectionResetError

    request = rf.generic("POST", "/clover/webhook/", b"x", **{"wsgi.input": Broken()})

    assert views.webhook(request).status_code == 400


def test_only_posts_are_taken(clover):
    assert Client().get("/clover/webhook/").status_code == 405


def test_no_csrf_token_is_asked_for(clover, payment):
    sent = clover.deliveries[-1]

    answer = Client(enforce_csrf_checks=True).post(
        "/clover/webhook/",
        data=sent.body,
        content_type="application/json",
        headers={"clover-signature": sent.signature},
    )

    assert answer.status_code == 200
