"""A webhook's answer says whether the provider must send it again."""

import pytest

from payment_hooks import (
    ConfigurationError,
    Mode,
    PaymentState,
    ProviderUnavailable,
)
from payment_hooks.storefront import MOST_WEBHOOK_BYTES, answer_webhook


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
