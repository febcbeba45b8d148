"""A shopper who has to answer the bank: 3-D Secure, and money that moves once."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread
from time import sleep

import pytest

from payment_hooks import (
    ActionRequired,
    Challenge,
    ConfirmRequest,
    DeclineCode,
    Flag,
    Mode,
    Money,
    OperationState,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentSource,
    PaymentState,
    ProviderUnavailable,
    TransactionKind,
    TransactionStatus,
    WrongState,
    hookimpl,
)
from payment_hooks.ledger import Outcome
from payment_hooks.recovery import Reconciliation

DUE = Money(2599, "USD")


def card(name="challenge-1"):
    return PaymentSource(token=name)


@pytest.fixture
def payment(payments):
    return payments.open("100123", mode=Mode.IFRAME)


@pytest.fixture
def challenge(payments, payment):
    """The challenge of a card that was charged."""
    return ask(payments, payment)


def ask(payments, payment, source=None):
    with pytest.raises(ActionRequired) as caught:
        payments.charge(payment.payment_id, source or card())
    return caught.value.next_action


def taken(provider):
    return [
        row.amount
        for row in provider.ledger.values()
        if row.status is TransactionStatus.SUCCEEDED
    ]


def operation(payments, payment):
    return payments.operations(payment.payment_id)[0]


def test_a_challenge_is_raised_and_nothing_was_taken(
    payments, payment, provider, challenge
):
    assert isinstance(challenge, Challenge)
    assert challenge.mode is Mode.IFRAME
    assert taken(provider) == []
    assert operation(payments, payment).state is OperationState.WAITING
    assert payments.get(payment.payment_id).state is PaymentState.OPEN
    assert payments.outcome(payment.payment_id) is Outcome.ACTION_REQUIRED


def test_a_shop_that_knows_no_challenges_takes_it_for_an_unknown_outcome(
    payments, payment
):
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment.payment_id, card())


@pytest.mark.parametrize("kind", ["charge", "authorize"])
def test_the_answer_moves_the_money_once(payments, payment, provider, shop, kind):
    with pytest.raises(ActionRequired) as caught:
        getattr(payments, kind)(payment.payment_id, card())
    answer = provider.answer(caught.value.next_action)

    first = payments.confirm(payment.payment_id, answer)
    second = payments.confirm(payment.payment_id, answer)

    assert first.operation_id == second.operation_id
    assert first.moved == DUE
    assert taken(provider) == [DUE]
    assert len(shop.notified) == 1
    assert payments.get(payment.payment_id).state in (
        PaymentState.PAID,
        PaymentState.AUTHORIZED,
    )
    assert payments.operations(payment.payment_id)[0].challenge is None


def test_the_same_card_gets_the_same_challenge_again(
    payments, payment, provider, challenge
):
    again = ask(payments, payment)

    assert again == challenge == payments.next_action(payment.payment_id)
    assert provider.calls.count("payment_charge") == 1


def test_another_card_ends_the_challenge_of_the_first(
    payments, payment, provider, challenge
):
    done = payments.charge(payment.payment_id, card("good"))

    assert done.moved == DUE
    assert taken(provider) == [DUE]
    first = provider.ledger[challenge.transaction_id]
    assert first.status is TransactionStatus.CANCELED
    with pytest.raises(PaymentDeclined):
        payments.provider.confirm(confirmation(payments, payment, provider, challenge))


def confirmation(payments, payment, provider, challenge):
    row = operation(payments, payment)
    return ConfirmRequest(
        transaction_id=challenge.transaction_id,
        kind=TransactionKind.CHARGE,
        amount=DUE,
        reference="100123",
        operation_id=row.operation_id,
        answer={"code": f"answered {challenge.data['challenge']}"},
    )


def test_another_card_after_the_bank_went_on_takes_nothing_more(
    payments, payment, provider, challenge
):
    provider.pass_challenge(challenge.transaction_id)

    done = payments.charge(payment.payment_id, card("good"))

    assert done.transaction_id == challenge.transaction_id
    assert taken(provider) == [DUE]


def test_money_that_comes_while_another_card_ends_the_challenge_counts(
    payments, payment, provider, challenge
):
    provider.during(
        "payment_confirm", lambda: provider.pass_challenge(challenge.transaction_id)
    )

    done = payments.charge(payment.payment_id, card("good"))

    assert done.transaction_id == challenge.transaction_id
    assert taken(provider) == [DUE]


def test_turning_back_is_a_decline_and_another_card_may_follow(
    payments, payment, provider, challenge
):
    with pytest.raises(PaymentDeclined) as caught:
        payments.confirm(payment.payment_id, canceled=True)

    assert caught.value.decline_code is DeclineCode.AUTHENTICATION_FAILED
    assert payments.outcome(payment.payment_id) is Outcome.NOT_PAID
    payments.charge(payment.payment_id, card("good"))
    assert taken(provider) == [DUE]


def test_a_wrong_answer_leaves_the_challenge_waiting(
    payments, payment, provider, challenge
):
    with pytest.raises(ActionRequired) as caught:
        payments.confirm(payment.payment_id, {"code": "guessed"})

    assert caught.value.next_action == challenge
    assert taken(provider) == []
    payments.confirm(payment.payment_id, provider.answer(challenge))
    assert taken(provider) == [DUE]


def test_a_second_step_is_handed_out_and_answered(payments, payment, provider):
    first = ask(payments, payment, card("challenge-twice"))
    with pytest.raises(ActionRequired) as caught:
        payments.confirm(payment.payment_id, provider.answer(first))
    second = caught.value.next_action

    assert second != first
    assert payments.next_action(payment.payment_id) == second
    payments.confirm(payment.payment_id, provider.answer(second))
    assert taken(provider) == [DUE]


def test_an_answer_that_does_not_arrive_leaves_the_challenge_waiting(
    payments, payment, provider, challenge
):
    provider.fail("payment_confirm", ProviderUnavailable("down"))

    with pytest.raises(ActionRequired):
        payments.confirm(payment.payment_id, provider.answer(challenge))

    assert operation(payments, payment).state is OperationState.WAITING


def test_a_lost_answer_to_the_answer_is_looked_up(
    payments, payment, provider, challenge, shop
):
    provider.fail("payment_confirm", OutcomeUnknown("cut"), after=True)
    with pytest.raises(OutcomeUnknown) as caught:
        payments.confirm(payment.payment_id, provider.answer(challenge))
    assert not isinstance(caught.value, ActionRequired)
    assert payments.outcome(payment.payment_id) is Outcome.CHECKING

    assert payments.resolve(payment.payment_id).state is PaymentState.PAID
    assert taken(provider) == [DUE]
    assert len(shop.notified) == 1


def test_a_lost_challenge_is_handed_out_by_the_same_key(payments, payment, provider):
    provider.fail("payment_charge", OutcomeUnknown("cut"), after=True)

    challenge = ask(payments, payment)

    assert len(provider.ledger) == 1
    payments.confirm(payment.payment_id, provider.answer(challenge))
    assert taken(provider) == [DUE]


def test_a_shopper_who_never_comes_back_has_paid_all_the_same(
    payments, payment, provider, challenge, shop
):
    provider.pass_challenge(challenge.transaction_id)

    assert payments.resolve(payment.payment_id).state is PaymentState.PAID
    assert len(shop.notified) == 1


def test_what_the_bank_refused_by_itself_is_a_decline(
    payments, payment, provider, challenge
):
    provider.become(challenge.transaction_id, TransactionStatus.FAILED)

    payments.resolve(payment.payment_id)

    with pytest.raises(PaymentDeclined) as caught:
        payments.confirm(payment.payment_id, provider.answer(challenge))
    assert caught.value.decline_code is DeclineCode.AUTHENTICATION_FAILED


def test_a_look_leaves_a_challenge_waiting(payments, payment, provider, challenge):
    payments.resolve(payment.payment_id)

    assert payments.next_action(payment.payment_id) == challenge


def test_an_expired_challenge_is_ended_by_recovery(
    payments, payment, provider, challenge, clock
):
    clock.advance(minutes=16)

    payments.resume(payment.payment_id)

    assert operation(payments, payment).state is OperationState.DECLINED
    assert provider.ledger[challenge.transaction_id].status is (
        TransactionStatus.CANCELED
    )


def test_a_challenge_that_was_answered_before_it_expired_is_not_ended(
    payments, payment, provider, challenge, clock
):
    provider.pass_challenge(challenge.transaction_id)
    clock.advance(minutes=16)

    assert payments.resume(payment.payment_id).state is PaymentState.PAID


def test_a_new_total_ends_the_challenge(payments, payment, provider, challenge, shop):
    shop.due = Money(3000, "USD")

    following = payments.open("100123", mode=Mode.IFRAME)
    payments.charge(following.payment_id, card("good"))

    assert following.sequence == 2
    assert taken(provider) == [Money(3000, "USD")]


def test_a_new_total_after_the_bank_went_on_opens_nothing(
    payments, payment, provider, challenge, shop
):
    provider.pass_challenge(challenge.transaction_id)
    shop.due = Money(3000, "USD")

    current = payments.open("100123", mode=Mode.IFRAME)

    assert current.payment_id == payment.payment_id
    assert payments.get(current.payment_id).state is PaymentState.PAID


def test_two_answers_at_once_move_the_money_once(
    payments, payment, provider, challenge
):
    answer = provider.answer(challenge)
    heard = []
    second = Thread(
        target=lambda: heard.append(payments.confirm(payment.payment_id, answer))
    )
    provider.during("payment_confirm", second.start)
    provider.during("payment_confirm", lambda: sleep(0.2))

    first = payments.confirm(payment.payment_id, answer)
    second.join()

    assert taken(provider) == [DUE]
    assert provider.calls.count("payment_confirm") == 1
    assert [row.operation_id for row in heard] == [first.operation_id]


def test_an_answer_beside_one_of_unknown_outcome_is_not_sent(make_payments, provider):
    payments = make_payments(wait_seconds=0)
    payment = payments.open("100123", mode=Mode.IFRAME)
    challenge = ask(payments, payment)
    answer = provider.answer(challenge)
    errors = []

    def other():
        with pytest.raises(OutcomeUnknown) as caught:
            payments.confirm(payment.payment_id, answer)
        errors.append(caught.value)

    provider.during("payment_confirm", other)
    payments.confirm(payment.payment_id, answer)

    assert taken(provider) == [DUE]
    assert [type(error) for error in errors] == [OutcomeUnknown]


def test_no_answer_is_waited_for(payments, payment):
    with pytest.raises(WrongState):
        payments.confirm(payment.payment_id, {"code": "1"})


def test_a_late_answer_after_a_decline_hears_of_it(payments, payment):
    with pytest.raises(PaymentDeclined):
        payments.charge(payment.payment_id, card("decline"))

    with pytest.raises(PaymentDeclined):
        payments.confirm(payment.payment_id, {"code": "1"})


def test_a_partial_approval_after_the_answer_is_released(
    payments, payment, provider, challenge, registry
):
    class Partial:
        @hookimpl(wrapper=True)
        def payment_confirm(self, request):
            answered = yield
            return replace(answered, partial_approval=True)

    registry.register(Partial())

    with pytest.raises(PaymentDeclined):
        payments.confirm(payment.payment_id, provider.answer(challenge))

    assert payments.refundable(payment.payment_id) == Money(0, "USD")
    kinds = [row.kind for row in provider.ledger.values()]
    assert [str(kind) for kind in kinds] == ["charge", "refund"]


class TestWithoutConfirm:
    """A provider that goes on by itself once the bank was answered."""

    @pytest.fixture
    def provider(self, provider):
        cls = type(provider)

        class Alone(cls):
            payment_confirm = None

        provider.__class__ = Alone
        return provider

    def test_the_answer_is_looked_up(self, payments, payment, provider, challenge):
        with pytest.raises(ActionRequired):
            payments.confirm(payment.payment_id)
        provider.pass_challenge(challenge.transaction_id)

        assert payments.confirm(payment.payment_id).moved == DUE

    def test_another_card_waits_for_the_first(
        self, payments, payment, provider, challenge
    ):
        with pytest.raises(ActionRequired):
            payments.charge(payment.payment_id, card("good"))

        assert provider.calls.count("payment_charge") == 1

    def test_an_expired_one_stays_until_the_provider_ends_it(
        self, payments, payment, provider, challenge, clock
    ):
        clock.advance(minutes=16)
        payments.resume(payment.payment_id)
        assert payments.next_action(payment.payment_id) is not None

        provider.become(challenge.transaction_id, TransactionStatus.CANCELED)
        clock.advance(hours=1)
        payments.resume(payment.payment_id)

        assert payments.next_action(payment.payment_id) is None
        assert payments.outcome(payment.payment_id) is Outcome.NOT_PAID


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": ""},
        {"transaction_id": "", "url": "https://bank.test/1"},
    ],
)
def test_a_challenge_says_what_to_do_and_for_what(wrong):
    with pytest.raises(ValueError, match="challenge"):
        Challenge(**{"transaction_id": "T1", **wrong})


def test_a_challenge_shows_nothing_of_its_data(challenge):
    assert challenge.data["challenge"] not in repr(challenge)


def test_the_data_is_kept_no_longer_than_needed(payments, payment, challenge):
    with pytest.raises(PaymentDeclined):
        payments.confirm(payment.payment_id, canceled=True)

    assert operation(payments, payment).challenge is None


def test_it_is_looked_at_before_it_expires(payments, payment, challenge):
    row = operation(payments, payment)

    assert row.due < challenge.expires_at


def test_money_that_comes_after_a_decline_is_flagged(
    payments, payment, provider, challenge
):
    """A provider that charges what it declined: a person must look."""
    with pytest.raises(PaymentDeclined):
        payments.confirm(payment.payment_id, canceled=True)
    payments.charge(payment.payment_id, card("good"))
    provider.become(challenge.transaction_id, TransactionStatus.SUCCEEDED)

    now = payments.now()
    Reconciliation(payments).run(
        now - timedelta(hours=1), now + timedelta(hours=1), repair=True
    )

    assert Flag.DOUBLE_CAPTURE in payments.get(payment.payment_id).flags


class TestAMessage:
    """The provider says that the shopper answered at the bank, or that it is over."""

    @pytest.fixture
    def provider(self, provider):
        provider.secret = "a secret of the tests"
        return provider

    def test_it_brings_the_money_in(self, payments, payment, provider, challenge, shop):
        provider.pass_challenge(challenge.transaction_id)

        payments.receive_webhook(provider.message(challenge.transaction_id))

        assert payments.get(payment.payment_id).state is PaymentState.PAID
        assert len(shop.notified) == 1

    def test_one_that_comes_too_early_comes_again(
        self, payments, payment, provider, challenge
    ):
        message = provider.message(challenge.transaction_id)
        with pytest.raises(OutcomeUnknown):
            payments.receive_webhook(message)
        assert payments.next_action(payment.payment_id) == challenge

        provider.pass_challenge(challenge.transaction_id)
        payments.receive_webhook(message)

        assert payments.get(payment.payment_id).state is PaymentState.PAID
