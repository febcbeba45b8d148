"""The operations of a storefront that was written for Saleor, in each mode."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from clover_graphql import OfferedGateway, PaymentsApi
from clover_graphql.request.ids import decode, encode
from clover_simulator.shopper import DECLINED_CARD
from payment_hooks import (
    MemoryLedger,
    Mode,
    Money,
    Payments,
    PaymentState,
    ProviderHooks,
)
from payment_hooks.storefront import CHECKING, WAITING
from payment_hooks.testing import FakeProvider
from tests.clover_graphql.documents import (
    CHECKOUT,
    COMPLETE,
    GATEWAY,
    GATEWAYS,
    INITIALIZE,
    ORDER,
    PROCESS,
)
from tests.clover_graphql.shop import DUE, RETURN_URL, Storefront
from tests.clover_graphql.shop import GATEWAY as OURS

CARD = {"number": "4242424242424242", "expMonth": 12, "expYear": 2099, "cvc": "123"}


def start(storefront, data, **options):
    gateway = {"id": OURS, "data": data}
    return storefront.run(INITIALIZE, id=CHECKOUT, gateway=gateway, **options)


def charges(simulator):
    return [charge.amount for charge in simulator.ledger.charges]


def test_a_checkout_says_what_it_costs_and_how_to_pay(storefront, clover_simulator):
    found = storefront.run(GATEWAYS, id=CHECKOUT)

    (gateway,) = found["availablePaymentGateways"]
    assert found["totalPrice"]["gross"] == {"amount": 25.99, "currency": "USD"}
    assert (found["authorizeStatus"], found["chargeStatus"]) == ("NONE", "NONE")
    assert found["totalBalance"]["amount"] == -25.99
    assert (gateway["id"], gateway["currencies"]) == (OURS, ["USD"])
    config = {row["field"]: row["value"] for row in gateway["config"]}
    assert config["public_key"] == clover_simulator.merchant.public_key
    assert config["script_url"].startswith(clover_simulator.url)


def test_the_gateway_says_what_a_card_form_needs(storefront, clover_simulator):
    asked = [{"id": OURS}, {"id": "somebody.else"}]
    found = storefront.run(GATEWAY, id=CHECKOUT, gateways=asked)

    ours, other = found["gatewayConfigs"]
    assert found["errors"] == []
    assert ours["data"]["mode"] == "iframe"
    assert ours["data"]["publicKey"] == clover_simulator.merchant.public_key
    assert ours["data"]["merchantId"] == clover_simulator.merchant.id
    assert (ours["errors"], other["data"]) == ([], None)
    assert other["errors"][0]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("mode", ["hosted", "api"])
def test_the_gateway_answers_in_the_mode_that_the_storefront_asks_for(storefront, mode):
    asked = [{"id": OURS, "data": {"mode": mode}}]
    (config,) = storefront.run(GATEWAY, id=CHECKOUT, gateways=asked)["gatewayConfigs"]

    assert config["data"]["mode"] == mode


def test_a_token_pays_and_the_checkout_becomes_an_order(
    storefront, shop, clover_simulator
):
    paid = start(storefront, {"token": clover_simulator.token()}, amount=25.99)
    done = storefront.run(COMPLETE, id=CHECKOUT)

    charge = clover_simulator.ledger.charges[0]
    assert paid["errors"] == []
    assert paid["data"] is None
    assert paid["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert paid["transactionEvent"]["pspReference"] == charge.id
    assert paid["transactionEvent"]["amount"] == {"amount": 25.99, "currency": "USD"}
    assert paid["transaction"]["actions"] == ["REFUND"]
    assert paid["transaction"]["chargedAmount"]["amount"] == 25.99
    assert done["errors"] == []
    assert done["order"]["number"] == "1001"
    assert done["order"]["isPaid"] is True
    assert done["order"]["chargeStatus"] == "FULL"
    assert done["order"]["paymentStatus"] == "FULLY_CHARGED"
    assert charges(clover_simulator) == [2599]
    assert shop.notified == [("ref-c-1", "paid")]


def test_completing_again_gives_the_same_order(storefront, clover_simulator):
    start(storefront, {"token": clover_simulator.token()})
    first, second = (storefront.run(COMPLETE, id=CHECKOUT)["order"] for _ in range(2))

    assert first == second
    assert storefront.run(ORDER, id=first["id"])["totalCharged"]["amount"] == 25.99
    assert charges(clover_simulator) == [2599]


def test_a_raw_card_pays_where_the_shop_takes_cards(storefront, clover_simulator):
    paid = start(storefront, {"card": CARD})

    assert paid["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert charges(clover_simulator) == [2599]


def test_a_hosted_page_pays_and_the_shopper_comes_back(
    storefront, webhooks, clover_simulator
):
    begun = start(storefront, {"mode": "hosted", "returnUrl": RETURN_URL})
    page = clover_simulator.pay_hosted(begun["data"]["redirectUrl"])
    clover_simulator.wait_until(lambda: webhooks)
    back = storefront.run(PROCESS, id=begun["transaction"]["id"])

    assert begun["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
    assert begun["transaction"]["actions"] == []
    assert set(begun["data"]) == {"mode", "redirectUrl", "expiresAt"}
    assert page.location.startswith(RETURN_URL)
    assert back["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert storefront.run(COMPLETE, id=CHECKOUT)["order"]["isPaid"] is True


def test_a_shopper_who_is_back_too_early_is_asked_to_wait(storefront):
    begun = start(storefront, {"returnUrl": RETURN_URL, "mode": "hosted"})
    back = storefront.run(PROCESS, id=begun["transaction"]["id"])

    assert back["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
    assert back["data"]["status"] == WAITING
    assert back["data"]["redirectUrl"] == begun["data"]["redirectUrl"]


def test_without_a_card_the_answer_says_what_the_form_needs(storefront):
    begun = start(storefront, None)

    assert begun["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
    assert begun["data"]["mode"] == "iframe"
    assert begun["data"]["publicKey"]


def test_the_card_may_come_with_the_process(storefront, clover_simulator):
    begun = start(storefront, None)
    data = {"token": clover_simulator.token()}
    done = storefront.run(PROCESS, id=begun["transaction"]["id"], data=data)

    assert done["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert done["transaction"]["id"] == begun["transaction"]["id"]
    assert charges(clover_simulator) == [2599]


def test_a_decline_is_a_failure_with_a_text_and_another_card_pays(
    storefront, clover_simulator
):
    refused = start(storefront, {"token": clover_simulator.token(DECLINED_CARD)})
    before = storefront.run(COMPLETE, id=CHECKOUT)
    paid = start(storefront, {"token": clover_simulator.token()})

    assert refused["errors"] == []
    assert refused["transactionEvent"]["type"] == "CHARGE_FAILURE"
    assert "declined" in refused["transactionEvent"]["message"]
    assert before["errors"][0]["code"] == "CHECKOUT_NOT_FULLY_PAID"
    assert before["checkoutErrors"] == [{"code": "CHECKOUT_NOT_FULLY_PAID"}]
    assert paid["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert charges(clover_simulator) == [2599]


def test_a_shop_that_reserves_gets_an_authorization(build_api, clover_simulator):
    storefront = Storefront(build_api(captures_at_once=False))
    paid = start(storefront, {"token": clover_simulator.token()})
    order = storefront.run(COMPLETE, id=CHECKOUT)["order"]

    assert paid["transactionEvent"]["type"] == "AUTHORIZATION_SUCCESS"
    assert paid["transaction"]["actions"] == ["CHARGE", "CANCEL"]
    assert paid["transaction"]["authorizedAmount"]["amount"] == 25.99
    assert (order["authorizeStatus"], order["chargeStatus"]) == ("FULL", "NONE")


def test_a_second_submit_gets_the_first_ones_payment(storefront, clover_simulator):
    first = start(storefront, {"token": clover_simulator.token()})
    second = start(storefront, {"token": clover_simulator.token()})

    assert second["transactionEvent"] == first["transactionEvent"]
    assert charges(clover_simulator) == [2599]


@pytest.mark.parametrize("key", [None, "one click"])
def test_submits_at_the_same_time_are_one_charge(storefront, clover_simulator, key):
    tokens = [clover_simulator.token() for _ in range(6)]
    barrier, answers = threading.Barrier(6), []

    def click(token):
        barrier.wait()
        answers.append(start(storefront, {"token": token}, key=key))

    threads = [threading.Thread(target=click, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = {answer["transactionEvent"]["type"] for answer in answers}
    assert charges(clover_simulator) == [2599]
    assert "CHARGE_SUCCESS" in found
    assert found <= {"CHARGE_SUCCESS", "CHARGE_ACTION_REQUIRED"}


def test_a_key_that_was_declined_is_not_sent_again(storefront, clover_simulator):
    token = clover_simulator.token(DECLINED_CARD)
    first, again = (start(storefront, {"token": token}, key="k-1") for _ in range(2))
    paid = start(storefront, {"token": clover_simulator.token()}, key="k-2")
    replayed = start(storefront, {"token": token}, key="k-1")

    assert first["transactionEvent"] == again["transactionEvent"]
    assert first["transactionEvent"]["idempotencyKey"] == "k-1"
    assert paid["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert replayed["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert clover_simulator.count("POST", "/v1/charges") == 2


def test_a_key_that_paid_takes_nothing_after_the_refund(
    storefront, payments, clover_simulator
):
    first = start(storefront, {"token": clover_simulator.token()}, key="k-1")
    payment_id = payments.ledger.find_payments(reference="ref-c-1")[0].payment_id
    payments.refund(payment_id, intent_id="r-1")
    replayed = start(storefront, {"token": clover_simulator.token()}, key="k-1")

    assert replayed["transaction"]["id"] == first["transaction"]["id"]
    assert charges(clover_simulator) == [2599]


def test_a_key_of_another_amount_is_refused(storefront, shop, clover_simulator):
    start(storefront, {"token": clover_simulator.token(DECLINED_CARD)}, key="k-1")
    shop.change(amount_due=Money.of("30.00", "USD"))
    refused = start(storefront, {"token": clover_simulator.token()}, key="k-1")

    assert refused["transaction"] is None
    assert refused["errors"][0]["code"] == "UNIQUE"
    assert refused["errors"][0]["field"] == "idempotencyKey"
    assert charges(clover_simulator) == []


def test_a_lost_answer_asks_for_patience_and_is_one_charge(
    storefront, clover_simulator
):
    clover_simulator.fail("POST", "/v1/charges", "reset_after", times=1)
    clover_simulator.fail("*", "/v1/charges*", "error_before", nth=2, times=None)
    unknown = start(storefront, {"token": clover_simulator.token()})
    waiting = storefront.run(COMPLETE, id=CHECKOUT)
    other = start(storefront, {"token": clover_simulator.token()})

    assert unknown["transactionEvent"]["type"] == "CHARGE_ACTION_REQUIRED"
    assert unknown["data"]["status"] == CHECKING
    assert "checking" in unknown["data"]["message"]
    assert waiting["order"] is None
    assert other["data"]["status"] == CHECKING
    assert charges(clover_simulator) == [2599]


def test_a_lost_answer_is_found_by_the_process(storefront, clover_simulator):
    clover_simulator.fail("POST", "/v1/charges", "reset_after", times=1)
    begun = start(storefront, {"token": clover_simulator.token()})
    done = storefront.run(PROCESS, id=begun["transaction"]["id"])

    assert done["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert storefront.run(COMPLETE, id=CHECKOUT)["order"]["isPaid"] is True
    assert charges(clover_simulator) == [2599]


def test_a_changed_checkout_that_was_paid_is_not_completed(
    storefront, shop, clover_simulator
):
    start(storefront, {"token": clover_simulator.token()})
    shop.change(amount_due=Money.of("30.00", "USD"))
    refused = storefront.run(COMPLETE, id=CHECKOUT)
    more = start(storefront, {"token": clover_simulator.token()})

    assert refused["errors"][0]["code"] == "CHECKOUT_NOT_FULLY_PAID"
    assert "25.99 USD was paid" in refused["errors"][0]["message"]
    assert more["transaction"] is None
    assert charges(clover_simulator) == [2599]


def test_an_order_that_is_due_can_be_paid_by_itself(storefront, shop, clover_simulator):
    shop.place("ref-c-1")
    gateway = {"id": OURS, "data": {"token": clover_simulator.token()}}
    order_id = encode("Order", "o-1001")
    storefront.run(INITIALIZE, id=order_id, gateway=gateway)
    order = storefront.run(ORDER, id=order_id)

    assert order["isPaid"] is True
    assert order["actions"] == ["REFUND"]
    assert order["total"] == {
        "gross": {"amount": 25.99},
        "net": {"amount": 25.99},
        "tax": {"amount": 0.0},
    }


def test_what_costs_nothing_needs_no_payment(storefront, shop):
    shop.add("free", due=Money(0, "USD"))
    done = storefront.run(COMPLETE, id=encode("Checkout", "free"))

    assert done["order"]["isPaid"] is True


def test_the_order_is_there_although_no_one_asked_for_it(
    storefront, shop, clover_simulator
):
    start(storefront, {"token": clover_simulator.token()})

    assert list(shop.orders) == ["ref-c-1"]


def test_an_order_that_cannot_be_made_says_why_in_saleors_code(
    storefront, shop, clover_simulator
):
    shop.add("sold-out")
    gateway = {"id": OURS, "data": {"token": clover_simulator.token()}}
    checkout = encode("Checkout", "sold-out")
    storefront.run(INITIALIZE, id=checkout, gateway=gateway)
    refused = storefront.run(COMPLETE, id=checkout)

    assert refused["errors"][0]["code"] == "INSUFFICIENT_STOCK"
    assert refused["errors"][0]["message"] == "The mug is gone."


def test_the_id_of_a_transaction_is_that_of_the_payment(
    storefront, payments, clover_simulator
):
    begun = start(storefront, {"token": clover_simulator.token()})
    _, token = decode(begun["transaction"]["id"], "TransactionItem")

    (payment,) = payments.ledger.find_payments(reference="ref-c-1")
    assert token.replace("-", "") == payment.payment_id
    assert payment.amount_due == DUE
    assert payment.mode is Mode.IFRAME


def test_the_shop_holds_what_is_paid_for_and_hears_of_a_decline(
    storefront, shop, clover_simulator
):
    start(storefront, {"token": clover_simulator.token(DECLINED_CARD)})
    said = list(shop.notified)
    start(storefront, {"token": clover_simulator.token()})
    start(storefront, {"token": clover_simulator.token()})

    assert shop.held == ["c-1"] * 2
    assert said == [("ref-c-1", "open")]


def test_a_cart_that_changes_in_this_moment_is_not_paid(
    storefront, shop, clover_simulator
):
    shop.add("changing")
    gateway = {"id": OURS, "data": {"token": clover_simulator.token()}}
    refused = storefront.run(
        INITIALIZE, id=encode("Checkout", "changing"), gateway=gateway
    )

    assert refused["errors"][0]["code"] == "INVALID"
    assert charges(clover_simulator) == []


def test_the_order_is_there_before_the_payments_own_row_knows_of_its_money(
    storefront, payments, clover_simulator
):
    """Another process has recorded the money, and writes the row a moment later."""
    start(storefront, {"token": clover_simulator.token()})
    (payment,) = payments.ledger.find_payments(reference="ref-c-1")
    payments.ledger.replace_payment(replace(payment, state=PaymentState.OPEN))
    done = storefront.run(COMPLETE, id=CHECKOUT)

    assert done["errors"] == []
    assert done["order"]["isPaid"] is True


def test_a_page_that_no_one_has_seen_is_not_waited_for(shop):
    """Its worker died while it was being opened: the next call opens another one."""
    ahead = [timedelta()]
    fake = FakeProvider()
    payments = Payments(
        ProviderHooks.to(fake, shop),
        MemoryLedger(),
        now=lambda: datetime.now(UTC) + ahead[0],
    )
    storefront = Storefront(PaymentsApi(OfferedGateway(payments, modes=(Mode.HOSTED,))))
    fake.fail("payment_start_checkout", SystemExit())
    with pytest.raises(SystemExit):
        storefront.run(INITIALIZE, id=CHECKOUT, gateway={"id": "fake.payments"})
    ahead[0] = timedelta(minutes=5)
    (payment,) = payments.ledger.find_payments(reference="ref-c-1")
    one = encode("TransactionItem", str(UUID(payment.payment_id)))
    opened, again = (storefront.run(PROCESS, id=one)["data"] for _ in range(2))

    assert "status" not in opened
    assert again == opened | {"status": WAITING}
