"""Saleor's payments flow with our plugin, from the checkout to the money's return."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.real_saleor.client import Refused
from tests.real_saleor.shop import AMOUNT, CARD, CENTS, DECLINED, FLOAT, GATEWAY


def assert_paid(shop, order_id, amount=FLOAT):
    order = shop.order(order_id)
    assert order["isPaid"] is True, order
    assert order["chargeStatus"] == "FULL"
    assert order["totalCharged"]["amount"] == amount
    assert shop.charges() == [round(amount * 100)]


def page_of(answer):
    assert answer["confirmationNeeded"] is True, answer
    return json.loads(answer["confirmationData"])["redirectUrl"]


def wait_for_order(shop, email):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = [row for row in shop.staff.orders() if row["userEmail"] == email]
        if found:
            return found
        time.sleep(0.2)
    return []


def test_iframe_with_the_token_in_the_payment(shop):
    shop.configure("iframe")

    order_id, _ = shop.pay()

    assert_paid(shop, order_id)
    (payment,) = shop.order(order_id)["payments"]
    assert payment["creditCard"]["lastDigits"] == "4242"
    assert payment["pspReference"] == shop.new_charges()[0].id


def test_iframe_with_the_token_in_the_payment_data(shop):
    shop.configure("iframe")
    checkout, _ = shop.begin()

    answer = shop.shopper.complete(checkout, {"token": shop.simulator.token()})

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])


def test_without_a_token_the_storefront_is_informed_what_to_show(shop):
    shop.configure("iframe")
    checkout, _ = shop.begin()

    answer = shop.shopper.complete(checkout)
    assert answer["confirmationNeeded"] is True, answer
    assert json.loads(answer["confirmationData"])["mode"] == "iframe"
    answer = shop.shopper.complete(checkout, {"token": shop.simulator.token()})

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])


def test_api_with_the_card_made_a_token_first(shop):
    shop.configure("api")
    made = shop.shopper.payment_initialize(GATEWAY, "us", {"card": CARD})
    assert made["errors"] == []
    token = json.loads(made["initializedPayment"]["data"])["token"]
    checkout, _ = shop.begin()

    answer = shop.shopper.complete(checkout, {"token": token})

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])


def test_api_with_the_card_in_the_payment_data(shop):
    shop.configure("api")
    checkout, _ = shop.begin()

    answer = shop.shopper.complete(checkout, {"card": CARD})

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])


def test_hosted_with_the_return_before_the_message(shop):
    shop.configure("hosted")
    checkout, _ = shop.begin()

    url = page_of(shop.shopper.complete(checkout))
    back = shop.simulator.pay_hosted(url)
    assert back.location.startswith("http://localhost/done")
    early = shop.shopper.complete(checkout)
    assert (early["order"], early["errors"]) == (None, []), early
    assert shop.deliver().status == 200
    answer = shop.shopper.complete(checkout)

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])


def test_hosted_with_the_page_left_and_opened_again(shop):
    shop.configure("hosted")
    checkout, _ = shop.begin()
    first = page_of(shop.shopper.complete(checkout))
    shop.simulator.cancel_hosted(first)

    url = page_of(shop.shopper.complete(checkout))
    shop.simulator.pay_hosted(url)
    assert shop.deliver().status == 200
    answer = shop.shopper.complete(checkout)

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])


def test_hosted_with_the_message_before_the_return(shop):
    shop.configure("hosted")
    checkout, _ = shop.begin()
    url = page_of(shop.shopper.complete(checkout))

    with shop.webhooks():
        before = len(shop.simulator.deliveries)
        shop.simulator.pay_hosted(url)
        shop.simulator.wait_until(lambda: len(shop.simulator.deliveries) > before, 20)
        time.sleep(1)
        answer = shop.shopper.complete(checkout)

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])
    (payment,) = shop.order(answer["order"]["id"])["payments"]
    captures = [row for row in payment["transactions"] if row["kind"] == "CAPTURE"]
    assert len(captures) == 1


def test_hosted_with_a_shopper_who_never_returns(shop):
    shop.configure("hosted")
    email = f"gone-{time.monotonic_ns()}@example.com"
    checkout = shop.checkout(email=email)
    shop.shopper.payment_create(
        checkout, GATEWAY, amount=AMOUNT, returnUrl="http://localhost/done"
    )
    url = page_of(shop.shopper.complete(checkout))

    with shop.webhooks():
        shop.simulator.pay_hosted(url)
        found = wait_for_order(shop, email)

    assert len(found) == 1, shop.simulator.deliveries[-3:]
    assert_paid(shop, found[0]["id"])


def test_reserved_and_captured_in_part(shop):
    shop.configure(auto_capture="false")
    order_id, payment = shop.pay()
    order = shop.order(order_id)
    assert (order["chargeStatus"], order["authorizeStatus"]) == ("NONE", "FULL")

    answer = shop.staff.payment_capture(payment, "10.00")

    assert answer["errors"] == []
    assert answer["payment"]["capturedAmount"]["amount"] == 10
    (charge,) = shop.new_charges()
    assert charge.amount_captured == 1000


def test_an_order_is_captured_from_the_dashboard(shop):
    shop.configure(auto_capture="false")
    order_id, _ = shop.pay()

    answer = shop.staff.order_capture(order_id, AMOUNT)

    assert answer["errors"] == []
    assert_paid(shop, order_id)


def test_two_refunds_of_a_part_each(shop):
    shop.configure()
    order_id, payment = shop.pay()

    first = shop.staff.payment_refund(payment, "5.00")
    second = shop.staff.payment_refund(payment, "5.00")

    assert (first["errors"], second["errors"]) == ([], [])
    assert second["payment"]["capturedAmount"]["amount"] == 15.99
    assert second["payment"]["chargeStatus"] == "PARTIALLY_REFUNDED"
    assert shop.refunds() == [500, 500]
    assert shop.order(order_id)["totalCharged"]["amount"] == 15.99


def test_more_than_was_taken_is_not_refunded(shop):
    shop.configure()
    order_id, payment = shop.pay()

    answer = shop.staff.payment_refund(payment, "26.00")

    assert answer["errors"] != []
    assert shop.refunds() == []
    assert_paid(shop, order_id)


def test_an_order_is_refunded_from_the_dashboard(shop):
    shop.configure()
    order_id, _ = shop.pay()

    answer = shop.staff.order_refund(order_id, AMOUNT)

    assert answer["errors"] == []
    assert shop.refunds() == [CENTS]
    assert shop.order(order_id)["totalCharged"]["amount"] == 0


def test_a_void_asked_for_twice(shop):
    shop.configure(auto_capture="false")
    order_id, payment = shop.pay()

    first = shop.staff.payment_void(payment)
    second = shop.staff.payment_void(payment)

    assert first["errors"] == []
    assert first["payment"]["isActive"] is False
    assert len(shop.voids()) == 1, second
    assert shop.order(order_id)["totalAuthorized"]["amount"] == 0


def test_an_order_is_voided_from_the_dashboard(shop):
    shop.configure(auto_capture="false")
    order_id, _ = shop.pay()

    answer = shop.staff.order_void(order_id)

    assert answer["errors"] == []
    assert len(shop.voids()) == 1


def test_a_declined_card_and_then_another(shop):
    shop.configure()
    checkout, _ = shop.begin(token=shop.simulator.token(DECLINED))

    answer = shop.shopper.complete(checkout)
    assert [error["code"] for error in answer["errors"]] == ["PAYMENT_ERROR"]
    assert shop.charges() == []
    answer = shop.shopper.complete(checkout, {"token": shop.simulator.token()})

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])


def test_a_declined_card_and_then_a_new_payment(shop):
    shop.configure()
    checkout, _ = shop.begin(token=shop.simulator.token(DECLINED))
    assert shop.shopper.complete(checkout)["errors"] != []

    shop.shopper.payment_create(
        checkout, GATEWAY, amount=AMOUNT, token=shop.simulator.token()
    )
    answer = shop.shopper.complete(checkout)

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])


def test_completing_again_gives_the_same_order(shop):
    shop.configure()
    checkout, _ = shop.begin(token=shop.simulator.token())

    answers = [shop.shopper.complete(checkout) for _ in range(3)]

    assert [answer["errors"] for answer in answers] == [[], [], []]
    assert len({answer["order"]["id"] for answer in answers}) == 1
    assert_paid(shop, answers[0]["order"]["id"])


def test_completing_four_times_at_once_is_one_order(shop):
    shop.configure()
    checkout, _ = shop.begin(token=shop.simulator.token())

    with ThreadPoolExecutor(4) as pool:
        callers = [shop.saleor.shopper() for _ in range(4)]
        submits = [pool.submit(caller.complete, checkout) for caller in callers]
        answers = [submit.result() for submit in submits]

    found = {answer["order"]["id"] for answer in answers if answer["order"]}
    assert len(found) == 1, answers
    assert_paid(shop, found.pop())


@pytest.mark.parametrize("action", ["reset_after", "cut", "error_after"])
def test_a_lost_answer_is_looked_for(shop, action):
    shop.configure(time_limit="3")
    checkout, _ = shop.begin(token=shop.simulator.token())
    shop.simulator.fail("POST", "/v1/charges", action)

    answer = shop.shopper.complete(checkout)
    if answer["order"] is None:
        answer = shop.shopper.complete(checkout)

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])


def test_while_clover_is_down_nothing_is_taken(shop):
    shop.configure(time_limit="3")
    checkout, _ = shop.begin(token=shop.simulator.token())

    with shop.simulator.refusing_connections():
        answer = shop.shopper.complete(checkout)
    assert answer["order"] is None, answer
    assert shop.charges() == []
    answer = shop.shopper.complete(checkout, {"token": shop.simulator.token()})

    assert answer["errors"] == []
    assert answer["order"], answer
    assert_paid(shop, answer["order"]["id"])


def test_secrets_are_masked_and_survive_being_sent_back(shop):
    shop.configure()
    shown = shop.staff.plugin(GATEWAY)["channelConfigurations"]
    (of_us,) = [row for row in shown if row["channel"]["slug"] == "us"]
    values = {row["name"]: row["value"] for row in of_us["configuration"]}
    merchant = shop.simulator.merchant
    assert values["private_key"] != merchant.private_key
    assert merchant.private_key.endswith(values["private_key"])
    assert values["webhook_url"] == shop.webhook

    masked = {name: value for name, value in values.items() if value is not None}
    masked = {k: str(v).lower() if v in (True, False) else v for k, v in masked.items()}
    shop.staff.plugin_update(GATEWAY, shop.channel_id, True, **masked)
    order_id, _ = shop.pay()

    assert_paid(shop, order_id)


def test_wrong_keys_are_refused_when_activated(shop):
    with pytest.raises(Refused) as refused:
        shop.configure(private_key="00000000-0000-0000-0000-000000000000")

    assert refused.value.codes != []


def test_the_gateway_shows_shoppers_nothing_secret(shop):
    shop.configure()

    text = json.dumps(shop.shopper.gateways(shop.checkout())[GATEWAY])

    merchant = shop.simulator.merchant
    assert merchant.private_key not in text
    assert merchant.webhook_secret not in text
    assert merchant.public_key in text


def test_a_plugin_that_is_off_is_not_offered_and_hears_nothing(shop):
    shop.configure()
    shop.configure(active=False)

    assert GATEWAY not in shop.shopper.gateways(shop.checkout())
    for path in (f"channel/us/{GATEWAY}", GATEWAY):
        url = f"{shop.saleor.url}/plugins/{path}/webhook/"
        assert requests.post(url, data=b"{}", timeout=10).status_code == 404


def test_a_forged_message_moves_nothing(shop):
    shop.configure("hosted")
    checkout, _ = shop.begin()
    page_of(shop.shopper.complete(checkout))
    session = shop.simulator.ledger.sessions[-1]
    body = json.dumps(
        {
            "Type": "PAYMENT",
            "Status": "APPROVED",
            "Data": session.id,
            "MerchantId": shop.simulator.merchant.id,
            "Id": "NOSUCHPAYMENT",
        }
    )
    signature = f"t={int(time.time())},v1={'0' * 64}"

    for headers in ({}, {"Clover-Signature": signature}):
        answer = requests.post(shop.webhook, data=body, headers=headers, timeout=10)
        assert answer.status_code == 400
    assert shop.charges() == []
    assert page_of(shop.shopper.complete(checkout))
