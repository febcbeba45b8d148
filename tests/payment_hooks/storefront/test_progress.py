"""One submit, answered with data: money, a next step, or a refusal."""

from dataclasses import replace

import pytest

from payment_hooks import (
    CardFields,
    MemoryLedger,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    Payments,
    PaymentSource,
    PaymentState,
    ProviderUnavailable,
    Redirect,
    WrongState,
)
from payment_hooks.model.errors import ConfigurationError
from payment_hooks.storefront.progress import attempt, begin, pay
from payment_hooks.testing import FakeProvider

CARD = PaymentSource(token="tok-good")
DUE = Money.of("25.99", "USD")
LOST = OutcomeUnknown("the answer was lost")


def opened(payments, mode=Mode.IFRAME, amount=DUE):
    return begin(payments, "100123", mode=mode, amount_due=amount, context={})


def taken(provider):
    return [row for row in provider.ledger.values() if row.captured]


def test_a_source_brings_the_money(payments, provider):
    progress = pay(payments, opened(payments), CARD)

    assert progress.money.moved == DUE
    assert (progress.next_action, progress.refusal) == (None, None)
    assert len(taken(provider)) == 1


def test_the_same_submit_again_answers_with_the_first_money(payments, provider):
    first = pay(payments, opened(payments), CARD)

    again = pay(payments, opened(payments), PaymentSource(token="tok-other"))

    assert again.money.transaction_id == first.money.transaction_id
    assert len(taken(provider)) == 1


def test_without_a_source_the_browser_is_asked_for_one(payments):
    assert isinstance(pay(payments, opened(payments), None).next_action, CardFields)


def test_a_hosted_payment_is_a_page_and_then_its_money(payments, provider):
    payment = opened(payments, Mode.HOSTED)
    page = pay(payments, payment, None).next_action
    again = pay(payments, payment, None).next_action

    assert isinstance(page, Redirect)
    assert again == page


def test_a_decline_is_an_answer(payments):
    progress = pay(payments, opened(payments), PaymentSource(token="decline-me"))

    assert isinstance(progress.refusal, PaymentDeclined)
    assert not progress.is_unknown


def test_an_unknown_outcome_stays_one_until_a_look_finds_the_money(payments, provider):
    provider.fail("payment_charge", LOST, after=True)
    provider.fail("payment_retry", LOST)
    payment = opened(payments)

    assert pay(payments, payment, CARD).is_unknown

    found = pay(payments, payment, None)
    assert found.money.moved == DUE
    assert len(taken(provider)) == 1


def test_a_look_that_fails_does_not_say_that_nothing_was_taken(payments, provider):
    provider.fail("payment_charge", LOST, after=True)
    provider.fail("payment_retry", LOST)
    payment = opened(payments)
    pay(payments, payment, CARD)
    provider.fail("payment_find", ProviderUnavailable("not sent"))

    assert pay(payments, payment, None).is_unknown


def test_a_wrong_setting_is_an_answer_too(payments, provider):
    provider.fail("payment_charge", ConfigurationError("PRIVATE_KEY is missing"))

    assert pay(payments, opened(payments), CARD).refusal.code == "configuration"


def test_money_of_another_amount_is_not_taken_for_this_one(payments):
    pay(payments, opened(payments), CARD)

    with pytest.raises(WrongState, match="was paid with"):
        opened(payments, amount=Money.of("26.00", "USD"))


def test_what_was_refunded_is_paid_anew(payments, provider):
    payment = opened(payments)
    pay(payments, payment, CARD)
    payments.refund(payment.payment_id, intent_id="1")

    next_one = opened(payments)

    assert next_one.sequence == 2
    assert pay(payments, payment, CARD).refusal.code == "payment_reversed"
    assert pay(payments, next_one, PaymentSource(token="tok-new")).money


class MessageInBetween(MemoryLedger):
    """Another process takes in a message just before one of our reads of the payment."""

    reads = 0
    act = None

    def get_payment(self, payment_id):
        self.reads -= 1
        if self.act and self.reads == 0:
            act, self.act = self.act, None
            act()
        return super().get_payment(payment_id)


@pytest.mark.parametrize("read", range(1, 9))
def test_a_page_that_is_paid_in_this_moment_is_no_refusal(read):
    fake, ledger = FakeProvider(secret="s"), MessageInBetween()
    payments = Payments.using(fake, ledger=ledger)
    payment = opened(payments, Mode.HOSTED)
    page = pay(payments, payment, None).next_action
    paid = fake.pay_session(DUE)
    message = fake.message(paid.transaction_id, page.session_id)
    ledger.act = lambda: payments.receive_webhook(message)
    ledger.reads = read

    progress = attempt(lambda: pay(payments, payment, None))

    assert progress.refusal is None
    assert progress.money or progress.next_action == page
    assert ledger.act is None or progress.next_action


@pytest.mark.parametrize("mode", [Mode.IFRAME, Mode.HOSTED])
def test_money_counts_before_the_payments_own_row_knows_of_it(payments, provider, mode):
    """Another process has recorded the money, and writes the row a moment later."""
    payment = opened(payments)
    paid = pay(payments, payment, CARD)
    late = payments.get(payment.payment_id)
    ledger = payments.ledger
    stale = replace(late, state=PaymentState.OPEN, mode=mode)
    ledger.replace_payment(stale)

    progress = attempt(lambda: pay(payments, payments.get(payment.payment_id), None))

    assert progress.money.operation_id == paid.money.operation_id
