"""Hosted sessions and webhooks: look before you believe."""

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from payment_hooks import (
    EventKind,
    MemoryLedger,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentError,
    PaymentState,
    ProviderUnavailable,
    WebhookEvent,
    WebhookRejected,
    WebhookRequest,
    hookimpl,
)

DUE = Money(2599, "USD")


class Messages:
    """Reads a webhook whose body names the transaction and the session."""

    merchant_id = "FAKEMERCHANT1"
    approved = True

    @hookimpl(wrapper=True)
    def payment_read_webhook(self, request):
        yield
        transaction_id, _, session_id = request.body.decode().partition(" ")
        return WebhookEvent(
            kind=EventKind.PAYMENT,
            event_id=request.body.decode(),
            provider="fake",
            merchant_id=self.merchant_id,
            transaction_id=transaction_id,
            session_id=session_id,
            approved=self.approved,
            occurred_at=request.received_at,
        )


@pytest.fixture
def messages(registry):
    messages = Messages()
    registry.register(messages)
    return messages


@pytest.fixture
def hosted(payments):
    payment = payments.open("100123", mode=Mode.HOSTED)
    return payment.payment_id, payments.start_checkout(payment.payment_id)


def send(payments, clock, transaction_id, session_id=""):
    body = f"{transaction_id} {session_id}".strip().encode()
    return payments.receive_webhook(
        WebhookRequest(body=body, headers={}, received_at=clock())
    )


def test_a_session_that_is_good_is_given_again(payments, hosted):
    payment_id, session = hosted

    assert payments.start_checkout(payment_id) == session


def test_an_old_session_is_renewed(payments, hosted, clock):
    payment_id, session = hosted
    clock.advance(minutes=15)

    renewed = payments.start_checkout(payment_id)

    assert renewed.session_id != session.session_id


def test_a_webhook_pays_the_order_once(
    payments, hosted, messages, provider, clock, shop
):
    payment_id, session = hosted
    paid = provider.pay_session(DUE)

    for _ in range(3):
        send(payments, clock, paid.transaction_id, session.session_id)
    payments.resolve(payment_id)

    assert payments.get(payment_id).state is PaymentState.PAID
    assert len(shop.notified) == 1


def test_a_webhook_and_a_return_at_once_both_end_well(
    payments, hosted, messages, provider, clock, registry, shop
):
    payment_id, session = hosted
    paid = provider.pay_session(DUE)
    failures = []

    def deliver():
        try:
            send(payments, clock, paid.transaction_id, session.session_id)
        except PaymentError as error:
            failures.append(error)

    class SlowProvider:
        other = Thread(target=deliver)

        @hookimpl(wrapper=True)
        def payment_retrieve(self, request):
            if not self.other.ident:
                self.other.start()
                self.other.join(0.3)
            return (yield)

    registry.register(SlowProvider())
    payments.resolve(
        payment_id,
        transaction_id=paid.transaction_id,
        session_id=session.session_id,
    )
    SlowProvider.other.join()

    assert failures == []
    assert payments.get(payment_id).state is PaymentState.PAID
    assert len(shop.notified) == 1


def test_a_webhook_without_a_session_changes_nothing_and_is_kept(
    payments, hosted, messages, provider, clock
):
    payment_id, _ = hosted
    paid = provider.pay_session(DUE)

    send(payments, clock, paid.transaction_id)

    assert payments.get(payment_id).state is PaymentState.OPEN


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"amount": Money(100, "USD")}, "amount_differs"),
        ({"amount": Money(2599, "CAD")}, "currency_differs"),
        ({"merchant_id": "OTHERMERCHANT"}, "merchant_differs"),
        ({"partial_approval": True}, "partial_approval"),
        ({"tip": Money(100, "USD")}, "amount_differs"),
        ({"operation_id": "another-operation"}, "reference_differs"),
    ],
)
def test_a_transaction_that_does_not_fit_is_flagged_not_paid(
    payments, hosted, messages, provider, clock, change, flag
):
    payment_id, session = hosted
    paid = provider.pay_session(DUE)
    provider.ledger[paid.transaction_id] = replace(paid, **change)

    send(payments, clock, paid.transaction_id, session.session_id)

    payment = payments.get(payment_id)
    assert (payment.state, payment.flags) == (PaymentState.OPEN, (flag,))


def test_money_from_before_the_session_is_not_the_sessions(
    payments, hosted, messages, provider, clock
):
    payment_id, session = hosted
    paid = provider.pay_session(DUE)
    provider.ledger[paid.transaction_id] = replace(
        paid, created_at=clock() - timedelta(hours=1)
    )

    send(payments, clock, paid.transaction_id, session.session_id)

    assert payments.get(payment_id).flags == ("older_than_asked",)


def test_one_transaction_cannot_pay_two_orders(
    payments, hosted, messages, provider, clock
):
    _, session = hosted
    other = payments.open("200", mode=Mode.HOSTED)
    other_session = payments.start_checkout(other.payment_id)
    paid = provider.pay_session(DUE)

    send(payments, clock, paid.transaction_id, session.session_id)
    send(payments, clock, paid.transaction_id, other_session.session_id)

    assert payments.get(other.payment_id).state is PaymentState.OPEN
    assert payments.get(other.payment_id).flags == ("transaction_of_another_payment",)


def test_a_message_that_names_the_wrong_page_does_not_use_it_up(
    payments, hosted, messages, provider, clock
):
    payment_id, session = hosted
    old = provider.pay_session(DUE)
    provider.ledger[old.transaction_id] = replace(
        old, created_at=clock() - timedelta(hours=1)
    )
    send(payments, clock, old.transaction_id, session.session_id)

    paid = provider.pay_session(DUE)
    send(payments, clock, paid.transaction_id, session.session_id)

    assert payments.get(payment_id).state is PaymentState.PAID


def test_a_payment_without_a_session_belongs_to_the_page_that_was_open(
    payments, hosted, provider, clock
):
    payment_id, _ = hosted
    paid = provider.pay_session(DUE)
    provider.ledger[paid.transaction_id] = replace(paid, created_at=clock())
    clock.advance(minutes=20)
    payments.start_checkout(payment_id)

    resolved = payments.resolve(payment_id, transaction_id=paid.transaction_id)

    assert (resolved.state, resolved.flags) == (PaymentState.PAID, ())


def test_two_paid_sessions_are_one_payment_and_a_flag(
    payments, hosted, messages, provider, clock, shop
):
    payment_id, first = hosted
    clock.advance(minutes=15)
    second = payments.start_checkout(payment_id)

    for session in (second, first):
        paid = provider.pay_session(DUE)
        provider.ledger[paid.transaction_id] = replace(paid, created_at=clock())
        send(payments, clock, paid.transaction_id, session.session_id)

    payment = payments.get(payment_id)
    assert (payment.state, payment.flags) == (PaymentState.PAID, ("double_capture",))
    assert payments.refundable(payment_id) == DUE


def test_money_after_cancelling_is_money_all_the_same(
    payments, hosted, messages, provider, clock
):
    payment_id, session = hosted
    payments.close(payment_id)
    paid = provider.pay_session(DUE)

    send(payments, clock, paid.transaction_id, session.session_id)

    assert payments.get(payment_id).state is PaymentState.PAID


def test_a_declined_message_changes_nothing(
    payments, hosted, messages, provider, clock
):
    payment_id, session = hosted
    messages.approved = False

    send(payments, clock, "T99", session.session_id)

    assert payments.get(payment_id).state is PaymentState.OPEN


def test_another_merchants_message_is_rejected(payments, hosted, messages, clock):
    messages.merchant_id = "OTHERMERCHANT"

    with pytest.raises(WebhookRejected):
        send(payments, clock, "T99", hosted[1].session_id)


def test_a_message_whose_effect_failed_works_when_delivered_again(
    payments, hosted, messages, provider, clock
):
    payment_id, session = hosted
    paid = provider.pay_session(DUE)
    provider.fail("payment_retrieve", ProviderUnavailable("down"))

    with pytest.raises(ProviderUnavailable):
        send(payments, clock, paid.transaction_id, session.session_id)
    send(payments, clock, paid.transaction_id, session.session_id)

    assert payments.get(payment_id).state is PaymentState.PAID


def test_a_message_whose_effect_failed_is_applied_when_the_shopper_returns(
    payments, hosted, messages, provider, clock, shop
):
    payment_id, session = hosted
    paid = provider.pay_session(DUE)
    provider.fail("payment_retrieve", ProviderUnavailable("down"))
    with pytest.raises(ProviderUnavailable):
        send(payments, clock, paid.transaction_id, session.session_id)

    state = payments.resolve(payment_id).state

    assert (state, len(shop.notified)) == (PaymentState.PAID, 1)


def test_a_transaction_that_cannot_be_read_yet_stays_open(
    payments, hosted, messages, clock
):
    payment_id, session = hosted

    with pytest.raises(OutcomeUnknown):
        send(payments, clock, "T404", session.session_id)

    assert payments.get(payment_id).state is PaymentState.OPEN


def test_an_unpaid_session_makes_room_for_unknown_outcomes(payments, hosted, clock):
    payment_id, session = hosted
    clock.advance(minutes=16)
    due = payments.ledger.due_operations(clock(), 10)

    payments.resolve(payment_id)

    assert [row.page.session_id for row in due] == [session.session_id]
    assert payments.ledger.due_operations(clock(), 10) == ()
    clock.advance(hours=2)
    assert len(payments.ledger.due_operations(clock(), 10)) == 1


def test_who_comes_second_to_a_page_leaves_nothing_due(make_payments, provider, clock):
    """The other one had the page, and the shop was notified, while this one waited."""

    class SeenTooEarly(MemoryLedger):
        early = None

        def operations(self, payment_id):
            found, self.early = self.early, None
            return found or super().operations(payment_id)

    ledger = SeenTooEarly()
    payments = make_payments(ledger)
    payment_id = payments.open("100123", mode=Mode.HOSTED).payment_id
    page = payments.start_checkout(payment_id)
    [waiting] = ledger.operations(payment_id)
    paid = provider.pay_session(DUE).transaction_id
    until = clock() + timedelta(seconds=30)
    payments.resolve(payment_id, transaction_id=paid, session_id=page.session_id)

    ledger.early = (replace(waiting, lease_until=until),)
    payments.resolve(payment_id, transaction_id=paid, session_id=page.session_id)

    [done] = ledger.operations(payment_id)
    assert (done.notified, done.due) == (True, None)
