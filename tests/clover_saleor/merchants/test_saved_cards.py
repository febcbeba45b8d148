"""Cards that customers keep: saved before they are charged, listed, deleted."""

import pytest
from saleor.account.models import User
from saleor.payment import gateway
from saleor.payment.interface import (
    ListStoredPaymentMethodsRequestData,
    StoredPaymentMethodRequestDeleteData,
    StorePaymentMethodEnum,
)
from saleor.plugins.manager import get_plugins_manager

from clover_django.models import SavedSource
from clover_saleor.merchants.saved_cards import owner_of
from clover_simulator.shopper import DECLINED_CARD
from tests.clover_saleor.shop import create_checkout, create_payment, initialize


@pytest.fixture
def ada():
    return User.objects.create(email="ada@shop.example")


@pytest.fixture
def eve():
    return User.objects.create(email="eve@shop.example")


def process(shop, user, data=None, *, store=True):
    """process_payment of a customer's checkout; with a fresh token unless data is given."""
    checkout = create_checkout(shop.channel, user=user)
    payment = create_payment(checkout, "" if data else shop.simulator.token())
    asked = gateway.payment_data(payment, payment.token, data)
    asked.graphql_customer_id = owner_of(user)
    name = "ON_SESSION" if store else "NONE"
    asked.store_payment_method = StorePaymentMethodEnum[name]
    plugin = get_plugins_manager().get_plugin("clover.payments", "us")
    return plugin.process_payment(asked, previous_value=None)


def listed(shop, user):
    asked = ListStoredPaymentMethodsRequestData(channel=shop.channel, user=user)
    return get_plugins_manager().run("list_stored_payment_methods", "us", asked)


def delete(shop, user, public_id):
    asked = StoredPaymentMethodRequestDeleteData(public_id, user, shop.channel)
    method = "stored_payment_method_request_delete"
    return get_plugins_manager().run(method, "us", asked)


def test_a_card_is_kept_when_the_customer_asks(shop, ada):
    shop.configure()

    done = process(shop, ada)

    assert (done.is_success, done.customer_id) == (True, owner_of(ada))
    (row,) = listed(shop, ada)
    assert row.credit_card_info.last_digits == "4242"
    plugin = get_plugins_manager().get_plugin("clover.payments", "us")
    (source,) = plugin.list_payment_sources(done.customer_id, previous_value=[])
    assert (source.id, source.credit_card_info.last_4) == (row.id, "4242")
    assert shop.charges == [2599]


@pytest.mark.parametrize("store", [False, True])
def test_a_guests_card_and_an_unwanted_one_are_not_kept(shop, ada, store):
    shop.configure()

    process(shop, None if store else ada, store=store)

    assert not SavedSource.objects.exists()
    assert shop.charges == [2599]


def test_a_kept_card_pays_again_and_again(shop, ada):
    shop.configure()
    process(shop, ada)
    saved = {"savedMethodId": listed(shop, ada)[0].id}

    assert process(shop, ada, saved, store=False).is_success
    second = create_checkout(shop.channel, user=ada)
    assert initialize(second, saved).event.type == "charge_success"
    assert shop.charges == [2599] * 3


def test_a_transaction_keeps_a_card_as_well(shop, ada):
    shop.configure()
    checkout = create_checkout(shop.channel, user=ada)

    initialize(checkout, {"token": shop.simulator.token(), "save": True})

    assert len(listed(shop, ada)) == 1


def test_no_one_pays_with_another_customers_card(shop, ada, eve):
    shop.configure()
    process(shop, ada)
    saved = {"savedMethodId": listed(shop, ada)[0].id}
    provider_id = SavedSource.objects.get().provider_id

    for user in (eve, None):
        assert not process(shop, user, saved, store=False).is_success
        assert not process(shop, user, {"token": provider_id}, store=False).is_success
        done = initialize(create_checkout(shop.channel, user=user), saved)
        assert done.event.type == "charge_failure"
    assert listed(shop, eve) == []
    assert shop.charges == [2599]


def test_a_card_that_cannot_be_kept_is_not_charged(shop, ada):
    shop.configure()
    checkout = create_checkout(shop.channel, user=ada)
    token = shop.simulator.token(DECLINED_CARD)
    shop.simulator.fail("POST", "/v1/customers", "answer", status=503)

    done = initialize(checkout, {"token": token, "save": True})

    assert done.event.type == "charge_failure"
    assert shop.simulator.count("POST", "/v1/charges") == 0


def test_a_deleted_card_is_gone_everywhere(shop, ada, eve):
    shop.configure()
    process(shop, ada)
    public_id = listed(shop, ada)[0].id

    assert delete(shop, eve, public_id) is None
    done = delete(shop, ada, public_id)

    assert done.result == "successfully_deleted"
    assert listed(shop, ada) == []
    saved = {"savedMethodId": public_id}
    assert not process(shop, ada, saved, store=False).is_success
    assert delete(shop, ada, public_id) is None


def test_what_the_shopper_sees_is_not_what_can_be_charged(shop, ada):
    shop.configure()
    done = process(shop, ada)

    shown = repr([listed(shop, ada), done])

    assert SavedSource.objects.get().provider_id not in shown
