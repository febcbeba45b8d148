"""What is found is not what was moved: its status decides, whoever found it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import (
    EventKind,
    InvalidRequest,
    Mode,
    Money,
    OperationKind,
    OperationState,
    OutcomeUnknown,
    PaymentError,
    PaymentSource,
    PaymentState,
    ProviderUnavailable,
    TransactionKind,
    TransactionStatus,
    WebhookEvent,
    hookimpl,
)
from payment_hooks.recovery.reconciliation import Reconciliation

CARD = PaymentSource(token="tok-good")
OTHER_CARD = PaymentSource(token="tok-other")
DUE = Money(2599, "USD")
PENDING, SUCCEEDED = TransactionStatus.PENDING, TransactionStatus.SUCCEEDED
FAILED, VOIDED = TransactionStatus.FAILED, TransactionStatus.VOIDED
NO = [row for row in TransactionStatus if row not in (PENDING, SUCCEEDED)]
LOST = OutcomeUnknown("reset")


def set_status(provider, status, number=-1):
    """The provider says this of one of its movements from now on."""
    name = list(provider.ledger)[number]
    provider.ledger[name] = replace(provider.ledger[name], status=status)
    return name


@pytest.fixture
def payment_id(payments):
    return payments.open("100123", mode=Mode.IFRAME).payment_id


@pytest.fixture
def look(payments, clock):
    """Each way that finds a transaction without the shopper."""

    def resolve(payment_id):
        return payments.resolve(payment_id)

    def reconcile(payment_id):
        now = clock()
        Reconciliation(payments).run(
            now - timedelta(days=1), now + timedelta(hours=1), repair=True
        )
        return payments.get(payment_id)

    return {"resolve": resolve, "reconcile": reconcile}


def lose(provider, *hooks):
    for hook in hooks:
        provider.fail(hook, LOST, after=True)
    provider.fail("payment_retry", ProviderUnavailable("down"))


@pytest.mark.parametrize("way", ["resolve", "reconcile"])
@pytest.mark.parametrize("take", ["charge", "authorize"])
@pytest.mark.parametrize("status", NO)
def test_a_lost_take_that_brought_nothing_is_a_no(
    payments, provider, shop, payment_id, look, status, take, way
):
    lose(provider, f"payment_{take}")
    with pytest.raises(OutcomeUnknown):
        getattr(payments, take)(payment_id, CARD)
    set_status(provider, status)

    payment = look[way](payment_id)

    [operation] = payments.operations(payment_id)
    assert (payment.state, operation.state.is_open) == (PaymentState.OPEN, False)
    assert [state for _, state in shop.states()] == [operation.state]
    again = payments.charge(payment_id, OTHER_CARD)
    assert again.state is OperationState.SUCCEEDED


@pytest.mark.parametrize("way", ["resolve", "reconcile"])
def test_a_lost_take_that_is_pending_stays_unknown(
    payments, provider, shop, payment_id, look, way
):
    lose(provider, "payment_charge")
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    set_status(provider, PENDING)

    assert look[way](payment_id).state is PaymentState.OPEN
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, OTHER_CARD)
    assert shop.notified == []

    set_status(provider, SUCCEEDED)
    assert payments.resolve(payment_id).state is PaymentState.PAID
    assert len(provider.ledger) == 1


@pytest.mark.parametrize("take", ["charge", "authorize"])
@pytest.mark.parametrize("status", NO)
def test_an_answer_that_brought_nothing_is_a_no(
    payments, provider, payment_id, status, take
):
    provider.next_status = status

    with pytest.raises(PaymentError) as caught:
        getattr(payments, take)(payment_id, CARD)

    assert not isinstance(caught.value, OutcomeUnknown)
    assert payments.get(payment_id).state is PaymentState.OPEN
    assert not payments.operations(payment_id)[0].state.is_open


def test_an_answer_that_is_pending_is_an_unknown_outcome_until_it_is_not(
    payments, provider, payment_id
):
    provider.next_status = PENDING

    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    assert payments.resolve(payment_id).state is PaymentState.OPEN

    set_status(provider, FAILED)
    assert payments.resolve(payment_id).state is PaymentState.OPEN
    assert payments.operations(payment_id)[0].state is OperationState.DECLINED


@pytest.fixture
def hosted(payments):
    payment_id = payments.open("100124", mode=Mode.HOSTED).payment_id
    return payment_id, payments.start_checkout(payment_id).session_id


def test_a_page_whose_payment_is_pending_is_looked_at_again(payments, provider, hosted):
    payment_id, session_id = hosted
    paid = provider.pay_session(DUE).transaction_id
    set_status(provider, PENDING)

    with pytest.raises(OutcomeUnknown, match="pending"):
        payments.resolve(payment_id, transaction_id=paid, session_id=session_id)
    assert payments.get(payment_id).state is PaymentState.OPEN

    set_status(provider, SUCCEEDED)
    payment = payments.resolve(payment_id, transaction_id=paid, session_id=session_id)
    assert payment.state is PaymentState.PAID


@pytest.mark.parametrize("status", NO)
def test_a_page_whose_payment_brought_nothing_can_be_paid_still(
    payments, provider, hosted, status
):
    payment_id, session_id = hosted
    stopped = provider.pay_session(DUE).transaction_id
    set_status(provider, status)

    payment = payments.resolve(
        payment_id, transaction_id=stopped, session_id=session_id
    )
    assert payment.state is PaymentState.OPEN

    paid = provider.pay_session(DUE).transaction_id
    payment = payments.resolve(payment_id, transaction_id=paid, session_id=session_id)
    assert payment.state is PaymentState.PAID


class Message:
    """One that says that this transaction paid that session."""

    def __init__(self, transaction_id, session_id):
        self.transaction_id, self.session_id = transaction_id, session_id

    @hookimpl(wrapper=True)
    def payment_read_webhook(self, request):
        yield
        return WebhookEvent(
            kind=EventKind.PAYMENT,
            event_id="e1",
            provider="fake",
            merchant_id="FAKEMERCHANT1",
            transaction_id=self.transaction_id,
            session_id=self.session_id,
            approved=True,
            occurred_at=request.received_at,
        )


def test_the_message_of_a_pending_payment_is_kept_until_it_counts(
    payments, provider, registry, hosted
):
    payment_id, session_id = hosted
    paid = provider.pay_session(DUE).transaction_id
    set_status(provider, PENDING)
    registry.register(Message(paid, session_id))
    with pytest.raises(OutcomeUnknown):
        payments.receive_webhook(provider.message(paid, session_id))

    set_status(provider, SUCCEEDED)

    assert payments.resolve(payment_id).state is PaymentState.PAID


@pytest.mark.parametrize("way", ["resolve", "reconcile"])
@pytest.mark.parametrize("status", NO)
def test_a_lost_refund_that_gave_nothing_back_is_a_no(
    payments, provider, payment_id, look, clock, status, way
):
    payments.charge(payment_id, CARD)
    provider.fail("payment_refund", LOST, after=True)
    with pytest.raises(OutcomeUnknown):
        payments.refund(payment_id, intent_id="form-1")
    set_status(provider, status)

    assert look[way](payment_id).state is PaymentState.PAID
    assert payments.refundable(payment_id) == DUE
    again = payments.refund(payment_id, intent_id="form-2")
    assert again.moved == DUE
    assert payments.get(payment_id).state is PaymentState.REFUNDED


@pytest.mark.parametrize("status", [PENDING, FAILED])
def test_a_lost_capture_that_took_nothing_is_not_called_paid(
    payments, provider, payment_id, status
):
    payments.authorize(payment_id, CARD)
    provider.fail("payment_capture", LOST, after=True)
    with pytest.raises(OutcomeUnknown):
        payments.capture(payment_id)
    set_status(provider, status)

    assert payments.resolve(payment_id).state is PaymentState.AUTHORIZED
    is_open = payments.operations(payment_id)[1].state.is_open
    assert is_open is (status is PENDING)


def test_a_lost_capture_of_what_was_voided_meanwhile_is_a_no(
    payments, provider, payment_id
):
    payments.authorize(payment_id, CARD)
    provider.fail("payment_capture", LOST)
    with pytest.raises(OutcomeUnknown):
        payments.capture(payment_id)
    set_status(provider, VOIDED)

    payments.resolve(payment_id)

    capture = payments.operations(payment_id)[1]
    assert (capture.state, capture.code) == (OperationState.FAILED, "voided")


def captured_there(provider):
    name = next(iter(provider.ledger))
    provider.ledger[name] = replace(
        provider.ledger[name], kind=TransactionKind.CHARGE, captured=DUE
    )


@pytest.mark.parametrize("status", [VOIDED, SUCCEEDED])
def test_what_was_voided_never_becomes_paid(
    payments, provider, payment_id, look, status
):
    payments.authorize(payment_id, CARD)
    payments.void(payment_id)
    captured_there(provider)
    set_status(provider, status, number=0)

    payment = look["reconcile"](payment_id)

    assert payment.state is PaymentState.VOIDED
    is_flagged = status is SUCCEEDED
    assert payment.flags == (("captured_after_voided",) if is_flagged else ())


def test_what_was_voided_in_the_dashboard_is_voided_here(
    payments, provider, shop, payment_id, look
):
    payments.authorize(payment_id, CARD)
    set_status(provider, VOIDED)

    for _ in range(2):
        assert look["reconcile"](payment_id).state is PaymentState.VOIDED

    assert shop.states()[-1] == (OperationKind.VOID, OperationState.SUCCEEDED)
    assert len(payments.operations(payment_id)) == 2


def test_a_charge_that_was_voided_in_the_dashboard_is_refunded_here(
    payments, provider, payment_id, look
):
    payments.charge(payment_id, CARD)
    set_status(provider, VOIDED)

    for _ in range(2):
        assert look["reconcile"](payment_id).state is PaymentState.REFUNDED

    with pytest.raises(InvalidRequest):
        payments.refund(payment_id, DUE, intent_id="form-1")


def test_a_void_that_the_provider_also_lists_is_recorded_once(
    payments, provider, payment_id, look
):
    payments.charge(payment_id, CARD)
    charge = set_status(provider, VOIDED)
    back = provider._add(TransactionKind.REFUND, DUE, parent_id=charge)

    for _ in range(2):
        look["reconcile"](payment_id)

    returned = payments.operations(payment_id)[1:]
    assert [row.transaction_id for row in returned] == [back.transaction_id]


@pytest.mark.parametrize("status", [FAILED, VOIDED])
def test_a_refund_that_was_taken_back_asks_for_a_person(
    payments, provider, payment_id, look, status
):
    payments.charge(payment_id, CARD)
    payments.refund(payment_id, intent_id="form-1")
    set_status(provider, status)

    payment = look["reconcile"](payment_id)

    assert payment.state is PaymentState.REFUNDED
    assert payment.flags == (f"refund_{status}",)


def test_a_charge_that_failed_after_it_counted_asks_for_a_person(
    payments, provider, payment_id, look
):
    payments.charge(payment_id, CARD)
    set_status(provider, FAILED)

    assert look["reconcile"](payment_id).flags == ("money_failed",)


@pytest.mark.parametrize("status", [PENDING, *NO])
def test_what_is_no_money_and_no_ones_is_not_mentioned(
    payments, provider, clock, status
):
    charge = provider.pay_session(DUE).transaction_id
    provider._add(TransactionKind.REFUND, DUE, parent_id=charge)
    for number in (0, 1):
        set_status(provider, status, number)
    now = clock()

    report = Reconciliation(payments).run(
        now - timedelta(days=1), now + timedelta(hours=1), repair=True
    )

    assert report.findings == ()


def test_a_message_that_names_a_refund_leaves_the_page_to_its_money(
    payments, provider, hosted
):
    """Else the refund uses the page up, and the money that pays it is kept nowhere."""
    payment_id, session_id = hosted
    paid = provider.pay_session(DUE).transaction_id
    back = provider._add(TransactionKind.REFUND, Money(1300, "USD"), parent_id=paid)

    payments.resolve(
        payment_id, transaction_id=back.transaction_id, session_id=session_id
    )
    payment = payments.resolve(payment_id, transaction_id=paid, session_id=session_id)

    assert (payment.state, payment.flags) == (PaymentState.PAID, ("kind_differs",))
    [page] = payments.operations(payment_id)
    assert page.transaction_id == paid


@pytest.mark.parametrize("kind", [TransactionKind.REFUND, TransactionKind.VOID])
def test_what_gives_money_back_is_never_the_answer_to_a_charge(
    payments, provider, payment_id, kind
):
    lose(provider, "payment_charge")
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    [name] = provider.ledger
    provider.ledger[name] = replace(provider.ledger[name], kind=kind)

    payment = payments.resolve(payment_id)

    assert (payment.state, payment.flags) == (PaymentState.OPEN, ("kind_differs",))


def test_a_charge_that_is_only_reserved_is_not_called_paid(
    payments, provider, payment_id
):
    lose(provider, "payment_charge")
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    [name] = provider.ledger
    provider.ledger[name] = replace(
        provider.ledger[name], kind=TransactionKind.AUTHORIZATION, captured=None
    )

    payment = payments.resolve(payment_id)

    assert (payment.state, payment.flags) == (PaymentState.OPEN, ("not_captured",))
