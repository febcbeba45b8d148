"""What happened between a look and a write; each was found by a seeded history."""

import time
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest

from payment_hooks import (
    MemoryLedger,
    Mode,
    Money,
    OperationKind,
    OperationState,
    OutcomeUnknown,
    Payments,
    PaymentSource,
    PaymentState,
    Policy,
    WrongState,
)
from payment_hooks.recovery.recovery import Recovery
from payment_hooks.testing import FakeProvider

CARD = PaymentSource(token="tok-good")
DUE = Money.of("25.99", "USD")
TEN = Money.of("10.00", "USD")


class InterruptedLedger(MemoryLedger):
    """Lets something happen once, just before a write of its choice."""

    def __init__(self):
        super().__init__()
        self.interruptions = {}

    def before(self, write, do):
        self.interruptions[write] = do

    def replace_payment(self, payment):
        self._interrupt(f"payment {payment.state}")
        return super().replace_payment(payment)

    def add_operation(self, operation):
        self._interrupt(f"new {operation.kind}")
        return super().add_operation(operation)

    def _interrupt(self, write):
        do = self.interruptions.pop(write, None)
        if do is not None:
            do()


@pytest.fixture
def ledger():
    return InterruptedLedger()


@pytest.fixture
def payments(make_payments, ledger):
    return make_payments(ledger, wait_seconds=0)


@pytest.fixture
def payment_id(payments):
    return payments.open("100123", mode=Mode.IFRAME).payment_id


def test_a_charge_that_ends_while_the_payment_is_closed_has_paid_it(
    payments, ledger, payment_id
):
    ledger.before("payment closed", lambda: payments.charge(payment_id, CARD))

    closed = payments.close(payment_id)

    assert closed.state is PaymentState.PAID


def test_what_is_recorded_after_the_payment_was_closed_is_not_sent(
    payments, ledger, provider, payment_id
):
    ledger.before("new charge", lambda: payments.close(payment_id))

    with pytest.raises(WrongState) as caught:
        payments.charge(payment_id, CARD)

    assert caught.value.code == "payment_closed"
    assert "payment_charge" not in provider.calls
    [row] = payments.operations(payment_id)
    assert (row.state, row.transaction_id) == (OperationState.FAILED, "")
    assert payments.get(payment_id).state is PaymentState.CLOSED


def test_money_that_comes_while_closing_looks_again_is_seen(
    payments, ledger, provider, payment_id
):
    """The charge is on its way before the payment is closed, and ends just after."""
    sent, closed = Event(), Event()
    real_take, real_operations = provider._take, ledger.operations

    def take(*args):
        sent.set()
        assert closed.wait(60)
        return real_take(*args)

    charge = Thread(target=payments.charge, args=[payment_id, CARD])

    def send():
        charge.start()
        assert sent.wait(60)

    def look_after_the_charge(one):
        if sent.is_set():
            closed.set()
            charge.join(60)
        return real_operations(one)

    provider._take = take
    ledger.operations = look_after_the_charge
    ledger.before("payment closed", send)

    after = payments.close(payment_id)

    assert (after.state, after.flags) == (PaymentState.PAID, ())
    assert payments.get(payment_id).state is PaymentState.PAID


def test_a_closed_payment_in_doubt_is_followed_by_no_other(
    payments, ledger, provider, shop, payment_id
):
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", OutcomeUnknown("reset"))
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    payment = payments.get(payment_id)
    ledger.replace_payment(replace(payment, state=PaymentState.CLOSED))

    shop.due = TEN
    with pytest.raises(OutcomeUnknown):
        payments.open("100123", mode=Mode.IFRAME)


def test_whoever_was_held_up_before_sending_leases_anew(
    payments, ledger, provider, clock, payment_id
):
    seen = []
    provider_charge = provider._take

    def look(*args):
        row = payments.operations(payment_id)[0]
        seen.append(row.lease_until > clock())
        return provider_charge(*args)

    provider._take = look
    real = ledger.add_operation

    def held_up(operation):
        added = real(operation)
        clock.advance(minutes=32)
        return added

    ledger.add_operation = held_up
    payments.charge(payment_id, CARD)

    assert seen == [True]


def test_two_pages_resolved_at_once_are_one_payment(payments, ledger, provider, clock):
    payment_id = payments.open("200", mode=Mode.HOSTED).payment_id
    first = payments.start_checkout(payment_id)
    clock.advance(minutes=20)
    second = payments.start_checkout(payment_id)
    paid = [pay(provider, clock) for _ in range(2)]
    sender = payments.store
    real = sender.succeed

    def resolve_the_other_first(*args, **options):
        sender.succeed = real
        other = Thread(
            target=payments.resolve,
            args=[payment_id],
            kwargs={"transaction_id": paid[1], "session_id": second.session_id},
        )
        other.start()
        other.join()
        return real(*args, **options)

    sender.succeed = resolve_the_other_first
    payments.resolve(payment_id, transaction_id=paid[0], session_id=first.session_id)

    assert [row.flag for row in payments.operations(payment_id)] == [
        "double_capture",
        "",
    ]
    payment = payments.get(payment_id)
    assert (payment.state, payment.flags) == (PaymentState.PAID, ("double_capture",))


def pay(provider, clock):
    row = provider.pay_session(DUE)
    provider.ledger[row.transaction_id] = replace(row, created_at=clock())
    return row.transaction_id


def test_a_refund_that_was_overtaken_refunds_no_more_than_there_is(
    payments, ledger, provider, payment_id
):
    payments.charge(payment_id, CARD)
    ledger.before(
        "new refund", lambda: payments.refund(payment_id, TEN + TEN, intent_id="a")
    )

    with pytest.raises(WrongState, match=r"only 5\.99 USD is left"):
        payments.refund(payment_id, TEN, intent_id="b")

    assert provider.calls.count("payment_refund") == 1


@pytest.mark.parametrize(
    ("mine", "theirs", "why"),
    [("capture", "void", "it was voided"), ("void", "capture", "it was captured")],
)
def test_capture_and_void_do_not_both_happen(
    payments, ledger, provider, payment_id, mine, theirs, why
):
    payments.authorize(payment_id, CARD)
    ledger.before(f"new {mine}", lambda: getattr(payments, theirs)(payment_id))

    with pytest.raises(WrongState, match=why):
        getattr(payments, mine)(payment_id)

    refused = payments.operations(payment_id)[-1]
    assert (refused.kind, refused.state) == (OperationKind(mine), OperationState.FAILED)


def test_recovery_sends_no_capture_that_a_void_overtook(
    payments, ledger, provider, clock, payment_id
):
    payments.authorize(payment_id, CARD)
    real = ledger.replace_operation

    def down(operation, *args, **options):
        if operation.state is OperationState.FAILED:
            raise ConnectionError("the database is away")
        return real(operation, *args, **options)

    ledger.replace_operation = down
    ledger.before("new capture", lambda: payments.void(payment_id))
    with pytest.raises(ConnectionError):
        payments.capture(payment_id)

    ledger.replace_operation = real
    clock.advance(minutes=30)
    Recovery(payments).run()

    assert "payment_capture" not in provider.calls
    assert payments.get(payment_id).state is PaymentState.VOIDED


def test_no_one_waits_for_the_shop_to_be_notified():
    """Its lease is not a sender's: who waits may have locked what the shop waits for."""
    payments = Payments.using(FakeProvider(), policy=Policy(wait_seconds=300))
    payment = payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    source = PaymentSource(token="tok-good")
    done = payments.charge(payment.payment_id, source, notify=False)
    until = payments.now() + timedelta(minutes=9)
    payments.ledger.replace_operation(replace(done, lease_until=until))
    began = time.monotonic()

    seen = payments.store.wait(payments.ledger.get_operation(done.operation_id))

    assert seen.transaction_id == done.transaction_id
    assert time.monotonic() - began < 60
