"""A shopper who has to answer the bank: the page that says so, and what comes of it."""

import json
import re

import pytest
from django.test import Client

from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from payment_hooks import (
    ActionRequired,
    Outcome,
    OutcomeUnknown,
    PaymentSource,
    PaymentState,
)
from tests.clover_django.paying import open_payment


@pytest.fixture
def browser():
    return Client()


@pytest.fixture
def payment():
    payment = open_payment()
    with pytest.raises(ActionRequired):
        get_payments().charge(payment.payment_id, PaymentSource(token="challenge-1"))
    return payment


pytestmark = pytest.mark.usefixtures("fake")


def challenge_of(payment):
    return get_payments().next_action(payment.payment_id)


def text_of(browser, page, payment):
    answer = browser.get(f"/clover/{page}/{payment.payment_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def send(browser, payment, **fields):
    """The page that follows the form."""
    return browser.post(
        f"/clover/confirm/{payment.payment_id}/", fields, follow=True
    ).content.decode()


@pytest.mark.parametrize("page", ["status", "return", "cancel"])
def test_the_page_leads_to_the_bank(browser, payment, page):
    text = text_of(browser, page, payment)

    assert "Your bank asks you to confirm this payment" in text
    assert f'href="{challenge_of(payment).url}"' in text
    assert "not been charged" not in text


def test_the_waiting_page_goes_on_to_it(browser, payment):
    waiting = browser.get(f"/clover/status/{payment.payment_id}.json").json()

    assert waiting == {"waiting": False}


def test_the_answer_pays(browser, payment, fake):
    answer = json.dumps(fake.answer(challenge_of(payment)))

    assert "your payment succeeded" in send(browser, payment, answer=answer)
    assert get_payments().get(payment.payment_id).state is PaymentState.PAID


def test_the_same_answer_twice_is_one_charge(browser, payment, fake):
    answer = json.dumps(fake.answer(challenge_of(payment)))

    send(browser, payment, answer=answer)

    assert "your payment succeeded" in send(browser, payment, answer=answer)
    assert len(fake.ledger) == 1


def test_a_shopper_who_comes_back_from_the_bank_is_thanked(browser, payment, fake):
    fake.pass_challenge(challenge_of(payment).transaction_id)
    let_time_pass(minutes=1)

    assert "your payment succeeded" in text_of(browser, "return", payment)


@pytest.mark.parametrize("wrong", ["", "no json", "[]", '{"code": 1}', '{"code": "x"}'])
def test_what_is_no_answer_leaves_the_challenge(browser, payment, wrong):
    assert "Your bank asks you" in send(browser, payment, answer=wrong)


def test_another_card_may_be_used(browser, payment):
    text = send(browser, payment, canceled="1")

    assert "Your payment was not made" in text
    assert "could not confirm that it was you" in text
    assert get_payments().outcome(payment.payment_id) is Outcome.NOT_PAID


def test_the_button_of_the_hosted_page_ends_it_as_well(browser, payment):
    browser.post(f"/clover/cancel/{payment.payment_id}/")

    assert get_payments().get(payment.payment_id).state is PaymentState.CLOSED
    assert challenge_of(payment) is None


def test_a_lost_answer_is_checked(browser, payment, fake):
    answer = json.dumps(fake.answer(challenge_of(payment)))
    fake.fail("payment_confirm", OutcomeUnknown("cut"), after=True)
    fake.fail("payment_retrieve", OutcomeUnknown("cut"))

    assert "We are checking your payment" in send(browser, payment, answer=answer)


def test_an_answer_needs_the_forms_own_token(payment):
    strict = Client(enforce_csrf_checks=True)
    page = text_of(strict, "status", payment)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    address = f"/clover/confirm/{payment.payment_id}/"

    assert strict.post(address, {"canceled": "1"}).status_code == 403
    fields = {"canceled": "1", "csrfmiddlewaretoken": token}
    assert strict.post(address, fields).status_code == 302


def test_reading_the_address_confirms_nothing(browser, payment):
    assert browser.get(f"/clover/confirm/{payment.payment_id}/").status_code == 405
