"""What `Payments.confirm` says, and answers that overtake each other."""

import contextlib

import pytest

from payment_hooks import (
    FindResult,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    PaymentState,
    TransactionStatus,
    hookimpl,
)
from payment_hooks.storefront import confirm
from tests.payment_hooks.engine.challenging import DUE, ask, begin, card, taken


class ShowsTheEnded:
    """Answers with the CANCELED transaction where a provider would decline."""

    def __init__(self, provider):
        self.provider = provider

    @hookimpl(wrapper=True)
    def payment_confirm(self, request):
        try:
            return (yield)
        except PaymentDeclined:
            return self.provider.ledger[request.transaction_id]


class TestAProviderThatGoesOnByItself:
    @pytest.fixture(autouse=True)
    def _alone(self, provider):
        class Alone(type(provider)):
            payment_confirm = None

        provider.__class__ = Alone

    def test_a_challenge_that_is_gone_is_not_answered_with_money(
        self, payments, provider, clock
    ):
        """The shopper comes back the next day; the provider has dropped the charge."""
        payment = begin(payments)
        ask(payments, payment)
        provider.ledger.clear()
        clock.advance(hours=13)

        progress = confirm(payments, payment, {})

        assert taken(provider) == []
        assert progress.money is None, f"told paid with {progress.money.state}"

    def test_one_that_was_voided_there_is_not_answered_with_money(
        self, payments, provider
    ):
        payment = begin(payments)
        challenge = ask(payments, payment, how="authorize")
        provider.become(challenge.transaction_id, TransactionStatus.VOIDED)

        with pytest.raises(PaymentError):
            payments.confirm(payment.payment_id)


def in_flight(payments, provider, payment, challenge):
    """An answer was sent and may still arrive; a look shows the charge waiting."""
    provider.fail("payment_confirm", OutcomeUnknown("cut"))
    with pytest.raises(OutcomeUnknown):
        payments.confirm(payment.payment_id, provider.answer(challenge))
    payments.resolve(payment.payment_id)
    assert payments.next_action(payment.payment_id) == challenge


@pytest.mark.parametrize("by", ["the provider", "a wrapper"])
def test_a_no_to_the_second_answer_is_no_word_about_the_first(
    payments, provider, registry, by
):
    payment = begin(payments)
    challenge = ask(payments, payment)
    in_flight(payments, provider, payment, challenge)
    no = PaymentDeclined("too many tries")
    if by == "a wrapper":

        class Veto:
            @hookimpl(wrapper=True)
            def payment_confirm(self, request):
                raise no
                yield

        registry.register(Veto())
    else:
        provider.fail("payment_confirm", no)
    with pytest.raises(PaymentError):
        payments.confirm(payment.payment_id, provider.answer(challenge))

    with contextlib.suppress(OutcomeUnknown):
        payments.charge(payment.payment_id, card("good"))
    provider.pass_challenge(challenge.transaction_id)  # the first answer arrives

    assert taken(provider) == [DUE], "charged twice"


def test_an_ended_challenge_may_be_answered_with_its_transaction(
    payments, provider, registry
):
    """A provider that answers `canceled` with the CANCELED transaction."""

    registry.register(ShowsTheEnded(provider))
    payment = begin(payments)
    ask(payments, payment)

    done = payments.charge(payment.payment_id, card("good"))

    assert done.moved == DUE


def test_turning_back_there_is_a_decline(payments, provider, registry):
    registry.register(ShowsTheEnded(provider))
    payment = begin(payments)
    ask(payments, payment)

    with pytest.raises(PaymentDeclined):
        payments.confirm(payment.payment_id, canceled=True)


class TestAChargeKilledBeforeItsChallengeCame:
    def lose(self, payments, provider):
        payment = begin(payments)
        provider.fail("payment_charge", OutcomeUnknown("cut"), after=True)
        provider.fail("payment_retry", OutcomeUnknown("cut"), after=True)
        with pytest.raises(OutcomeUnknown):
            payments.charge(payment.payment_id, card())
        return payment

    def test_the_shopper_can_pay_with_another_card_some_day(
        self, payments, provider, clock
    ):
        payment = self.lose(payments, provider)
        for _ in range(30):
            clock.advance(days=1)
            payments.resume(payment.payment_id)

        assert payments.charge(payment.payment_id, card("good")).moved == DUE

    def test_a_new_total_can_be_paid_some_day(self, payments, provider, clock, shop):
        payment = self.lose(payments, provider)
        clock.advance(days=30)
        payments.resume(payment.payment_id)
        shop.due = Money(3000, "USD")

        assert begin(payments).payment_id != payment.payment_id


class TestASlowBank:
    """Answered, and pending for days: nobody but the shopper may end that."""

    @pytest.fixture(autouse=True)
    def _slow(self, provider):
        class Slow(type(provider)):
            @hookimpl
            def payment_confirm(self, request):
                if request.canceled:
                    return super().payment_confirm(request)
                self._codes[request.transaction_id] = ["settling"]
                return self.ledger[request.transaction_id]

        provider.__class__ = Slow

    def test_recovery_lets_it_take_its_time(self, payments, provider, clock):
        payment = begin(payments)
        challenge = ask(payments, payment)
        with pytest.raises(OutcomeUnknown):
            payments.confirm(payment.payment_id, provider.answer(challenge))
        for _ in range(3):
            clock.advance(days=1)
            payments.resume(payment.payment_id)
        provider.pass_challenge(challenge.transaction_id)

        assert payments.resume(payment.payment_id).state is PaymentState.PAID


class TestABankThatNeedsTime:
    @pytest.fixture(autouse=True)
    def _slow(self, provider):
        class Hidden(type(provider)):
            @hookimpl
            def payment_confirm(self, request):
                self._codes.pop(request.transaction_id, None)
                return self.ledger[request.transaction_id]  # still PENDING

            @hookimpl
            def payment_find(self, request):
                return FindResult(complete=True)

        provider.__class__ = Hidden

    def test_what_the_id_shows_is_not_proved_absent(self, payments, provider, clock):
        """A list without it is no proof: its id is known, and it can be retrieved."""
        payment = begin(payments)
        challenge = ask(payments, payment)
        with pytest.raises(OutcomeUnknown):
            payments.confirm(payment.payment_id, provider.answer(challenge))
        provider.pass_challenge(challenge.transaction_id)
        clock.advance(hours=13)

        payments.resume(payment.payment_id)

        assert payments.get(payment.payment_id).state is PaymentState.PAID


def test_a_closed_payment_takes_no_money_by_an_answer(payments, provider):
    """The charge was on its way when the payment was closed; its challenge came after."""
    payment = begin(payments)

    def close():
        with pytest.raises(OutcomeUnknown):
            payments.close(payment.payment_id)

    # close() between the intent and the sending is refused; here it comes between its
    # own two looks: the intent is recorded after the first.
    first = payments._lifecycle._refuse_unresolved
    state = {"n": 0}

    def refuse(payment_id):
        state["n"] += 1
        if state["n"] == 1:
            first(payment_id)
            import threading

            def charge():
                with contextlib.suppress(PaymentError):
                    payments.charge(payment_id, card())

            provider.during("payment_charge", go.set)
            provider.during("payment_charge", lambda: end.wait(5))
            thread = threading.Thread(target=charge)
            threads.append(thread)
            thread.start()
            go.wait(5)
        else:
            first(payment_id)

    import threading

    go, end, threads = threading.Event(), threading.Event(), []
    payments._lifecycle._refuse_unresolved = refuse
    close()
    end.set()
    threads[0].join()
    assert payments.get(payment.payment_id).state is PaymentState.CLOSED
    challenge = payments.next_action(payment.payment_id)
    assert challenge is not None

    with contextlib.suppress(PaymentError):
        payments.confirm(payment.payment_id, provider.answer(challenge))

    assert taken(provider) == [], "the shop gave it up, and no money was here"


@pytest.fixture
def quiet(provider):
    class Quiet(type(provider)):
        @hookimpl
        def payment_confirm(self, request):
            return None

    provider.__class__ = Quiet


def test_none_means_that_the_transaction_is_looked_up(quiet, payments, provider):
    """docs: "`None` means that the provider goes on by itself: ... looked up instead"."""

    payment = begin(payments)
    challenge = ask(payments, payment)
    provider.pass_challenge(challenge.transaction_id)

    assert payments.confirm(payment.payment_id).moved == DUE


def test_a_new_total_may_follow_a_challenge_ended_with_its_transaction(
    payments, provider, registry, shop
):
    registry.register(ShowsTheEnded(provider))
    payment = begin(payments)
    ask(payments, payment)
    shop.due = Money(3000, "USD")

    assert begin(payments).sequence == 2
