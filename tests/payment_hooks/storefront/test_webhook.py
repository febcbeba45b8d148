"""A webhook's answer says whether the provider must send it again."""

import pytest

from payment_hooks import (
    ConfigurationError,
    Mode,
    Payments,
    PaymentState,
    ProviderUnavailable,
)
from payment_hooks.storefront import MOST_WEBHOOK_BYTES, answer_webhook
from payment_hooks.testing import FakeProvider


@pytest.fixture
def paid(payments, provider):
    """A payment whose page was paid on, and the message about it."""
    provider.secret = "a secret of the tests"
    payment = payments.open("100123", mode=Mode.HOSTED)
    page = payments.start_checkout(payment.payment_id)
    sale = provider.pay_session(payment.amount_due)
    return payment, provider.message(sale.transaction_id, page.session_id)


def test_a_message_takes_effect_and_is_answered_200(payments, paid):
    payment, message = paid

    answer = answer_webhook(payments, message.body, message.headers)

    assert (answer.status, answer.text) == (200, "ok")
    assert payments.get(payment.payment_id).state is PaymentState.PAID


def test_a_message_that_comes_again_is_answered_the_same(payments, paid, shop):
    _, message = paid
    for _ in range(2):
        answer = answer_webhook(lambda: payments, message.body, message.headers)

    assert answer.status == 200
    assert len(shop.notified) == 1


def test_headers_are_read_however_the_server_spells_them(payments, paid):
    _, message = paid
    spelled = {name.title(): value for name, value in message.headers.items()}

    assert "Signature" in spelled
    assert answer_webhook(payments, message.body, spelled).status == 200


def test_a_forged_message_changes_nothing(payments, paid):
    payment, message = paid

    answer = answer_webhook(payments, message.body + b" ", message.headers)

    assert (answer.status, answer.text) == (400, "rejected")
    assert payments.get(payment.payment_id).state is PaymentState.OPEN


def test_a_message_that_is_too_long_is_not_read(payments, provider):
    answer = answer_webhook(payments, b" " * (MOST_WEBHOOK_BYTES + 1), {})

    assert answer.status == 413
    assert provider.calls == []


@pytest.mark.parametrize("error", [ProviderUnavailable("away"), RuntimeError("a bug")])
def test_what_has_no_effect_yet_is_asked_for_again(payments, provider, paid, error):
    payment, message = paid
    provider.fail("payment_retrieve", error)

    first = answer_webhook(payments, message.body, message.headers)
    provider.mend()
    again = answer_webhook(payments, message.body, message.headers)

    assert (first.status, again.status) == (503, 200)
    assert payments.get(payment.payment_id).state is PaymentState.PAID


def test_a_shop_whose_settings_are_wrong_gets_the_message_again():
    def find():
        raise ConfigurationError("a setting is missing")

    assert answer_webhook(find, b"{}", {}).status == 503


class Merchants:
    """Several merchants, and who of them was asked."""

    def __init__(self, *rows):
        self.rows, self.asked = rows, 0

    def __call__(self):
        for row in self.rows:
            self.asked += 1
            yield row


@pytest.fixture
def other():
    return FakeProvider(merchant_id="ANOTHER", secret="another secret")


@pytest.fixture
def third():
    return Payments.using(FakeProvider(merchant_id="A-THIRD", secret="a third secret"))


def test_the_merchant_who_can_prove_a_message_gets_it(payments, paid, other, third):
    payment, message = paid
    merchants = Merchants(Payments.using(other), payments, third)

    answer = answer_webhook(merchants, message.body, message.headers)

    assert answer.status == 200
    assert merchants.asked == 2
    assert payments.get(payment.payment_id).state is PaymentState.PAID


def test_a_message_that_no_merchant_can_prove_is_rejected(payments, paid, other, third):
    payment, message = paid
    merchants = Merchants(Payments.using(other), third)

    answer = answer_webhook(merchants, message.body, message.headers)

    assert (answer.status, merchants.asked) == (400, 2)
    assert payments.get(payment.payment_id).state is PaymentState.OPEN


def test_one_secret_of_two_merchants_lets_none_take_the_others_money(payments, paid):
    payment, message = paid
    double = FakeProvider(merchant_id="ANOTHER", secret="a secret of the tests")
    merchants = Merchants(Payments.using(double), payments)

    assert answer_webhook(merchants, message.body, message.headers).status == 200
    assert payments.get(payment.payment_id).state is PaymentState.PAID
    assert double.calls == ["payment_read_webhook"]


def test_a_merchant_that_cannot_read_messages_is_in_nobodys_way(payments, paid, other):
    _, message = paid
    other.fail("payment_read_webhook", ConfigurationError("a setting is missing"))
    merchants = Merchants(Payments.using(other), payments)

    assert answer_webhook(merchants, message.body, message.headers).status == 200


def test_what_may_be_a_broken_merchants_message_is_asked_for_again(
    payments, paid, other, third
):
    _, message = paid
    other.fail("payment_read_webhook", ConfigurationError("a setting is missing"))
    merchants = Merchants(Payments.using(other), third)

    assert answer_webhook(merchants, message.body, message.headers).status == 503


def test_without_merchants_a_message_is_asked_for_again():
    assert answer_webhook(Merchants(), b"{}", {}).status == 503
