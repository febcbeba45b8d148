"""The stock shop against Clover in a box, over HTTP: each mode from basket to records."""

import pytest

from clover_django.payments import get_payments
from clover_simulator.shopper import DECLINED_CARD
from tests.clover_oscar.dashboard.test_order_detail import act, make_staff
from tests.clover_oscar.shopper import baskets, orders, records

SHOP = "http://localhost"
THANK_YOU = "/checkout/thank-you/"


@pytest.fixture
def shop(clover_simulator, settings):
    """Sets the shop's `CLOVER` to the simulator and the mode."""

    def enable(mode, **values):
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
            "PCI_ATTESTATION": "SAQ D of the tests",
            "MODE": mode,
            **values,
        }

    return enable


def deliver(shopper, simulator):
    """Bring the simulator's last webhook to the shop."""
    simulator.wait_until(lambda: simulator.deliveries[-1].signature)
    sent = simulator.deliveries[-1]
    return shopper.client.post(
        "/clover/webhook/",
        data=sent.body,
        content_type="application/json",
        headers={"clover-signature": sent.signature},
    )


def test_iframe_mode_from_the_fields_to_the_records(
    shop, shopper, product, clover_simulator
):
    shop("iframe")
    page = shopper.reach_payment(product).content.decode()

    done = shopper.pay(clover_simulator.token())

    assert f"{clover_simulator.url}/sdk.js" in page
    assert clover_simulator.merchant.private_key not in page
    assert done.url == THANK_YOU
    (charge,) = clover_simulator.ledger.charges
    (order,) = orders()
    assert charge.amount == 1000
    assert order.sources.get().reference == charge.id


def test_a_decline_and_then_a_good_card(shop, shopper, product, clover_simulator):
    shop("iframe")
    shopper.reach_payment(product)

    declined = shopper.pay(clover_simulator.token(DECLINED_CARD))
    done = shopper.pay(clover_simulator.token())

    assert "alert-danger" in declined.content.decode()
    assert done.url == THANK_YOU
    assert len(clover_simulator.ledger.charges) == 1
    assert list(baskets().values()) == ["Submitted"]


def test_an_answer_that_got_lost_is_resolved_to_one_order(
    shop, shopper, product, clover_simulator
):
    shop("iframe")
    shopper.reach_payment(product)
    clover_simulator.fail("POST", "/v1/charges", "reset_after", times=1)

    answer = shopper.pay(clover_simulator.token())
    if answer.url != THANK_YOU:
        answer = shopper.client.get(answer.url)

    assert answer.url == THANK_YOU
    assert len(clover_simulator.ledger.charges) == 1
    assert len(orders()) == 1


def test_a_token_of_another_merchant_is_refused(
    shop, shopper, product, clover_simulator
):
    shop("iframe")
    shopper.reach_payment(product)

    page = shopper.pay("clv_1TSTSofanothermerchant00")

    assert "alert-danger" in page.content.decode()
    assert list(baskets().values()) == ["Open"]
    assert clover_simulator.ledger.charges == []


def test_api_mode_from_the_form_to_the_records(
    shop, shopper, product, clover_simulator
):
    shop("api", PREVIEW=False)
    shopper.reach_payment(product)

    done = shopper.place_order(
        card_number="4242 4242 4242 4242", card_expiry="12/99", card_cvc="123"
    )

    assert done.url == THANK_YOU
    assert orders()[0].sources.get().label.endswith("4242")


def test_hosted_mode_with_the_webhook_first(shop, shopper, product, clover_simulator):
    shop("hosted")
    clover_simulator.send_webhooks_to("http://127.0.0.1:9/")
    shopper.reach_payment(product)
    sent = shopper.place_order()

    left = clover_simulator.pay_hosted(sent.url)
    taken = deliver(shopper, clover_simulator)
    back = shopper.client.get(left.location.removeprefix(SHOP))

    assert taken.status_code == 200
    assert back.url == THANK_YOU
    (order,) = orders()
    assert records(order)[0] == ("10.00", "10.00", "0.00")
    assert order.sources.get().reference == clover_simulator.ledger.charges[0].id


def test_hosted_mode_with_the_return_first(shop, shopper, product, clover_simulator):
    shop("hosted")
    clover_simulator.send_webhooks_to("http://127.0.0.1:9/")
    shopper.reach_payment(product)
    left = clover_simulator.pay_hosted(shopper.place_order().url)
    back = left.location.removeprefix(SHOP)

    early = shopper.client.get(back)
    deliver(shopper, clover_simulator)
    late = shopper.client.get(back)

    assert early.status_code in (200, 302)
    assert late.url == THANK_YOU
    assert len(orders()) == 1


def test_hosted_mode_cancelled_and_paid_after_all(
    shop, shopper, product, clover_simulator
):
    shop("hosted")
    clover_simulator.send_webhooks_to("http://127.0.0.1:9/")
    shopper.reach_payment(product)
    page = shopper.place_order().url
    left = clover_simulator.cancel_hosted(page)

    address = left.location.removeprefix(SHOP)
    asked = shopper.client.get(address)
    back = shopper.client.post(address)
    clover_simulator.pay_hosted(page)
    deliver(shopper, clover_simulator)

    assert "You left the payment page" in asked.content.decode()
    assert back.url == "/basket/"
    assert len(orders()) == 1
    assert sorted(baskets().values()) == ["Open", "Submitted"]


def test_reserve_capture_a_part_and_refund(shop, shopper, product, clover_simulator):
    shop("iframe", AUTO_CAPTURE=False)
    owner = make_staff("owner", is_superuser=True)
    shopper.reach_payment(product)
    shopper.pay(clover_simulator.token())
    (order,) = orders()

    act(owner, order, "capture", amount="8.00", token="c")
    act(owner, order, "refund", amount="3.00", token="r")

    assert records(order)[0] == ("10.00", "8.00", "3.00")
    (charge,) = clover_simulator.ledger.charges
    assert (charge.amount_captured, charge.amount_refunded) == (800, 300)


def test_the_confirmation_names_the_card(shop, shopper, product, clover_simulator):
    shop("iframe")
    owner = make_staff("owner", is_superuser=True)
    shopper.reach_payment(product)
    shopper.pay(clover_simulator.token())

    asked = act(owner, orders()[0], "refund", amount="4.00", confirmed="")

    assert "Visa •••• 4242" in asked


def test_reserve_and_void(shop, shopper, product, clover_simulator):
    shop("iframe", AUTO_CAPTURE=False)
    owner = make_staff("owner", is_superuser=True)
    shopper.reach_payment(product)
    shopper.pay(clover_simulator.token())
    (order,) = orders()

    act(owner, order, "void", amount="10.00")

    assert records(order)[0] == ("0.00", "0.00", "0.00")
    assert get_payments().ledger.find_payments(reference=order.number)[0].state == (
        "voided"
    )
