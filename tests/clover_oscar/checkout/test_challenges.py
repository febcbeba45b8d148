"""A shopper of Oscar's checkout who has to answer the bank: 3-D Secure."""

import json

import pytest

from clover_django.payments import get_payments
from tests.clover_oscar.checkout.test_payment_pages import problem_on
from tests.clover_oscar.shopper import orders


@pytest.fixture
def shopper(shopper, product, clover):
    shopper.reach_payment(product)
    return shopper


@pytest.fixture
def waiting(shopper):
    """The address of the page to which the shopper is led."""
    answer = shopper.place_order(clover_token="challenge-1")
    assert answer.url.startswith("/clover/status/")
    return answer.url


def payment_of(waiting):
    return get_payments().get(waiting.rstrip("/").rsplit("/", 1)[-1])


def send(shopper, waiting, **fields):
    address = waiting.replace("/status/", "/confirm/")
    return shopper.client.post(address, fields, follow=True)


def test_the_page_asks_to_confirm_and_no_order_is_placed(shopper, waiting):
    page = shopper.client.get(waiting).content.decode()

    assert "Your bank asks you to confirm this payment" in page
    assert orders() == []


def test_the_answer_places_the_order(shopper, waiting, clover):
    challenge = get_payments().next_action(payment_of(waiting).payment_id)

    page = send(shopper, waiting, answer=json.dumps(clover.answer(challenge)))

    assert page.redirect_chain[-1][0].startswith("/checkout/thank-you/")
    assert len(orders()) == 1


def test_another_card_is_entered_on_the_payment_page(shopper, waiting):
    page = send(shopper, waiting, canceled="1")

    assert page.redirect_chain[-1][0].startswith("/checkout/payment-details/")
    _, said = problem_on(page)
    assert "could not confirm that it was you" in said
    assert "could not confirm" not in shopper.look().content.decode()


def test_another_card_pays_after_the_first_was_given_up(shopper, waiting, clover):
    send(shopper, waiting, canceled="1")

    shopper.look()
    shopper.place_order(clover_token="tok-1")

    assert len(orders()) == 1
    succeeded = [row for row in clover.ledger.values() if row.status == "succeeded"]
    assert len(succeeded) == 1


def test_the_checkout_leads_back_while_the_bank_is_asked(shopper, waiting):
    page = shopper.look()

    assert page.redirect_chain[-1][0] == waiting


def test_a_browser_without_an_open_basket_gets_its_own_back(shopper, waiting, clover):
    """Oscar then has a basket that was never saved, and nothing in it to merge."""
    address = waiting.replace("/status/", "/confirm/")
    shopper.client.post(address, {"canceled": "1"})
    shopper.client.cookies.pop("oscar_open_basket", None)

    page = shopper.look(waiting)

    assert page.redirect_chain[-1][0].startswith("/checkout/payment-details/")
    shopper.place_order(clover_token="tok-1")
    assert len(orders()) == 1
