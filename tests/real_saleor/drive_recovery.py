"""Payments that were interrupted in a real Saleor, and what recovery makes of them."""

import time
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.real_saleor.shop import AMOUNT, FLOAT, GATEWAY

LET_TIME_PASS = """
from datetime import timedelta
from django.utils import timezone
from clover_django.models import Operation
from saleor.checkout.models import Checkout
then = timezone.now() - timedelta(minutes=10)
rows = Operation.objects.using("clover_ledger")
rows.filter(due__isnull=False).update(due=then)
rows.filter(lease_until__isnull=False).update(lease_until=then)
Checkout.objects.filter(completing_started_at__isnull=False).update(
    completing_started_at=then
)
"""


def begin(shop, email):
    checkout = shop.checkout(email=email)
    shop.shopper.payment_create(
        checkout, GATEWAY, amount=AMOUNT, token=shop.simulator.token()
    )
    return checkout


def recover(shop):
    """A pass in a process of its own, long after."""
    shop.saleor.manage("shell", "-c", LET_TIME_PASS)
    return shop.saleor.manage("clover_recover")


def orders_of(shop, email):
    return [row for row in shop.staff.orders() if row["userEmail"] == email]


def assert_one_paid_order(shop, email):
    (order,) = orders_of(shop, email)
    assert order["isPaid"] is True, order
    assert order["totalCharged"]["amount"] == FLOAT
    assert shop.charges() == [round(FLOAT * 100)]


def test_a_lost_answer_becomes_an_order_though_the_shopper_is_gone(shop):
    shop.configure()
    email = f"lost-{time.monotonic_ns()}@example.com"
    checkout = begin(shop, email)
    shop.simulator.fail("POST", "/v1/charges", "reset_after", times=2)

    answer = shop.shopper.complete(checkout)
    assert answer["confirmationNeeded"] is True, answer
    assert "checking" in answer["confirmationData"]
    assert orders_of(shop, email) == []
    printed = recover(shop)

    assert_one_paid_order(shop, email)
    assert "0 still unknown" in printed


def test_a_lost_answer_is_found_when_the_shopper_asks_again(shop):
    shop.configure()
    email = f"again-{time.monotonic_ns()}@example.com"
    checkout = begin(shop, email)
    shop.simulator.fail("POST", "/v1/charges", "reset_after", times=2)
    shop.shopper.complete(checkout)

    answer = shop.shopper.complete(checkout)

    assert answer["errors"] == []
    assert_one_paid_order(shop, email)


def test_a_server_killed_in_the_middle_of_a_charge(shop):
    shop.configure()
    email = f"killed-{time.monotonic_ns()}@example.com"
    checkout = begin(shop, email)
    shop.simulator.fail("POST", "/v1/charges", "delay_after", seconds=3, times=1)

    with ThreadPoolExecutor(1) as pool:
        lost = pool.submit(shop.shopper.complete, checkout)
        shop.simulator.wait_until(lambda: shop.charges(), 20)
        shop.saleor.server.kill()
        shop.saleor.server.wait()
        assert isinstance(lost.exception(60), requests.RequestException)
    shop.saleor._serve()
    assert orders_of(shop, email) == []
    recover(shop)

    assert_one_paid_order(shop, email)


def test_time_under_saleors_locks_is_bounded(shop):
    shop.configure(time_limit="1")
    email = f"slow-{time.monotonic_ns()}@example.com"
    checkout = begin(shop, email)
    shop.simulator.fail("POST", "/v1/charges", "delay_before", seconds=4, times=1)
    began = time.monotonic()

    answer = shop.shopper.complete(checkout)

    took = time.monotonic() - began
    assert answer["confirmationNeeded"] is True, answer
    assert took < 1 + 2
    shop.simulator.wait_until(lambda: shop.charges(), 20)
    recover(shop)
    assert_one_paid_order(shop, email)


def test_the_doctor_knows_this_shop(shop):
    shop.configure()

    printed = shop.saleor.manage("clover_doctor")

    assert "App: clover.payments is there and active" in printed
    assert "us: charges: Clover answers, and takes the private key" in printed


def test_saleors_own_worker_and_beat_recover(shop):
    shop.configure()
    email = f"beat-{time.monotonic_ns()}@example.com"
    checkout = begin(shop, email)
    shop.simulator.fail("POST", "/v1/charges", "reset_after", times=2)
    shop.shopper.complete(checkout)
    shop.saleor.manage("shell", "-c", LET_TIME_PASS)

    with shop.saleor.celery():
        deadline = time.monotonic() + 150
        while time.monotonic() < deadline and not orders_of(shop, email):
            time.sleep(1)

    assert_one_paid_order(shop, email)
