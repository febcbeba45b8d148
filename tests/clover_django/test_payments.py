"""The `Payments` of the process, built from the settings."""

import pytest

from clover_django import payments as shop_payments
from clover_django.ledger.store import DjangoLedger
from payment_hooks import ConfigurationError, FailedChecks, Mode
from tests.clover_django.plugins import Shop

PLUGINS = "tests.clover_django.plugins"


@pytest.fixture
def clover(settings):
    def change(**values):
        settings.CLOVER = {**settings.CLOVER, **values}

    return change


def test_payments_are_built_once_and_anew_after_a_change(clover):
    first = shop_payments.get_payments()
    again = shop_payments.get_payments()

    clover(FAILED_CHECKS="flag")

    assert first is again
    assert shop_payments.get_payments() is not first
    assert shop_payments.get_payments().policy.failed_checks is FailedChecks.FLAG


def test_it_stands_on_the_ledger_and_the_merchant_of_the_settings():
    payments = shop_payments.get_payments()

    assert isinstance(payments.ledger, DjangoLedger)
    assert payments.ledger.using == "clover_ledger"
    assert payments.provider.name == "clover"
    assert payments.merchant_id == "TESTMERCH0001"


def test_a_lease_outlives_the_deadline_of_a_call(clover):
    clover(DEADLINE_SECONDS=120)

    assert shop_payments.get_payments().policy.lease_seconds == 360


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["shop", "Shop"])
def test_plugins_of_the_settings_take_part(clover, name):
    clover(PLUGINS=[f"{PLUGINS}.{name}"])

    payment = shop_payments.get_payments().open("known-to-the-plugin", mode=Mode.IFRAME)

    assert str(payment.amount_due) == "7.00 USD"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("no.such.module", "names 'no.such.module', which cannot be used"),
        (f"{PLUGINS}.nothing", "which cannot be used"),
        (f"{PLUGINS}.Demanding", "which cannot be used"),
        (f"{PLUGINS}.Misspelt", "Did you mean 'payment_charge'?"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_a_configuration_error(clover, path, message):
    clover(PLUGINS=[path])

    with pytest.raises(ConfigurationError, match=message.replace("?", r"\?")):
        shop_payments.get_payments()


def test_a_shop_of_an_adapter_takes_part_once(monkeypatch):
    monkeypatch.setattr(shop_payments, "_shops", [])
    shop = Shop()

    shop_payments.register_shop(shop)
    shop_payments.register_shop(shop)

    assert (
        shop_payments.get_payments().shop.amount_due("known-to-the-plugin") is not None
    )
    shop_payments.reset()


def test_settings_that_are_replaced_are_described_anew(clover):
    assert shop_payments.get_payments().provider.info.merchant_id == "TESTMERCH0001"

    clover(MERCHANT_ID="TESTMERCH0009")

    assert shop_payments.get_payments().provider.info.merchant_id == "TESTMERCH0009"
