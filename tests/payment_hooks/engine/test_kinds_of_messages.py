"""What a message is about decides what is done: look, adopt, flag, or nothing."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import (
    EventKind,
    Mode,
    Money,
    OperationKind,
    OperationState,
    OutcomeUnknown,
    PaymentSource,
    PaymentState,
    ProviderUnavailable,
    TransactionKind,
    TransactionStatus,
    WebhookRejected,
    hookimpl,
)
from payment_hooks.recovery import Recovery
from payment_hooks.recovery.reconciliation import Reconciliation

CARD = PaymentSource(token="tok-good")
DUE = Money(2599, "USD")
FIVE = Money(500, "USD")


@pytest.fixture
def provider(provider):
    provider.secret = "the webhooks' own"
    return provider


@pytest.fixture
def payment_id(payments):
    return payments.open("100123", mode=Mode.IFRAME).payment_id


@pytest.fixture
def charged(payments, payment_id):
    return payments.charge(payment_id, CARD)


@pytest.fixture
def authorized(payments, payment_id):
    return payments.authorize(payment_id, CARD)


def refund_there(provider, charged, amount=FIVE, **names):
    return provider._add(
        TransactionKind.REFUND, amount, parent_id=charged.transaction_id, **names
    )


def capture_there(provider, authorized, amount=DUE):
    row = provider.ledger[authorized.transaction_id]
    taken = replace(row, kind=TransactionKind.CHARGE, captured=amount)
    provider.ledger[row.transaction_id] = taken


def deliver(payments, provider, operation, kind):
    message = provider.message(operation.transaction_id, kind=kind)
    return message, payments.receive_webhook(message)


def rows_of(payments, payment_id):
    """What stands in the ledger, without the ids and times of this run."""
    return [
        (row.kind, row.state, row.moved, row.flag, row.transaction_id)
        for row in payments.operations(payment_id)
    ]


def test_a_refund_made_in_the_dashboard_is_adopted_at_once(
    payments, provider, charged, shop, payment_id
):
    made = refund_there(provider, charged)

    deliver(payments, provider, charged, EventKind.REFUND)

    refund = payments.operations(payment_id)[-1]
    assert (refund.kind, refund.moved) == (OperationKind.REFUND, FIVE)
    assert (refund.transaction_id, refund.state) == (
        made.transaction_id,
        OperationState.SUCCEEDED,
    )
    assert payments.get(payment_id).state is PaymentState.PARTLY_REFUNDED
    assert shop.notified[-1].operation.kind is OperationKind.REFUND
    assert payments.ledger.find_events("") == ()


@pytest.mark.parametrize("kind", [EventKind.REFUND, EventKind.CAPTURE])
def test_two_refunds_and_a_late_message_leave_what_reconciliation_leaves(
    payments, provider, charged, payment_id, clock, kind
):
    for _ in range(2):
        refund_there(provider, charged)
    for _ in range(2):
        deliver(payments, provider, charged, kind)
    adopted = rows_of(payments, payment_id)

    hour = timedelta(hours=1)
    report = Reconciliation(payments).run(clock() - hour, clock() + hour, repair=True)

    assert report.findings == ()
    assert rows_of(payments, payment_id) == adopted
    assert len(adopted) == 3


def test_a_capture_made_in_the_dashboard_is_adopted_at_once(
    payments, provider, authorized, shop, payment_id
):
    capture_there(provider, authorized)

    deliver(payments, provider, authorized, EventKind.CAPTURE)

    assert payments.get(payment_id).state is PaymentState.PAID
    assert payments.operations(payment_id)[-1].kind is OperationKind.CAPTURE
    assert shop.notified[-1].operation.kind is OperationKind.CAPTURE


def test_a_message_of_our_own_refund_adds_nothing(
    payments, provider, charged, shop, payment_id
):
    payments.refund(payment_id, FIVE, intent_id="a")

    deliver(payments, provider, charged, EventKind.REFUND)

    assert len(payments.operations(payment_id)) == len(shop.notified) == 2


def test_a_message_finds_the_refund_whose_answer_was_lost(
    payments, provider, charged, payment_id
):
    provider.fail("payment_refund", OutcomeUnknown("reset"), after=True)
    with pytest.raises(OutcomeUnknown):
        payments.refund(payment_id, FIVE, intent_id="a")

    deliver(payments, provider, charged, EventKind.REFUND)

    [_, refund] = payments.operations(payment_id)
    assert refund.state is OperationState.SUCCEEDED


def test_a_refund_that_arrives_while_its_answer_is_on_its_way_is_one_refund(
    payments, provider, charged, payment_id, registry
):
    class Early:
        """The message overtakes the answer."""

        @hookimpl(wrapper=True)
        def payment_refund(self, request):
            answer = yield
            deliver(payments, provider, charged, EventKind.REFUND)
            return answer

    registry.register(Early())

    payments.refund(payment_id, FIVE, intent_id="a")

    assert [row.kind for row in payments.operations(payment_id)] == [
        OperationKind.CHARGE,
        OperationKind.REFUND,
    ]


def test_a_refund_that_may_be_ours_keeps_the_message_until_ours_is_known(
    payments, provider, charged, payment_id
):
    provider.fail("payment_refund", OutcomeUnknown("reset"))
    with pytest.raises(OutcomeUnknown):
        payments.refund(payment_id, FIVE, intent_id="a")
    refund_there(provider, charged)

    with pytest.raises(OutcomeUnknown):
        deliver(payments, provider, charged, EventKind.REFUND)

    [left] = payments.match_messages()
    assert (left.kind, "look again" in left.remedy) == (EventKind.REFUND, True)


def test_more_than_was_charged_is_flagged_as_reconciliation_flags_it(
    payments, provider, charged, payment_id
):
    refund_there(provider, charged, Money(9999, "USD"))

    deliver(payments, provider, charged, EventKind.REFUND)

    assert payments.get(payment_id).flags == ("refund_too_large",)


def test_a_recorded_refund_that_failed_later_is_flagged(
    payments, provider, charged, payment_id
):
    refund = payments.refund(payment_id, FIVE, intent_id="a")
    provider.become(refund.transaction_id, TransactionStatus.FAILED)

    deliver(payments, provider, charged, EventKind.REFUND)

    assert payments.get(payment_id).flags == ("refund_failed",)


def test_recovery_adopts_what_could_not_be_asked_for(
    payments, provider, charged, payment_id
):
    refund_there(provider, charged)
    provider.fail("payment_retrieve", ProviderUnavailable("down"))
    with pytest.raises(ProviderUnavailable):
        deliver(payments, provider, charged, EventKind.REFUND)

    report = Recovery(payments).run()

    assert report.messages == ()
    assert payments.get(payment_id).state is PaymentState.PARTLY_REFUNDED


def test_a_refund_that_names_a_session_is_kept_where_recovery_looks(
    payments, provider, charged, payment_id
):
    refund_there(provider, charged)
    message = provider.message(
        charged.transaction_id, "some-session", kind=EventKind.REFUND
    )
    provider.fail("payment_retrieve", ProviderUnavailable("down"))
    with pytest.raises(ProviderUnavailable):
        payments.receive_webhook(message)

    assert Recovery(payments).run().messages == ()
    assert payments.get(payment_id).state is PaymentState.PARTLY_REFUNDED


@pytest.mark.parametrize(
    "kind", [EventKind.REFUND, EventKind.CAPTURE, EventKind.DISPUTE]
)
def test_a_message_of_an_unknown_transaction_is_kept_for_a_person(
    payments, provider, kind
):
    payments.receive_webhook(provider.message("T-nobodys", kind=kind))

    [left] = Recovery(payments).run().messages

    assert (left.kind, left.transaction_id) == (kind, "T-nobodys")
    assert "provider" in left.remedy
    payments.dismiss_message(left.event_id)
    assert Recovery(payments).run().is_clean


def test_a_dispute_flags_the_payment_and_notifies_the_shop(
    payments, provider, charged, shop, payment_id
):
    first = shop.notified[-1].event_id

    deliver(payments, provider, charged, EventKind.DISPUTE)

    payment = payments.get(payment_id)
    assert (payment.state, payment.flags) == (PaymentState.PAID, ("disputed",))
    event = shop.notified[-1]
    assert event.payment.flags == ("disputed",)
    assert event.operation.operation_id == charged.operation_id
    assert event.event_id != first
    assert len(shop.notified) == 2


def test_a_dispute_that_is_delivered_again_is_one(
    payments, provider, charged, shop, payment_id
):
    message, _ = deliver(payments, provider, charged, EventKind.DISPUTE)

    payments.unflag(payment_id, "disputed")
    payments.receive_webhook(message)

    assert payments.get(payment_id).flags == ()
    assert len(shop.notified) == 2


def test_the_next_word_in_a_dispute_is_another_outcome(
    payments, provider, charged, shop
):
    for _ in range(2):
        deliver(payments, provider, charged, EventKind.DISPUTE)

    assert len({event.event_id for event in shop.notified}) == 3


def test_a_shop_that_fails_hears_of_the_dispute_again(
    payments, provider, charged, shop, clock
):
    shop.failures = [ValueError("busy")]
    deliver(payments, provider, charged, EventKind.DISPUTE)
    assert len(shop.notified) == 1

    clock.advance(minutes=5)
    Recovery(payments).run()

    assert len(shop.notified) == 2
    assert shop.notified[-1].payment.flags == ("disputed",)


def test_a_dispute_amid_the_first_notification_is_notified_all_the_same(
    payments, provider, payment_id, registry, clock, shop
):
    class Slow:
        """The dispute is written down while the shop hears of the charge."""

        is_done = False

        @hookimpl(tryfirst=True)
        def shop_payment_changed(self, event):
            if not self.is_done:
                self.is_done = True
                transaction_id = event.operation.transaction_id
                payments._inbox.receive(
                    provider.message(transaction_id, kind=EventKind.DISPUTE)
                )

    registry.register(Slow())
    payments.charge(payment_id, CARD)
    assert [event.payment.flags for event in shop.notified] == [()]

    clock.advance(minutes=5)
    Recovery(payments).run()

    assert [event.payment.flags for event in shop.notified] == [(), ("disputed",)]
    assert len({event.event_id for event in shop.notified}) == 2


def test_a_message_about_a_card_is_logged_and_done(payments, provider, shop, caplog):
    provider.calls.clear()

    with caplog.at_level(logging.INFO, "payment_hooks.engine.webhooks"):
        event = payments.receive_webhook(provider.message("", kind=EventKind.CARD))

    assert provider.calls == ["payment_read_webhook"]
    assert shop.notified == []
    assert payments.ledger.add_event(event) is False
    assert "webhook about a saved card" in caplog.messages
    assert Recovery(payments).run().is_clean


@pytest.mark.parametrize("kind", ["payout", "refund", None])
def test_a_kind_that_no_one_knows_is_rejected(
    payments, provider, registry, charged, kind
):
    class Reads:
        @hookimpl(wrapper=True)
        def payment_read_webhook(self, request):
            return replace((yield), kind=kind)

    registry.register(Reads())

    with pytest.raises(WebhookRejected) as caught:
        deliver(payments, provider, charged, EventKind.REFUND)

    assert caught.value.code == "event_kind_unknown"
    assert payments.ledger.find_events("") == ()
