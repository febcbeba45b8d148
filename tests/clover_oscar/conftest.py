import pytest
from django.conf import settings as django_settings

from clover_django import payments
from clover_oscar import options
from payment_hooks.testing import FakeProvider
from tests.clover_oscar.shopper import Shopper, make_product


@pytest.fixture
def product(transactional_db):
    return make_product()


@pytest.fixture
def shopper(product):
    return Shopper()


@pytest.fixture
def clover():
    """`Payments` with a provider in memory in Clover's place."""
    fake = FakeProvider(merchant_id=options.merchant_id())
    put_in_place(fake)
    yield fake
    payments.reset()


@pytest.fixture
def clover_settings(settings, clover):
    """Changes `CLOVER`; the provider in memory stays."""

    def change(**values):
        settings.CLOVER = {**django_settings.CLOVER, **values}
        put_in_place(clover)

    return change


def put_in_place(fake):
    registry = payments.get_payments().plugins
    registry.unregister(name=payments.PROVIDER)
    registry.register(fake, payments.PROVIDER)
