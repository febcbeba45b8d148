"""Saleor's transactions flow, as in `tests/real_saleor/drive_transactions.py`."""

import threading
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connections
from saleor.app.models import App
from saleor.payment.interface import (
    PaymentGatewayData,
    TransactionProcessActionData,
    TransactionSessionData,
)
from saleor.plugins.manager import get_plugins_manager

from clover_saleor.installation.app import ensure_app
from clover_saleor.transactions_plugin import CloverTransactions
from clover_simulator.shopper import DECLINED_CARD
from tests.clover_saleor.shop import (
    CARD,
    RETURN_URL,
    complete,
    create_checkout,
    initialize,
    initialize_gateway,
    process,
    request,
    update_plugin,
)


@pytest.fixture
def checkout(shop):
    shop.configure()
    return create_checkout(shop.channel)


def pay(shop, checkout, **options):
    return initialize(checkout, {"token": shop.simulator.token()}, **options)


def types(item):
    return [event.type for event in item.events.all()]


def test_the_gateway_says_what_a_card_form_needs(shop, checkout):
    (ours,) = initialize_gateway(checkout)

    assert ours.data["publicKey"] == shop.simulator.merchant.public_key
    assert ours.error is None
    assert initialize_gateway(checkout, ["somebody.else"]) == []


def test_the_gateway_is_listed_once_and_the_companion_not(shop, checkout):
    listed = get_plugins_manager().list_payment_gateways("USD", "us")

    assert [row.PLUGIN_ID for row in listed] == ["clover.payments"]
    assert get_plugins_manager().list_payment_gateways("CAD", "us") == []


def test_a_token_charges_and_the_checkout_completes(shop, checkout):
    done = pay(shop, checkout)

    assert done.event.type == "charge_success"
    assert done.item.charged_value == Decimal("25.99")
    assert done.item.available_actions == ["REFUND"]
    assert complete(checkout).order.total_charged_amount == Decimal("25.99")
    assert shop.charges == [2599]


def test_without_a_token_it_asks_for_one_and_goes_on(shop, checkout):
    first = initialize(checkout)
    second = process(first.item, {"token": shop.simulator.token()})

    assert first.event.type == "charge_action_required"
    assert first.data["mode"] == "iframe"
    assert second.event.type == "charge_success"
    assert shop.charges == [2599]


def test_a_card_of_the_shops_own_form(shop, checkout):
    shop.configure("api")

    assert initialize(checkout, {"card": CARD}).event.type == "charge_success"


def test_a_page_is_waited_for(shop, checkout):
    shop.configure("hosted")

    first = initialize(checkout, {"returnUrl": RETURN_URL})
    shop.simulator.pay_hosted(first.data["redirectUrl"])
    second = process(first.item)

    assert first.event.type == "charge_action_required"
    assert second.data["status"] == "waiting"


@pytest.mark.parametrize("url", [None, "https://thief.example/", "nonsense", 5])
def test_a_page_needs_a_way_back_that_is_the_shops(shop, checkout, url):
    shop.configure("hosted")

    done = initialize(checkout, {"returnUrl": url})

    assert (done.event.type, bool(done.event.message)) == ("charge_failure", True)


def test_a_decline_is_reported_and_another_card_pays(shop, checkout):
    declined = initialize(checkout, {"token": shop.simulator.token(DECLINED_CARD)})
    paid = pay(shop, checkout)

    assert declined.event.type == "charge_failure"
    assert "declined" in declined.event.message
    assert paid.event.type == "charge_success"
    assert shop.charges == [2599]


def test_the_same_key_again_is_the_same_charge(shop, checkout):
    first = pay(shop, checkout, key="key-1")
    again = pay(shop, checkout, key="key-1")

    assert again.event == first.event
    assert again.item.charged_value == Decimal("25.99")
    assert shop.charges == [2599]


def test_a_second_submit_without_a_key_takes_nothing(shop, checkout):
    first = pay(shop, checkout)
    second = pay(shop, checkout)

    assert (first.event.type, second.event.type) == ("charge_success", "charge_failure")
    assert second.item.charged_value == 0
    assert "paid already" in second.event.message
    assert shop.charges == [2599]


def test_two_submits_at_once_are_one_charge_and_one_success(shop, checkout):
    barrier, done = threading.Barrier(2), []

    def submit(token):
        try:
            barrier.wait()
            done.append(initialize(checkout, {"token": token}))
        finally:
            connections.close_all()

    tokens = [shop.simulator.token(), shop.simulator.token()]
    threads = [threading.Thread(target=submit, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(done) == 2
    assert shop.charges == [2599]
    counted = [process(row.item, None).item.charged_value for row in done]
    assert sorted(counted) == [0, Decimal("25.99")]


def test_two_parts_are_two_payments(shop, checkout):
    first = pay(shop, checkout, amount="10.00")
    second = pay(shop, checkout, amount="15.99")
    third = pay(shop, checkout, amount="0.01")

    assert (first.event.type, second.event.type) == ("charge_success",) * 2
    assert third.event.type == "charge_failure"
    assert shop.charges == [1000, 1599]
    assert complete(checkout).order


def test_a_part_that_was_refunded_can_be_paid_again(shop, checkout):
    first = pay(shop, checkout, amount="10.00")
    pay(shop, checkout, amount="15.99")
    request(first.item, "refund", "10.00")

    again = pay(shop, checkout, amount="10.00")

    assert again.event.type == "charge_success"
    assert shop.charges == [1000, 1599, 1000]


def test_an_old_submit_after_the_refund_takes_nothing(shop, checkout):
    done = pay(shop, checkout, key="key-1")
    request(done.item, "refund", "25.99")

    again = pay(shop, checkout, key="key-1")

    assert again.event.type == "charge_failure"
    assert "refunded" in again.event.message
    assert shop.charges == [2599]


def test_reserved_captured_in_part_and_refunded_twice(shop, checkout):
    held = pay(shop, checkout, action="authorization").item
    assert held.authorized_value == Decimal("25.99")

    request(held, "charge", "10.00")
    request(held, "refund", "3.00")
    last = request(held, "refund", "3.00")

    assert (held.charged_value, held.refunded_value) == (Decimal(4), Decimal(6))
    assert last.type == "refund_success"
    assert shop.refunds == [300, 300]


def test_what_a_capture_leaves_is_not_reserved_any_more(shop, checkout):
    """Else Saleor shows it as authorized for ever."""
    held = pay(shop, checkout, action="authorization").item

    request(held, "charge", "10.00")

    assert (held.charged_value, held.authorized_value) == (10, 0)
    released = held.events.get(type="cancel_success")
    assert (held.canceled_value, released.message) == (
        Decimal("15.99"),
        "15.99\N{NO-BREAK SPACE}USD was not captured, and is released.",
    )
    assert (held.available_actions, shop.voids) == (["REFUND"], [])


def test_what_a_capture_of_unknown_outcome_leaves_is_released_by_recovery_once(
    shop, checkout, recover
):
    held = pay(shop, checkout, action="authorization").item
    shop.simulator.fail("POST", "/v1/charges/{id}/capture", "reset_after", times=1)
    request(held, "charge", "10.00")

    for _ in range(2):
        recover()

    held.refresh_from_db()
    assert (held.charged_value, held.authorized_value) == (10, 0)
    assert types(held).count("cancel_success") == types(held).count("charge_success")


def test_a_capture_of_all_leaves_nothing_to_release(shop, checkout):
    held = pay(shop, checkout, action="authorization").item

    request(held, "charge", "25.99")

    assert "cancel_success" not in types(held)


def test_what_saleors_own_plugin_says_of_our_requests_is_taken_back(shop, checkout):
    """It finds no webhook for them, and writes a failure beside each success."""
    done = pay(shop, checkout)

    request(done.item, "refund", "25.99")

    assert types(done.item)[-2:] == ["refund_request", "refund_success"]


def test_what_it_says_of_others_requests_stays(shop, checkout):
    done = pay(shop, checkout)
    done.item.app_identifier = "somebody.else"
    done.item.save()

    event = request(done.item, "refund", "25.99")

    assert (event.type, event.message[:11]) == ("refund_failure", "Cannot find")


def test_a_cancel_releases(shop, checkout):
    held = pay(shop, checkout, action="authorization").item

    assert request(held, "cancel", "25.99").type == "cancel_success"
    assert (held.authorized_value, len(shop.voids)) == (0, 1)


@pytest.mark.parametrize("amount", ["NaN", "1e400", "1.999"])
def test_what_is_no_money_is_a_failure_and_never_in_doubt(shop, checkout, amount):
    answer = ask_to_pay(checkout, Decimal(amount), "USD")

    assert answer["result"] == "CHARGE_FAILURE"
    assert shop.charges == []


@pytest.mark.parametrize("amount", [1.99, "\u0661", None])
def test_what_is_not_even_a_decimal_neither(shop, checkout, amount):
    assert ask_to_pay(checkout, amount, "USD")["result"] == "CHARGE_FAILURE"
    assert shop.charges == []


def test_a_currency_that_nobody_knows_is_a_failure(shop, checkout):
    answer = ask_to_pay(checkout, Decimal(1), "XXX")

    assert answer["result"] == "CHARGE_FAILURE"
    assert "not available" in answer["message"]
    assert shop.charges == []


def test_a_page_in_another_currency_is_not_added_up(shop, checkout):
    shop.configure("hosted")
    initialize(checkout, {"returnUrl": RETURN_URL})

    answer = ask_to_pay(checkout, Decimal(1), "CAD")

    assert answer["result"] == "CHARGE_FAILURE"


def ask_to_pay(checkout, amount, currency):
    """The answer alone: what Saleor's own rows could not hold is not recorded."""
    item = checkout.payment_transactions.create(
        currency="USD", app_identifier="clover.payments"
    )
    asked = TransactionSessionData(
        transaction=item,
        source_object=checkout,
        action=TransactionProcessActionData("charge", amount, currency),
        payment_gateway_data=PaymentGatewayData("clover.payments", {"token": "tok"}),
        customer_ip_address="203.0.113.7",
        idempotency_key=None,
    )
    run = get_plugins_manager().run
    return run("transaction_initialize_session", checkout.channel.slug, asked).response


NOT_DONE = [
    ("refund", "26.00", "25.99 USD"),
    ("refund", "1.999", "more decimals"),
    ("charge", "1.00", "no authorization"),
    ("cancel", "25.99", "captured"),
]


@pytest.mark.parametrize(("action", "amount", "reason"), NOT_DONE)
def test_what_cannot_be_done_is_a_failure_with_a_reason(
    shop, checkout, action, amount, reason
):
    done = pay(shop, checkout)

    event = request(done.item, action, amount)

    assert event.type == f"{action}_failure"
    assert reason in event.message
    assert types(done.item).count(f"{action}_failure") == 1
    assert (shop.refunds, shop.voids) == ([], [])


@pytest.mark.parametrize(
    ("requestor", "words"),
    [
        (
            SimpleNamespace(language_code="fr"),
            "dépasse ce qu\N{RIGHT SINGLE QUOTATION MARK}il reste",
        ),
        (SimpleNamespace(language_code="es"), "Es más de lo que queda"),
        (SimpleNamespace(), "more than is left to refund"),
        (None, "more than is left to refund"),
    ],
)
def test_staff_reads_a_refusal_in_the_language_of_the_account(
    shop, checkout, monkeypatch, requestor, words
):
    done = pay(shop, checkout)
    monkeypatch.setattr(CloverTransactions, "requestor", requestor, raising=False)

    assert words in request(done.item, "refund", "26.00").message


def test_what_a_capture_releases_is_said_in_that_language_too(
    shop, checkout, monkeypatch
):
    held = pay(shop, checkout, action="authorization").item
    account = SimpleNamespace(language_code="fr-ca")
    monkeypatch.setattr(CloverTransactions, "requestor", account, raising=False)

    request(held, "charge", "10.00")

    message = held.events.get(type="cancel_success").message
    assert message.startswith("15,99\N{NO-BREAK SPACE}USD n")
    assert message.endswith("ont pas été capturés et sont libérés.")


def test_each_refusal_has_its_own_reason(shop, checkout):
    """Failures with the same reference are one to Saleor, whatever their texts."""
    done = pay(shop, checkout)
    asked = [request(done.item, "refund", amount) for amount in ("26.00", "27.00")]
    request(done.item, "refund", "25.99")

    last = request(done.item, "refund", "26.00")

    assert len({event.message for event in [*asked, last]}) == 3
    assert "nothing is left" in last.message
    assert (done.item.charged_value, shop.refunds) == (0, [2599])


def test_turned_off_it_takes_nothing_new_and_refunds(shop, checkout):
    done = pay(shop, checkout)
    update_plugin(shop.channel, active=False)

    assert pay(shop, create_checkout(shop.channel)).event.type == "charge_failure"
    assert request(done.item, "refund", "25.99").type == "refund_success"
    assert shop.refunds == [2599]


def test_a_lost_answer_is_looked_for_and_not_sent_again(shop, checkout):
    shop.simulator.fail("POST", "/v1/charges", "reset_after", times=2)

    first = pay(shop, checkout)
    second = process(first.item)

    assert (first.event.type, first.data["status"]) == (
        "charge_action_required",
        "checking",
    )
    assert second.event.type == "charge_success"
    assert shop.charges == [2599]


def test_a_lost_answer_is_recorded_by_recovery(shop, checkout, recover):
    shop.simulator.fail("POST", "/v1/charges", "reset_after", times=2)
    item = pay(shop, checkout).item

    recover()

    item.refresh_from_db()
    assert item.charged_value == Decimal("25.99")
    assert types(item).count("charge_success") == 1


def test_what_saleor_has_recovery_does_not_add(shop, checkout, recover):
    item = pay(shop, checkout).item
    request(item, "refund", "5.00")
    before = types(item)

    recover()

    assert types(item) == before


def test_a_refund_whose_answer_was_lost_is_pending_and_then_one(
    shop, checkout, recover
):
    item = pay(shop, checkout).item
    shop.simulator.fail("POST", "/v1/refunds", "reset_after", times=1)
    request(item, "refund", "5.00")
    item.refresh_from_db()
    assert item.refunded_value == 0

    recover()

    item.refresh_from_db()
    assert (item.refunded_value, shop.refunds) == (Decimal(5), [500])
    assert types(item).count("refund_success") == 1
    (pending,) = item.events.filter(type="refund_request")
    success = item.events.get(type="refund_success")
    assert pending.psp_reference == success.psp_reference


def test_another_merchants_channel_is_its_own(shop, checkout):
    from saleor.channel.models import Channel

    other = Channel.objects.create(slug="ca", currency_code="CAD")

    assert initialize(create_checkout(other)).event.type == "charge_failure"


def test_the_app_is_made_once_and_stays_off_when_staff_say_so(channel):
    App.objects.update(is_active=False)

    ensure_app()

    assert [app.is_active for app in App.objects.all()] == [False]
