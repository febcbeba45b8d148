"""What a provider is told of answers that were sent before, and may still arrive."""

from contextlib import suppress

import pytest

from payment_hooks import (
    ActionRequired,
    Mode,
    OutcomeUnknown,
    PaymentError,
    PaymentSource,
    ProviderUnavailable,
    hookimpl,
)
from payment_hooks.testing import FakeProvider


class Listener(FakeProvider):
    """Notes what it is told of earlier answers."""

    def __init__(self):
        super().__init__()
        self.heard = []

    @hookimpl
    def payment_confirm(self, request):
        self.heard.append(request.answered_before)
        return super().payment_confirm(request)


@pytest.fixture
def provider():
    return Listener()


@pytest.fixture
def payment_id(payments):
    """A payment whose challenge waits."""
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    with pytest.raises(ActionRequired):
        payments.charge(payment_id, PaymentSource(token="challenge-twice"))
    return payment_id


def lose_an_answer(payments, provider, payment_id, **when):
    answer = provider.answer(payments.next_action(payment_id))
    provider.fail("payment_confirm", OutcomeUnknown("cut"), **when)
    with pytest.raises(OutcomeUnknown):
        payments.confirm(payment_id, answer)


def confirm(payments, payment_id, answer=None, **options):
    with suppress(PaymentError):
        payments.confirm(payment_id, answer, **options)


def test_nothing_was_sent_before_the_first_answer(payments, provider, payment_id):
    confirm(payments, payment_id, {"code": "wrong"})

    confirm(payments, payment_id, canceled=True)

    assert provider.heard == [False, False]


def test_a_lost_answer_is_remembered_by_a_look(payments, provider, payment_id):
    lose_an_answer(payments, provider, payment_id)
    payments.resolve(payment_id)

    confirm(payments, payment_id, canceled=True)

    assert provider.heard == [False, True]


@pytest.mark.parametrize("answer", [{"code": "wrong"}, None])
def test_an_answer_that_was_not_sent_does_not_take_the_one_before_back(
    payments, provider, payment_id, answer
):
    lose_an_answer(payments, provider, payment_id)
    payments.resolve(payment_id)
    if answer is None:
        provider.fail("payment_confirm", ProviderUnavailable("down"))
    confirm(payments, payment_id, answer)

    confirm(payments, payment_id, canceled=True)

    assert provider.heard == [False, True, True]


def test_a_lost_answer_and_a_lost_cancellation_are_remembered(
    payments, provider, payment_id, clock
):
    lose_an_answer(payments, provider, payment_id)
    payments.resolve(payment_id)
    provider.fail("payment_confirm", OutcomeUnknown("cut"))
    confirm(payments, payment_id, canceled=True)
    clock.advance(minutes=20)

    payments.resume(payment_id)  # which looks at what was lost
    payments.resume(payment_id)  # and ends what has expired

    assert provider.heard == [False, True, True]


def test_the_next_step_does_not_answer_for_the_one_before(
    payments, provider, payment_id
):
    lose_an_answer(payments, provider, payment_id)
    payments.resolve(payment_id)
    with pytest.raises(ActionRequired):
        payments.confirm(payment_id, provider.answer(payments.next_action(payment_id)))

    confirm(payments, payment_id, canceled=True)

    assert provider.heard == [False, True, True]
