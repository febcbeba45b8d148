"""Messages about hosted pages, on every route and in every order."""

import threading

import pytest
from django.db import connections
from django.test import Client
from saleor.order.models import Order

from tests.clover_saleor.shop import (
    RETURN_URL,
    complete,
    create_checkout,
    initialize,
    process,
    update_plugin,
)

CHANNEL = "/plugins/channel/us/clover.payments/webhook/"
OLD = "/plugins/clover.payments/webhook/"


@pytest.fixture
def messages(shop, live_server):
    shop.configure("hosted")
    shop.simulator.send_webhooks_to(f"{live_server.url}{CHANNEL}")
    yield shop.simulator
    shop.simulator.send_webhooks_to("http://127.0.0.1:9/")


def delivered(simulator, count=1):
    """The last one, once the shop has answered all of them."""

    def is_done():
        found = simulator.deliveries
        return len(found) >= count and all(row.status for row in found)

    simulator.wait_until(is_done, 120)
    return simulator.deliveries[-1]


def open_page(shop):
    checkout, payment = shop.begin(token="")
    return checkout, payment, complete(checkout).said["redirectUrl"]


def test_a_shopper_who_never_returns_gets_the_order(shop, messages):
    _, payment, page = open_page(shop)

    messages.pay_hosted(page)

    assert delivered(messages).status == 200
    payment.refresh_from_db()
    assert payment.order == shop.order()
    assert shop.charges == [2599]


def test_a_message_before_the_return_is_one_order(shop, messages):
    checkout, payment, page = open_page(shop)
    messages.pay_hosted(page)
    delivered(messages)

    done = complete(checkout)

    assert done.order == shop.order()
    assert payment.transactions.filter(kind="capture", is_success=True).count() == 1


def test_a_replayed_message_changes_nothing(shop, messages):
    _, payment, page = open_page(shop)
    messages.pay_hosted(page)
    delivered(messages)

    messages.redeliver(messages.deliveries[0].number)

    assert delivered(messages, 2).status == 200
    assert payment.transactions.filter(kind="capture").count() == 1
    assert shop.refunds == []


def test_a_message_and_a_completion_at_once_are_one_order(shop, messages):
    checkout, payment, page = open_page(shop)
    answers = []

    def come_back():
        try:
            answers.extend(complete(checkout) for _ in range(5))
        finally:
            connections.close_all()

    returning = threading.Thread(target=come_back)
    returning.start()
    messages.pay_hosted(page)
    returning.join(60)
    delivered(messages)

    assert complete(checkout).order == shop.order()
    assert payment.transactions.filter(kind="capture", is_success=True).count() == 1
    assert shop.refunds == []


def test_in_the_transactions_flow_it_is_recorded_and_then_notified(shop, messages):
    checkout = create_checkout(shop.channel)
    first = initialize(checkout, {"returnUrl": RETURN_URL})
    messages.pay_hosted(first.data["redirectUrl"])
    delivered(messages)

    done = process(first.item)

    assert done.event.type == "charge_success"
    assert first.item.events.filter(type="charge_success").count() == 1
    assert complete(checkout).order


def test_a_page_whose_payment_was_replaced_is_refunded(shop, messages):
    checkout, payment, page = open_page(shop)
    checkout.payments.update(is_active=False)

    messages.pay_hosted(page)
    delivered(messages)

    payment.refresh_from_db()
    assert (shop.charges, shop.refunds) == ([2599], [2599])
    assert not Order.objects.exists()


def test_a_forged_message_is_refused(shop):
    shop.configure("hosted")

    answer = Client().post(
        CHANNEL,
        b'{"Type":"PAYMENT"}',
        "application/json",
        HTTP_CLOVER_SIGNATURE="t=1,v1=0",
    )

    assert (answer.status_code, answer.content) == (400, b"rejected")


def test_while_it_is_off_no_one_listens(shop):
    shop.configure("hosted")
    update_plugin(shop.channel, active=False)

    for address in (CHANNEL, OLD):
        assert Client().post(address, b"{}", "application/json").status_code == 404


@pytest.mark.parametrize("path", ["other/", "webhook/more/", "webhookx"])
def test_an_unknown_path_is_not_found(shop, path):
    shop.configure("hosted")

    answer = Client().post(CHANNEL.replace("webhook/", path), b"{}", "application/json")

    assert answer.status_code == 404


def test_another_channels_address_refuses_the_message(shop):
    from saleor.channel.models import Channel

    shop.configure("hosted")
    Channel.objects.create(slug="ca", currency_code="CAD")

    answer = Client().post(CHANNEL.replace("/us/", "/ca/"), b"{}", "application/json")

    assert answer.status_code == 404


def test_only_posts_are_taken(shop):
    shop.configure("hosted")

    assert Client().get(CHANNEL).status_code == 405
