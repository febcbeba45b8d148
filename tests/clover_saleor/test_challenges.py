"""Charges for which the bank asks the shopper first (3-D Secure), in both flows."""

from decimal import Decimal

import pytest
from saleor.plugins.manager import get_plugins_manager

from clover_saleor.merchants.channels import merchant_of_channel
from clover_simulator.shopper import CHALLENGE_CARD
from payment_hooks import Money, TransactionStatus
from payment_hooks.testing import FakeProvider
from tests.clover_saleor.shop import (
    complete,
    create_checkout,
    create_payment,
    initialize,
    process,
)

DUE = Money.of("25.99", "USD")
CANCELED = {"challengeCanceled": True}


@pytest.fixture
def fake(shop):
    """A provider in memory that asks the shopper, in Clover's place."""
    shop.configure()
    merchant = merchant_of_channel("us")
    provider = FakeProvider(merchant_id=merchant.merchant_id)
    registry = merchant.payments.plugins
    clover = registry.unregister(name="clover")
    registry.register(provider, "clover")
    yield provider
    registry.unregister(name="clover")
    registry.register(clover, "clover")


@pytest.fixture
def checkout(shop, fake):
    return create_checkout(shop.channel)


def begin(checkout, token="challenge-1", **options):
    return initialize(checkout, {"token": token}, **options)


def answer_to(said):
    code = said["challenge"]["data"]["challenge"]
    return {"challenge": {"code": f"answered {code}"}}


def charged(fake):
    rows = fake.ledger.values()
    return [row.captured for row in rows if row.status is TransactionStatus.SUCCEEDED]


def test_the_storefront_gets_the_challenge_and_nothing_is_charged(checkout, fake):
    begun = begin(checkout)

    assert begun.event.type == "charge_action_required"
    assert begun.data["challenge"]["url"] == "https://fake.test/challenge/T1"
    assert begun.item.charged_value == 0
    assert charged(fake) == []


def test_a_channel_that_authorizes_waits_as_well(checkout, fake):
    begun = begin(checkout, action="authorization")

    done = process(begun.item, answer_to(begun.data), action="authorization")

    assert begun.event.type == "authorization_action_required"
    assert done.event.type == "authorization_success"
    assert done.item.authorized_value == Decimal("25.99")


def test_the_answer_pays_and_the_checkout_completes(checkout, fake):
    begun = begin(checkout)

    done = process(begun.item, answer_to(begun.data))

    assert done.event.type == "charge_success"
    assert done.item.charged_value == Decimal("25.99")
    assert complete(checkout).order.total_charged_amount == Decimal("25.99")
    assert charged(fake) == [DUE]


def test_a_second_challenge_follows_the_first(checkout, fake):
    begun = begin(checkout, "challenge-twice-1")

    second = process(begun.item, answer_to(begun.data))
    done = process(begun.item, answer_to(second.data))

    assert second.event.type == "charge_action_required"
    assert second.data["challenge"]["data"] != begun.data["challenge"]["data"]
    assert done.event.type == "charge_success"


def test_processing_without_an_answer_gives_the_challenge_again(checkout, fake):
    begun = begin(checkout)

    assert process(begun.item).data == begun.data


def test_the_same_key_again_is_the_same_challenge(checkout, fake):
    first, again = begin(checkout, key="one"), begin(checkout, key="one")

    assert again.data == first.data
    assert len(fake.ledger) == 1


def test_a_shopper_who_turns_back_is_refused_and_pays_with_another_card(checkout, fake):
    begun = begin(checkout)

    refused = process(begun.item, CANCELED)
    paid = begin(checkout, "tok-1")

    assert refused.event.type == "charge_failure"
    assert refused.event.message
    assert paid.event.type == "charge_success"
    assert charged(fake) == [DUE]


def test_another_card_ends_the_challenge_of_the_first(checkout, fake):
    begun = begin(checkout)

    paid = begin(checkout, "tok-1")
    late = process(begun.item, answer_to(begun.data))

    assert paid.event.type == "charge_success"
    assert late.event.type == "charge_failure"
    assert late.item.charged_value == 0
    assert paid.item.charged_value == Decimal("25.99")
    assert charged(fake) == [DUE]


def test_an_answer_after_the_total_has_changed_charges_nothing(checkout, fake):
    begun = begin(checkout)
    checkout.total_gross_amount = Decimal("9.99")
    checkout.save()

    done = process(begun.item, answer_to(begun.data))

    assert done.event.type == "charge_failure"
    assert "9.99" in done.event.message
    assert charged(fake) == []


def test_a_challenge_of_more_than_is_left_is_not_handed_out_again(checkout, fake):
    begun = begin(checkout)
    checkout.total_gross_amount = Decimal("9.99")
    checkout.save()

    done = process(begun.item)

    assert done.event.type == "charge_failure"
    assert done.data is None


def test_a_shopper_may_turn_back_after_the_total_has_changed(checkout, fake):
    begun = begin(checkout)
    checkout.total_gross_amount = Decimal("9.99")
    checkout.save()

    refused = process(begun.item, CANCELED)
    paid = begin(checkout, "tok-1")

    assert refused.event.type == "charge_failure"
    assert "9.99" not in refused.event.message
    assert charged(fake) == [Money.of("9.99", "USD")]
    assert paid.item.charged_value == Decimal("9.99")


def test_an_answer_sent_twice_pays_once(checkout, fake):
    begun = begin(checkout)
    answer = answer_to(begun.data)

    first = process(begun.item, answer)
    again = initialize(checkout, answer, key=begun.item.idempotency_key)

    assert first.event.type == again.event.type == "charge_success"
    assert charged(fake) == [DUE]


def test_a_wrong_answer_pays_nothing_and_the_right_one_still_does(checkout, fake):
    begun = begin(checkout)

    wrong = process(begun.item, {"challenge": {"code": "guessed"}})
    before = charged(fake)
    done = process(begun.item, answer_to(begun.data))

    assert wrong.event.type == "charge_action_required"
    assert before == []
    assert done.event.type == "charge_success"


def test_completing_asks_the_shopper_first(checkout, fake):
    create_payment(checkout, "challenge-1")

    asked = complete(checkout)
    before = charged(fake)
    done = complete(checkout, answer_to(asked.said))

    assert asked.needed
    assert asked.said["challenge"]["url"] == "https://fake.test/challenge/T1"
    assert before == []
    assert done.order.total_charged_amount == Decimal("25.99")
    assert charged(fake) == [DUE]


def test_completing_again_without_an_answer_asks_again(checkout, fake):
    create_payment(checkout, "challenge-1")

    first, second = complete(checkout), complete(checkout)

    assert second.needed
    assert second.said == first.said
    assert len(fake.ledger) == 1


def test_a_second_challenge_while_completing(checkout, fake):
    create_payment(checkout, "challenge-twice-1")
    first = complete(checkout)

    second = complete(checkout, answer_to(first.said))
    done = complete(checkout, answer_to(second.said))

    assert second.needed
    assert done.order
    assert charged(fake) == [DUE]


def test_a_shopper_turns_back_while_completing_and_pays_with_another_card(
    checkout, fake
):
    create_payment(checkout, "challenge-1")
    complete(checkout)

    refused = complete(checkout, CANCELED)
    create_payment(checkout, "tok-1")
    done = complete(checkout)

    assert (refused.code, refused.order) == ("PAYMENT_ERROR", None)
    assert done.order
    assert charged(fake) == [DUE]


def test_another_payment_ends_the_challenge_of_the_first(checkout, fake):
    create_payment(checkout, "challenge-1")
    complete(checkout)

    create_payment(checkout, "tok-1")
    done = complete(checkout)

    assert done.order
    assert charged(fake) == [DUE]


def test_completing_with_an_answer_after_the_total_has_changed_charges_nothing(
    checkout, fake
):
    create_payment(checkout, "challenge-1")
    asked = complete(checkout)
    checkout.refresh_from_db()
    checkout.total_gross_amount = Decimal("99.00")
    checkout.save()

    refused = complete(checkout, answer_to(asked.said))

    assert (refused.code, refused.order) == ("CHECKOUT_NOT_FULLY_PAID", None)
    assert charged(fake) == []


BROWSER = {
    "accept_header": "*/*",
    "user_agent": "Mozilla/5.0",
    "language": "en-US",
    "origin": "https://shop.example",
    "screen_width": 1792,
    "screen_height": 1120,
    "color_depth": 24,
    "time_zone_offset": 420,
}


def answer_of_shopper(shop, said):
    """What the element's event `clover-card:challenge-answered` has as its detail."""
    data = said["challenge"]["data"]
    status = shop.simulator.authenticate(data)
    return {"challenge": {"flow": data["flow"], "flow_status": status}}


def test_3d_secure_at_clover_in_the_transactions_flow(shop):
    shop.configure(three_d_secure="true")
    token = shop.simulator.token(CHALLENGE_CARD)

    begun = initialize(
        create_checkout(shop.channel), {"token": token, "browser": BROWSER}
    )
    done = process(begun.item, answer_of_shopper(shop, begun.data))

    assert begun.event.type == "charge_action_required"
    assert done.event.type == "charge_success"


def test_3d_secure_at_clover_in_the_payments_flow(shop):
    shop.configure(three_d_secure="true")
    checkout, _ = shop.begin(shop.simulator.token(CHALLENGE_CARD))

    asked = complete(checkout, {"browser": BROWSER})
    done = complete(checkout, answer_of_shopper(shop, asked.said))

    assert asked.needed
    assert done.order.total_charged_amount == Decimal("25.99")


@pytest.mark.parametrize("chosen", [True, False])
def test_the_card_form_is_told_of_the_script_where_3d_secure_is_on(shop, chosen):
    shop.configure(three_d_secure=str(chosen).lower())
    plugin = get_plugins_manager().get_plugin("clover.payments", "us")

    config = {row["field"]: row["value"] for row in plugin.get_payment_config(None)}

    assert ("authentication_script_url" in config) is chosen
