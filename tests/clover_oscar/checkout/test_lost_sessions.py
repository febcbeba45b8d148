"""A shopper whose session knows nothing of the submit: the request died, or still runs."""

import pytest
from django.contrib.auth import get_user_model
from django.core.signing import Signer
from django.test import Client

from clover_django.models import Operation
from tests.clover_oscar.checkout.test_return_pages import the_payment

COOKIE = "oscar_open_basket"


@pytest.fixture
def customer(shopper, product):
    """A shopper with an account, at the payment step."""
    user = get_user_model().objects.create_user("ada", "ada@example.com", "a password")
    shopper.client.force_login(user)
    return shopper


def submit(shopper, product, clover_settings):
    """A submit whose payment is in progress, and which its session does not know."""
    clover_settings(MODE="hosted")
    shopper.reach_payment(product)
    cookie = shopper.client.cookies.get(COOKIE)
    shopper.place_order()
    session = shopper.client.session
    del session["checkout_data"]["submission"]
    session.save()
    if cookie is not None:
        shopper.client.cookies[COOKIE] = cookie.value
    return the_payment()


def test_a_guest_is_known_by_the_basket_cookie(
    shopper, product, clover, clover_settings
):
    payment = submit(shopper, product, clover_settings)

    back = shopper.client.get("/checkout/preview/")

    assert back.url == f"/clover/status/{payment.payment_id}/"
    assert shopper.basket_id == payment.context["basket_id"]


def test_a_customer_is_known_by_the_account(customer, product, clover, clover_settings):
    payment = submit(customer, product, clover_settings)

    back = customer.client.get("/checkout/preview/")

    assert back.url == f"/clover/status/{payment.payment_id}/"


@pytest.mark.parametrize("forge", [str, Signer(key="guessed").sign])
def test_a_forged_cookie_leads_to_no_payment(
    shopper, product, clover, clover_settings, forge
):
    payment = submit(shopper, product, clover_settings)
    stranger = Client(SERVER_NAME="localhost")
    stranger.cookies[COOKIE] = forge(payment.context["basket_id"])

    back = stranger.get("/checkout/preview/")

    assert back.url == "/basket/"


def test_the_cookie_of_a_customers_basket_shows_a_guest_nothing(
    customer, product, clover, clover_settings
):
    payment = submit(customer, product, clover_settings)
    customer.client.logout()
    customer.client.cookies[COOKIE] = Signer().sign(payment.context["basket_id"])

    back = customer.client.get("/checkout/preview/")

    assert not back.url.startswith("/clover/")


def test_a_second_click_before_the_payment_is_recorded_looks_again(
    shopper, product, clover, clover_settings
):
    payment = submit(shopper, product, clover_settings)
    Operation.objects.filter(payment_id=payment.payment_id).update(state="failed")

    answer = shopper.place_order()

    assert answer.url == "/checkout/preview/"
