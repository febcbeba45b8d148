"""Saleor's payments flow, as in `tests/real_saleor/drive_payments.py`, and what fails."""

import threading
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment import PaymentError, gateway
from saleor.plugins.manager import get_plugins_manager

from clover_simulator.shopper import DECLINED_CARD
from tests.clover_saleor.shop import (
    CARD,
    RETURN_URL,
    complete,
    create_checkout,
    create_payment,
    update_plugin,
)

LOST = {"action": "reset_after", "times": 2}
"""The first sending and its replay."""


def plugin():
    return get_plugins_manager().get_plugin("clover.payments", "us")


def ask(method, payment, token=None, **changes):
    """The plugin's answer to what Saleor asks, without Saleor around it."""
    asked = gateway.payment_data(payment, payment.token if token is None else token)
    for name, value in changes.items():
        setattr(asked, name, value)
    return getattr(plugin(), method)(asked, previous_value=None)


def test_a_token_in_the_payment_pays_the_order(shop):
    shop.configure()

    payment = shop.pay()

    assert shop.charges == [2599]
    assert (payment.captured_amount, payment.cc_last_digits) == (
        Decimal("25.99"),
        "4242",
    )
    assert shop.order().total_charged_amount == Decimal("25.99")


def test_a_token_may_come_with_the_completion(shop):
    shop.configure()
    checkout, _ = shop.begin(token="")

    first = complete(checkout)
    second = complete(checkout, {"token": shop.simulator.token()})

    assert first.needed
    assert first.said["publicKey"] == shop.simulator.merchant.public_key
    assert second.order
    assert shop.charges == [2599]


def test_a_card_of_the_shops_own_form(shop):
    shop.configure("api")
    checkout, _ = shop.begin(token="")

    assert complete(checkout, {"card": CARD}).order
    assert shop.charges == [2599]


def test_a_page_and_back(shop):
    shop.configure("hosted")
    checkout, _ = shop.begin(token="")

    page = complete(checkout)
    assert page.said["mode"] == "hosted"
    back = shop.simulator.pay_hosted(page.said["redirectUrl"])
    waiting = complete(checkout)

    assert back.location.startswith(RETURN_URL)
    assert waiting.said["status"] == "waiting"
    assert waiting.said["redirectUrl"] == page.said["redirectUrl"]


def test_a_page_needs_a_way_back_that_is_the_shops(shop):
    shop.configure("hosted")
    checkout, payment = shop.begin(token="")
    payment.return_url = "https://thief.example/"
    payment.save()

    done = complete(checkout)

    assert done.code == "PAYMENT_ERROR"
    assert shop.simulator.count("POST", "/invoicingcheckoutservice/v1/checkouts") == 0


def test_a_decline_is_reported_and_another_card_pays(shop):
    shop.configure()
    checkout, _ = shop.begin(shop.simulator.token(DECLINED_CARD))

    declined = complete(checkout)
    create_payment(checkout, shop.simulator.token())
    paid = complete(checkout)

    assert (declined.code, "declined" in declined.text) == ("PAYMENT_ERROR", True)
    assert paid.order
    assert shop.charges == [2599]


def test_the_same_decline_again_is_not_sent_again(shop):
    shop.configure()
    checkout, _ = shop.begin(shop.simulator.token(DECLINED_CARD))
    complete(checkout)
    sent = shop.simulator.count("POST", "/v1/charges")

    assert complete(checkout).code == "PAYMENT_ERROR"
    assert shop.simulator.count("POST", "/v1/charges") == sent


def test_a_captured_payment_that_is_processed_again_is_not_charged_again(shop):
    shop.configure()
    payment = shop.pay()

    again = ask("process_payment", payment)

    assert again.is_success
    assert again.transaction_already_processed
    assert again.transaction_id == payment.psp_reference
    assert shop.charges == [2599]


def test_a_second_payment_of_the_checkout_finds_the_first_ones_money(shop):
    shop.configure()
    checkout, first = shop.begin()
    assert ask("process_payment", first).is_success

    create_payment(checkout, shop.simulator.token())
    done = complete(checkout)

    assert done.order
    assert shop.charges == [2599]


def test_money_of_another_amount_is_not_taken_for_this_one(shop):
    shop.configure()
    checkout, first = shop.begin()
    ask("process_payment", first)
    checkout.total_gross_amount = Decimal("30.00")
    checkout.save()
    create_payment(checkout, shop.simulator.token())

    assert complete(checkout).code == "PAYMENT_ERROR"
    assert shop.charges == [2599]


def test_three_decimals_and_no_order(shop):
    shop.configure()
    _, payment = shop.begin(total="19.990")

    done = ask("process_payment", payment, amount=Decimal("19.990"), order_id="None")

    assert (done.is_success, done.amount) == (True, Decimal("19.99"))
    assert shop.charges == [1999]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Decimal("19.995")},
        {"amount": Decimal("-1")},
        {"currency": "CAD"},
        {"data": "text"},
        {"data": {"token": 5}},
        {"data": {"card": CARD | {"number": "1"}}},
    ],
)
def test_bad_input_is_answered_and_nothing_is_sent(shop, changes):
    shop.configure()
    _, payment = shop.begin()

    answer = ask("process_payment", payment, **changes)

    assert (answer.is_success, bool(answer.error)) == (False, True)
    assert shop.simulator.count("POST", "/v1/charges") == 0


NO_MONEY = [
    {"amount": Decimal("NaN")},
    {"amount": Decimal("1e400")},
    {"amount": Decimal("19.995")},
    {"amount": 19.99},
    {"amount": "\u0661\u0669"},
    {"currency": "XXX"},
]


@pytest.mark.parametrize("changes", NO_MONEY, ids=repr)
def test_what_is_no_money_is_refused_and_never_in_doubt(shop, changes):
    shop.configure()
    _, payment = shop.begin()

    answer = ask("process_payment", payment, **changes)

    assert (answer.is_success, answer.action_required) == (False, False)
    assert shop.simulator.count("POST", "/v1/charges") == 0


@pytest.mark.parametrize("method", ["capture_payment", "refund_payment"])
@pytest.mark.parametrize("changes", [*NO_MONEY, {"currency": "CAD"}], ids=repr)
def test_what_is_no_money_moves_none(shop, method, changes):
    shop.configure(auto_capture="false" if "capture" in method else "true")
    payment = shop.pay()

    answer = ask(method, payment, payment.psp_reference, **changes)

    assert (answer.is_success, "may or may not" in answer.error) == (False, False)
    assert (shop.refunds, shop.voids) == ([], [])
    assert all(row.captured is not ("capture" in method) for row in ledger(shop))


def ledger(shop):
    return shop.simulator.ledger.charges


def test_no_token_at_all_asks_for_one(shop):
    shop.configure()
    _, payment = shop.begin(token="")

    answer = ask("process_payment", payment, token=None)

    assert answer.action_required
    assert shop.charges == []


def test_reserved_captured_in_part_and_refunded_twice(shop):
    shop.configure(auto_capture="false")
    payment = shop.pay()
    manager = get_plugins_manager()

    gateway.capture(payment, manager, "us", Decimal("10.00"))
    gateway.refund(payment, manager, "us", Decimal("3.00"))
    gateway.refund(payment, manager, "us", Decimal("3.00"))

    payment.refresh_from_db()
    assert payment.captured_amount == Decimal("4.00")
    assert shop.simulator.ledger.charges[0].amount_captured == 1000
    assert shop.refunds == [300, 300]


def test_a_capture_of_what_is_captured_says_so(shop):
    shop.configure()
    payment = shop.pay()

    answer = ask("capture_payment", payment, payment.psp_reference)

    assert (answer.is_success, "no authorization" in answer.error) == (False, True)


def test_more_than_was_taken_is_not_refunded(shop):
    shop.configure()
    payment = shop.pay()

    answer = ask(
        "refund_payment", payment, payment.psp_reference, amount=Decimal("26.00")
    )

    assert (answer.is_success, "25.99 USD is left" in answer.error) == (False, True)
    assert shop.refunds == []


def test_a_void_twice_is_one(shop):
    shop.configure(auto_capture="false")
    payment = shop.pay()
    manager = get_plugins_manager()

    gateway.void(payment, manager, "us")
    gateway.void(payment, manager, "us")

    assert len(shop.voids) == 1


@pytest.mark.parametrize(
    "method", ["capture_payment", "refund_payment", "void_payment"]
)
def test_a_foreign_transaction_is_answered(shop, method):
    shop.configure()
    payment = shop.pay()

    for token in ("UNKNOWN000001", ""):
        answer = ask(method, payment, token or "")
        assert (answer.is_success, bool(answer.error)) == (False, True)


def test_turned_off_it_takes_nothing_new(shop):
    shop.configure()
    checkout, _ = shop.begin()
    update_plugin(shop.channel, active=False)

    assert complete(checkout).code == "PAYMENT_ERROR"
    assert shop.simulator.count("POST", "/v1/charges") == 0


def test_turned_off_it_still_captures_refunds_and_releases(shop):
    shop.configure(auto_capture="false")
    first, second = shop.begin(), shop.begin()
    for checkout, _ in (first, second):
        assert complete(checkout).order
    update_plugin(shop.channel, active=False)
    manager = get_plugins_manager()

    gateway.capture(first[1], manager, "us")
    gateway.refund(first[1], manager, "us", Decimal("5.00"))
    gateway.void(second[1], manager, "us")

    assert (shop.refunds, len(shop.voids)) == ([500], 1)


def test_turned_off_it_still_completes_what_was_paid(shop):
    shop.configure()
    checkout, payment = shop.begin()
    assert ask("process_payment", payment).is_success
    update_plugin(shop.channel, active=False)

    assert complete(checkout).order
    assert shop.charges == [2599]


def test_misconfigured_in_the_middle_it_answers(shop):
    shop.configure()
    checkout, _ = shop.begin()
    row = update_plugin(shop.channel, active=False)
    row.configuration = [{"name": "merchant_id", "value": "nonsense"}]
    row.active = True
    row.save()

    assert complete(checkout).code == "PAYMENT_ERROR"


def test_a_lost_answer_is_looked_for_and_not_sent_again(shop):
    shop.configure()
    checkout, _ = shop.begin()
    shop.simulator.fail("POST", "/v1/charges", **LOST)

    first = complete(checkout)
    second = complete(checkout)

    assert (first.needed, first.said) == (True, {"status": "checking"})
    assert second.order
    assert shop.charges == [2599]


def test_a_lost_answer_becomes_an_order_without_the_shopper(shop, recover):
    shop.configure()
    checkout, _ = shop.begin()
    shop.simulator.fail("POST", "/v1/charges", **LOST)
    complete(checkout)

    recover()

    assert shop.order().total_charged_amount == Decimal("25.99")
    assert shop.charges == [2599]


def test_money_whose_order_cannot_be_made_goes_back(shop):
    shop.configure()
    checkout, _ = shop.begin(stock_is_gone=True)

    assert complete(checkout).code == "INSUFFICIENT_STOCK"
    assert (shop.charges, shop.refunds) == ([2599], [2599])


def test_recovery_refunds_what_no_one_can_have(shop, recover):
    shop.configure()
    checkout, _ = shop.begin()
    shop.simulator.fail("POST", "/v1/charges", **LOST)
    complete(checkout)
    checkout.refresh_from_db()
    checkout.variant_is_gone = True
    checkout.save()

    recover()

    assert not Order.objects.exists()
    assert (shop.charges, shop.refunds) == ([2599], [2599])


def test_of_what_was_refunded_in_part_no_order_is_made(shop, recover, caplog):
    shop.configure()
    checkout, _ = shop.begin()
    shop.simulator.fail("POST", "/v1/charges", **LOST)
    complete(checkout)
    (charge,) = shop.simulator.ledger.charges
    shop.simulator.refund_in_dashboard(charge.id, 700)
    begun = Checkout.objects.filter(pk=checkout.pk)
    begun.update(completing_started_at=timezone.now())
    with pytest.raises(SystemExit):
        recover(completing=False)  # found, and Saleor is still at it

    call_command("clover_reconcile", since="1h", until="0m", repair=True)
    recover()

    assert not Order.objects.exists()
    assert "was refunded before its order was made" in caplog.text


def test_what_was_refunded_can_be_paid_again(shop):
    shop.configure()
    checkout, _ = shop.begin(stock_is_gone=True)
    complete(checkout)
    checkout.refresh_from_db()
    checkout.stock_is_gone = False
    checkout.save()
    create_payment(checkout, shop.simulator.token())

    assert complete(checkout).order
    assert (shop.charges, shop.refunds) == ([2599, 2599], [2599])


def test_a_payment_that_was_replaced_is_refunded(shop, recover):
    shop.configure()
    checkout, _ = shop.begin()
    shop.simulator.fail("POST", "/v1/charges", **LOST)
    complete(checkout)
    checkout.payments.update(is_active=False)

    recover()

    assert (shop.charges, shop.refunds) == ([2599], [2599])


def test_a_refund_whose_answer_was_lost_is_one_refund(shop, recover):
    shop.configure()
    payment = shop.pay()
    manager = get_plugins_manager()
    shop.simulator.fail("POST", "/v1/refunds", "reset_after", times=1)

    with pytest.raises(PaymentError, match="may or may not be done"):
        gateway.refund(payment, manager, "us", Decimal("5.00"))
    recover()

    payment.refresh_from_db()
    assert payment.captured_amount == Decimal("20.99")
    assert shop.refunds == [500]
    assert ["refunded", "5.00"] in shop.order().events


def test_what_staff_read_of_an_unknown_outcome_no_shopper_reads(shop):
    """Saleor refunds by itself what it cannot make an order of."""
    shop.configure()
    checkout, _ = shop.begin(stock_is_gone=True)
    shop.simulator.fail("POST", "/v1/refunds", "reset_after", times=1)

    with pytest.raises(PaymentError) as caught:
        complete(checkout)

    assert str(caught.value).startswith("We are checking your payment")


def test_a_checkout_that_is_being_completed_is_no_error(shop, recover, caplog):
    shop.configure()
    checkout, _ = shop.begin()
    shop.simulator.fail("POST", "/v1/charges", **LOST)
    complete(checkout)
    began = timezone.now()
    Checkout.objects.filter(pk=checkout.pk).update(completing_started_at=began)
    caplog.set_level("INFO", "payment_hooks.engine.notifying")

    with pytest.raises(SystemExit):  # something is left to do
        recover(completing=False)

    said = [
        row for row in caplog.records if row.name == "payment_hooks.engine.notifying"
    ]
    assert [(row.levelname, bool(row.exc_info)) for row in said] == [("INFO", False)]
    assert not Order.objects.exists()


def test_a_refund_in_the_providers_dashboard_reaches_the_records(shop):
    shop.configure()
    payment = shop.pay()
    shop.simulator.refund_in_dashboard(payment.psp_reference, 700)

    call_command("clover_reconcile", since="1h", until="0m", repair=True)

    payment.refresh_from_db()
    assert payment.captured_amount == Decimal("18.99")


def test_when_the_ledger_is_gone_nothing_is_sent(shop):
    shop.configure()
    checkout, _ = shop.begin()
    with connections["clover_ledger"].cursor() as cursor:
        cursor.execute("ALTER TABLE clover_django_operation RENAME TO away")
    try:
        answer = complete(checkout)
    finally:
        with connections["clover_ledger"].cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO clover_django_operation")

    assert answer.said == {"status": "checking"}
    assert shop.simulator.count("POST", "/v1/charges") == 0
    assert complete(checkout, {"token": shop.simulator.token()}).order
    assert shop.charges == [2599]


def together(*calls):
    """Their results, all begun at once, each with connections of its own."""
    barrier, results = threading.Barrier(len(calls)), {}

    def run(number, call):
        try:
            barrier.wait()
            results[number] = call()
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(number, call))
        for number, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [results[number] for number in range(len(calls))]


def test_two_completions_at_once_are_one_order(shop):
    shop.configure()
    checkout, _ = shop.begin()

    first, second = together(lambda: complete(checkout), lambda: complete(checkout))

    assert first.order == second.order == shop.order()
    assert shop.charges == [2599]


def test_without_an_amount_it_is_the_whole(shop):
    shop.configure()
    checkout = create_checkout(shop.channel)
    payment = create_payment(checkout, shop.simulator.token())

    assert ask("authorize_payment", payment).amount == Decimal("25.99")
