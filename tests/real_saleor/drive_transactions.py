"""Saleor's transactions flow with our plugin."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.real_saleor.shop import AMOUNT, CARD, DECLINED, FLOAT, GATEWAY

COMPLETES = """mutation($id: ID!, $wanted: Boolean!) {
  channelUpdate(id: $id, input: {
    checkoutSettings: { automaticallyCompleteFullyPaidCheckouts: $wanted } }) {
    channel { id } errors { field message code } } }"""
SALEORS_WORKER = """
from saleor.celeryconf import app
from saleor.channel.models import Channel
from saleor.checkout import tasks
app.conf.task_always_eager = True
if hasattr(tasks, "trigger_automatic_checkout_completion_task"):  # 3.22 and later
    Channel.objects.update(automatic_completion_delay=0)  # of 30 minutes
    tasks.trigger_automatic_checkout_completion_task()
"""
RETURN = {"returnUrl": "http://localhost/done"}


def start(shop, checkout, data=None, **fields):
    return shop.shopper.transaction_initialize(checkout, GATEWAY, data, **fields)


def event_of(answer):
    assert answer["errors"] == [], answer
    return answer["transactionEvent"]["type"]


def page_of(answer):
    assert event_of(answer) == "CHARGE_ACTION_REQUIRED", answer
    return answer["data"]["redirectUrl"]


def complete(shop, checkout):
    answer = shop.shopper.complete(checkout)
    assert answer["errors"] == [], answer
    return shop.order(answer["order"]["id"])


def assert_paid(shop, order, amount=FLOAT):
    assert (order["isPaid"], order["chargeStatus"]) == (True, "FULL"), order
    assert order["totalCharged"]["amount"] == amount
    assert sum(shop.charges()) == round(amount * 100)


@pytest.fixture
def reserving(shop):
    """The channel reserves; only an app may ask for another action than its own."""
    shop.staff.channel_strategy(shop.channel_id, "AUTHORIZATION")
    yield
    shop.staff.channel_strategy(shop.channel_id, "CHARGE")


def pay(shop, **fields):
    """A paid or reserved order, and its transaction."""
    checkout = shop.checkout()
    answer = start(shop, checkout, {"token": shop.simulator.token()}, **fields)
    assert event_of(answer).endswith("_SUCCESS"), answer
    order = complete(shop, checkout)
    return order, answer["transaction"]["id"]


def test_the_gateway_says_what_the_card_form_needs(shop):
    shop.configure()

    answer = shop.shopper.gateway_initialize(shop.checkout(), GATEWAY)

    assert answer["errors"] == []
    (config,) = answer["gatewayConfigs"]
    assert config["errors"] == [], config
    assert config["data"]["mode"] == "iframe"
    assert config["data"]["publicKey"] == shop.simulator.merchant.public_key


def test_iframe_in_one_step(shop):
    shop.configure("iframe")

    order, _ = pay(shop)

    assert_paid(shop, order)
    assert len(shop.charges()) == 1
    (transaction,) = order["transactions"]
    assert transaction["chargedAmount"]["amount"] == FLOAT
    assert transaction["pspReference"] == shop.new_charges()[0].id
    assert transaction["actions"] == ["REFUND"]


def test_iframe_in_two_steps(shop):
    shop.configure("iframe")
    checkout = shop.checkout()

    begun = start(shop, checkout)
    assert event_of(begun) == "CHARGE_ACTION_REQUIRED", begun
    data = {"token": shop.simulator.token()}
    answer = shop.shopper.transaction_process(begun["transaction"]["id"], data)

    assert event_of(answer) == "CHARGE_SUCCESS", answer
    assert_paid(shop, complete(shop, checkout))


def test_api_with_the_card(shop):
    shop.configure("api")
    checkout = shop.checkout()

    answer = start(shop, checkout, {"card": CARD})

    assert event_of(answer) == "CHARGE_SUCCESS", answer
    assert_paid(shop, complete(shop, checkout))


def test_hosted_with_the_return_before_the_message(shop):
    shop.configure("hosted")
    checkout = shop.checkout()
    begun = start(shop, checkout, RETURN)

    shop.simulator.pay_hosted(page_of(begun))
    early = shop.shopper.transaction_process(begun["transaction"]["id"])
    assert event_of(early) == "CHARGE_ACTION_REQUIRED", early
    assert shop.deliver().status == 200
    answer = shop.shopper.transaction_process(begun["transaction"]["id"])

    assert event_of(answer) == "CHARGE_SUCCESS", answer
    assert_paid(shop, complete(shop, checkout))


def test_hosted_with_the_message_before_the_return(shop):
    shop.configure("hosted")
    checkout = shop.checkout()
    begun = start(shop, checkout, RETURN)

    with shop.webhooks():
        before = len(shop.simulator.deliveries)
        shop.simulator.pay_hosted(page_of(begun))
        shop.simulator.wait_until(lambda: len(shop.simulator.deliveries) > before, 20)
        time.sleep(1)
        answer = shop.shopper.transaction_process(begun["transaction"]["id"])

    assert event_of(answer) == "CHARGE_SUCCESS", answer
    order = complete(shop, checkout)
    assert_paid(shop, order)
    (transaction,) = order["transactions"]
    kinds = [event["type"] for event in transaction["events"]]
    assert kinds.count("CHARGE_SUCCESS") == 1, transaction


def test_hosted_with_a_shopper_who_never_returns(shop):
    shop.configure("hosted")
    checkout = shop.checkout()
    begun = start(shop, checkout, RETURN)

    shop.simulator.pay_hosted(page_of(begun))
    assert shop.deliver().status == 200

    found = shop.staff.transaction(begun["transaction"]["id"])
    assert found["chargedAmount"]["amount"] == FLOAT, found
    assert_paid(shop, complete(shop, checkout))


def test_reserved_and_captured_in_part(shop, reserving):
    shop.configure()
    order, transaction = pay(shop)
    assert (order["chargeStatus"], order["authorizeStatus"]) == ("NONE", "FULL")

    answer = shop.staff.transaction_request(transaction, "CHARGE", "10.00")

    assert answer["errors"] == []
    found = shop.staff.transaction(transaction)
    assert found["chargedAmount"]["amount"] == 10, found
    assert found["authorizedAmount"]["amount"] == 0, found
    assert found["canceledAmount"]["amount"] == 15.99, found
    assert shop.order(order["id"])["totalAuthorized"]["amount"] == 0
    (charge,) = shop.new_charges()
    assert charge.amount_captured == 1000


def test_two_refunds_of_a_part_each(shop):
    shop.configure()
    order, transaction = pay(shop)

    for _ in range(2):
        answer = shop.staff.transaction_request(transaction, "REFUND", "5.00")
        assert answer["errors"] == []

    found = shop.staff.transaction(transaction)
    assert found["refundedAmount"]["amount"] == 10, found
    assert found["chargedAmount"]["amount"] == 15.99
    assert shop.refunds() == [500, 500]
    assert shop.order(order["id"])["totalRefunded"]["amount"] == 10


def test_a_cancel_asked_for_twice(shop, reserving):
    shop.configure()
    _, transaction = pay(shop)

    for _ in range(2):
        shop.staff.transaction_request(transaction, "CANCEL")

    found = shop.staff.transaction(transaction)
    assert found["canceledAmount"]["amount"] == FLOAT, found
    assert found["authorizedAmount"]["amount"] == 0
    assert len(shop.voids()) == 1


def failures(shop, transaction):
    events = shop.staff.transaction(transaction)["events"]
    return [row["message"] for row in events if row["type"].endswith("_FAILURE")]


def test_staff_read_why_each_request_was_refused(shop):
    """Saleor asks for no more than there is: for 0.00, where there is nothing."""
    shop.configure()
    order, transaction = pay(shop)
    shop.staff.transaction_request(transaction, "CHARGE", "1.00")
    shop.staff.transaction_request(transaction, "CANCEL")
    shop.staff.transaction_request(transaction, "REFUND", AMOUNT)
    shop.staff.transaction_request(transaction, "REFUND", "1.00")

    said = failures(shop, transaction)
    print("\nstaff reads:", *said, sep="\n  ")
    assert not [text for text in said if "webhook" in text], said
    assert len(set(said)) == len(said) == 3, said
    assert shop.refunds() == [2599]
    assert shop.order(order["id"])["totalRefunded"]["amount"] == FLOAT


def test_beside_a_success_is_no_failure(shop, reserving):
    shop.configure()
    _, transaction = pay(shop)

    shop.staff.transaction_request(transaction, "CHARGE", "10.00")
    shop.staff.transaction_request(transaction, "REFUND", "4.00")

    assert failures(shop, transaction) == []


def test_a_page_whose_shopper_is_gone_becomes_an_order_by_itself(shop):
    shop.configure("hosted")
    email = f"gone-{uuid.uuid4().hex[:8]}@example.com"
    shop.staff.do(COMPLETES, id=shop.channel_id, wanted=True)
    try:
        checkout = shop.checkout(email=email)
        shop.simulator.pay_hosted(page_of(start(shop, checkout, RETURN)))
        assert shop.deliver().status == 200
        shop.saleor.manage("shell", "-c", SALEORS_WORKER)
    finally:
        shop.staff.do(COMPLETES, id=shop.channel_id, wanted=False)

    (order,) = [row for row in shop.staff.orders() if row["userEmail"] == email]
    assert_paid(shop, order)


def test_a_declined_card_and_then_another(shop):
    shop.configure()
    checkout = shop.checkout()

    declined = start(shop, checkout, {"token": shop.simulator.token(DECLINED)})
    assert event_of(declined) == "CHARGE_FAILURE", declined
    assert shop.charges() == []
    answer = start(shop, checkout, {"token": shop.simulator.token()})

    assert event_of(answer) == "CHARGE_SUCCESS", answer
    assert_paid(shop, complete(shop, checkout))


def test_the_same_initialize_twice_takes_money_once(shop):
    shop.configure()
    checkout = shop.checkout()
    fields = {"idempotencyKey": str(uuid.uuid4()), "amount": AMOUNT}
    data = {"token": shop.simulator.token()}

    answers = [start(shop, checkout, data, **fields) for _ in range(2)]

    assert [event_of(answer) for answer in answers] == ["CHARGE_SUCCESS"] * 2
    assert len({answer["transaction"]["id"] for answer in answers}) == 1
    assert_paid(shop, complete(shop, checkout))


def test_two_transactions_for_one_checkout_take_money_once(shop):
    shop.configure()
    checkout = shop.checkout()

    first = start(shop, checkout, {"token": shop.simulator.token()}, amount=AMOUNT)
    second = start(shop, checkout, {"token": shop.simulator.token()}, amount=AMOUNT)

    assert event_of(first) == "CHARGE_SUCCESS"
    assert event_of(second) == "CHARGE_FAILURE", second
    assert_paid(shop, complete(shop, checkout))


def test_a_checkout_paid_in_two_parts(shop):
    shop.configure()
    checkout = shop.checkout()

    for amount in ("10.00", "15.99"):
        answer = start(shop, checkout, {"token": shop.simulator.token()}, amount=amount)
        assert event_of(answer) == "CHARGE_SUCCESS", answer

    assert_paid(shop, complete(shop, checkout))
    assert shop.charges() == [1000, 1599]


def test_a_lost_answer_is_looked_for(shop):
    shop.configure(time_limit="3")
    checkout = shop.checkout()
    shop.simulator.fail("POST", "/v1/charges", "reset_after")

    answer = start(shop, checkout, {"token": shop.simulator.token()})
    if event_of(answer) != "CHARGE_SUCCESS":
        answer = shop.shopper.transaction_process(answer["transaction"]["id"])

    assert event_of(answer) == "CHARGE_SUCCESS", answer
    assert_paid(shop, complete(shop, checkout))


def test_a_plugin_that_is_off_takes_nothing(shop):
    shop.configure()
    shop.configure(active=False)
    checkout = shop.checkout()

    answer = start(shop, checkout, {"token": shop.simulator.token()})

    assert event_of(answer) == "CHARGE_FAILURE", answer
    assert shop.charges() == []


def test_money_is_refunded_while_the_plugin_is_off(shop):
    shop.configure()
    _, transaction = pay(shop)
    shop.configure(active=False)

    answer = shop.staff.transaction_request(transaction, "REFUND", AMOUNT)

    assert answer["errors"] == []
    found = shop.staff.transaction(transaction)
    assert found["refundedAmount"]["amount"] == FLOAT, found


def test_a_forged_message_moves_nothing(shop):
    shop.configure("hosted")
    begun = start(shop, shop.checkout(), RETURN)
    page_of(begun)

    answer = requests.post(shop.webhook, data=b'{"Status": "APPROVED"}', timeout=10)

    assert answer.status_code == 400
    found = shop.staff.transaction(begun["transaction"]["id"])
    assert found["chargedAmount"]["amount"] == 0


def test_initializing_twice_at_once_takes_money_once(shop):
    shop.configure()
    checkout = shop.checkout()
    token = shop.simulator.token()

    def submit(_):
        caller = shop.saleor.shopper()
        return caller.transaction_initialize(checkout, GATEWAY, {"token": token})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(submit, range(4)))

    assert len(shop.charges()) == 1, answers
    assert_paid(shop, complete(shop, checkout))
