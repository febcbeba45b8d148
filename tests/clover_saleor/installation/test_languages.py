"""The language of the checkout or order, or of the account, in all that Saleor shows."""

import pytest
from saleor.account.models import User
from saleor.payment import PaymentError
from saleor.plugins.manager import get_plugins_manager

from clover_simulator.shopper import DECLINED_CARD
from payment_hooks.model.messages import TEXTS
from tests.clover_saleor.shop import (
    complete,
    create_checkout,
    create_order,
    create_payment,
    initialize,
    initialize_gateway,
    update_plugin,
)

NO = {language: texts["card_declined"] for language, texts in TEXTS.items()}


@pytest.mark.parametrize(
    ("own", "account", "language"),
    [
        ("fr-ca", "es", "fr"),
        ("FR_CA", None, "fr"),
        ("es-419", "fr", "es"),
        ("de", "fr", "fr"),
        ("de", None, "en"),
        ("en", "fr", "en"),
    ],
)
def test_a_declined_session_speaks_it(shop, own, account, language):
    shop.configure()
    user = User.objects.create(language_code=account) if account else None
    checkout = create_checkout(shop.channel, language_code=own, user=user)

    declined = initialize(checkout, {"token": shop.simulator.token(DECLINED_CARD)})

    assert declined.event.message == NO[language]


def test_a_declined_session_of_an_order_speaks_the_orders(shop):
    shop.configure()
    order = create_order(shop.channel, language_code="es")

    declined = initialize(order, {"token": shop.simulator.token(DECLINED_CARD)})

    assert declined.event.message == NO["es"]


def test_a_declined_payment_of_the_older_flow_speaks_it(shop):
    shop.configure()
    checkout, _ = shop.begin(shop.simulator.token(DECLINED_CARD), language_code="fr-ca")

    assert complete(checkout).text == NO["fr"]


def test_an_unknown_outcome_of_a_session_speaks_it(shop):
    shop.configure()
    checkout = create_checkout(shop.channel, language_code="fr")
    shop.simulator.fail("POST", "/v1/charges", "reset_after")
    shop.simulator.fail("*", "/v1/charges*", "error_before", nth=2, times=1)

    unknown = initialize(checkout, {"token": shop.simulator.token()})

    said = TEXTS["fr"]["outcome_unknown"]
    assert unknown.data == {"status": "checking", "message": said}
    assert unknown.event.message == said


@pytest.mark.parametrize(
    ("own", "locale"), [("fr", "fr-CA"), ("es", "es"), ("en", "en")]
)
def test_card_fields_of_a_session_speak_it(shop, own, locale):
    shop.configure()
    checkout = create_checkout(shop.channel, language_code=own)

    (ours,) = initialize_gateway(checkout)

    assert ours.data["locale"] == locale


def test_a_plugin_that_is_off_says_so_in_it(shop):
    shop.configure()
    checkout = create_checkout(shop.channel, language_code="fr")
    begun = create_checkout(shop.channel, language_code="es")
    create_payment(begun, shop.simulator.token())
    update_plugin(shop.channel, active=False)

    (ours,) = initialize_gateway(checkout)

    assert ours.error == TEXTS["fr"]["unavailable"]
    assert complete(begun).text == TEXTS["es"]["unavailable"]


def test_a_card_entry_without_a_checkout_speaks_what_the_storefront_says(shop):
    shop.configure()
    update_plugin(shop.channel, active=False)
    plugin = get_plugins_manager().get_plugin("clover.payments", "us")

    for sent, language in ({"languageCode": "FR_CA"}, "fr"), ({}, "en"), (None, "en"):
        with pytest.raises(PaymentError) as refused:
            plugin.initialize_payment(sent, None)
        assert str(refused.value) == TEXTS[language]["unavailable"]
