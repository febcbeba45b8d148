"""Recovery: what was interrupted comes to an end, once, without anybody asking."""

from datetime import timedelta

import pytest

from payment_hooks import (
    InvalidRequest,
    MemoryLedger,
    Mode,
    Money,
    OperationKind,
    OperationState,
    OutcomeUnknown,
    Payments,
    PaymentSource,
    PaymentState,
    ProviderHooks,
    ProviderUnavailable,
)
from payment_hooks.recovery.recovery import Recovery
from payment_hooks.testing import FakeProvider

CARD = PaymentSource(token="tok-good")
FIVE = Money.of("5.00", "USD")


class Killed(BaseException):
    """The process ends here."""


class DyingLedger(MemoryLedger):
    """Dies when an operation of a kind is about to enter a state."""

    def __init__(self):
        super().__init__()
        self.deaths = []

    def replace_operation(self, operation, payment=None, **options):
        if (operation.kind, operation.state) in self.deaths:
            self.deaths.remove((operation.kind, operation.state))
            raise Killed
        return super().replace_operation(operation, payment, **options)


@pytest.fixture
def ledger():
    return DyingLedger()


@pytest.fixture
def payments(make_payments, ledger):
    return make_payments(ledger)


@pytest.fixture
def payment_id(payments):
    return payments.open("100123", mode=Mode.IFRAME).payment_id


def die(ledger, kind, state, call):
    ledger.deaths.append((kind, state))
    with pytest.raises(Killed):
        call()


def later(clock):
    clock.advance(minutes=30)


def test_nothing_due_is_nothing_to_report(payments):
    report = Recovery(payments).run()

    assert (report.rows, report.is_clean) == ((), True)


def test_a_lost_charge_is_found_and_notified_once(
    payments, provider, clock, payment_id
):
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", ProviderUnavailable("down"))
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)

    later(clock)
    first, second = Recovery(payments).run(), Recovery(payments).run()

    assert [row.state for row in first.rows] == [PaymentState.PAID]
    assert (first.is_clean, second.rows) == (True, ())


def test_an_answer_that_was_not_written_down_is_found(
    payments, ledger, provider, clock, payment_id
):
    die(
        ledger,
        OperationKind.CHARGE,
        OperationState.SUCCEEDED,
        lambda: payments.charge(payment_id, CARD),
    )

    later(clock)
    report = Recovery(payments).run()

    assert [row.state for row in report.rows] == [PaymentState.PAID]
    assert provider.calls.count("payment_charge") == 1


def test_a_charge_that_was_never_sent_is_closed(
    payments, ledger, provider, clock, payment_id
):
    die(
        ledger,
        OperationKind.CHARGE,
        OperationState.SENDING,
        lambda: payments.charge(payment_id, CARD),
    )

    later(clock)
    Recovery(payments).run()
    payments.charge(payment_id, CARD)

    states = [row.state for row in payments.operations(payment_id)]
    assert states == [OperationState.FAILED, OperationState.SUCCEEDED]
    assert len(provider.ledger) == 1


def test_a_refund_that_was_never_sent_is_sent_once(
    payments, ledger, provider, clock, payment_id
):
    payments.charge(payment_id, CARD)
    die(
        ledger,
        OperationKind.REFUND,
        OperationState.SENDING,
        lambda: payments.refund(payment_id, FIVE, intent_id="form-1"),
    )

    later(clock)
    reports = [Recovery(payments).run() for _ in range(2)]

    assert [row.state for row in reports[0].rows] == [PaymentState.PARTLY_REFUNDED]
    assert reports[1].rows == ()
    assert provider.calls.count("payment_refund") == 1


def test_a_refund_asked_for_anew_is_not_joined_by_the_interrupted_one(
    payments, ledger, provider, clock, payment_id
):
    payments.charge(payment_id, CARD)
    die(
        ledger,
        OperationKind.REFUND,
        OperationState.SENDING,
        lambda: payments.refund(payment_id, FIVE, intent_id="form-1"),
    )

    later(clock)
    payments.refund(payment_id, FIVE, intent_id="form-2")
    Recovery(payments).run()

    assert provider.calls.count("payment_refund") == 1


def test_what_another_process_is_sending_is_left_alone(
    payments, ledger, provider, payment_id
):
    die(
        ledger,
        OperationKind.CHARGE,
        OperationState.SUCCEEDED,
        lambda: payments.charge(payment_id, CARD),
    )

    report = Recovery(payments).run()

    assert report.rows == ()
    assert not {"payment_find", "payment_retrieve"} & set(provider.calls)


def test_a_shop_that_fails_is_notified_again_and_named(
    payments, shop, clock, payment_id
):
    shop.failures = [ValueError("first"), ValueError("second")]
    payments.charge(payment_id, CARD, notify=False)

    first = Recovery(payments).run()
    later(clock)
    second = Recovery(payments).run()
    later(clock)
    third = Recovery(payments).run()

    assert "could not be notified" in first.unresolved[0].problem
    assert not second.is_clean
    assert (third.is_clean, len(shop.notified)) == (True, 1)


def test_one_unknown_outcome_keeps_no_other_payment_waiting(payments, provider, clock):
    ids = [payments.open(f"10{n}", mode=Mode.IFRAME).payment_id for n in range(3)]
    for payment_id in ids:
        provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
        provider.fail("payment_retry", ProviderUnavailable("down"))
        with pytest.raises(OutcomeUnknown):
            payments.charge(payment_id, CARD)

    later(clock)
    provider.fail("payment_find", ProviderUnavailable("still down"))
    report = Recovery(payments).run()

    assert sorted(row.state for row in report.rows) == ["open", "paid", "paid"]
    assert len(report.unresolved) == 1


def test_an_unknown_outcome_is_looked_at_less_often_the_older_it_gets(
    payments, provider, clock, payment_id
):
    for _ in range(2):
        provider.fail("payment_charge", OutcomeUnknown("reset"))
    provider.fail("payment_retry", ProviderUnavailable("down"))
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)

    looks = 0
    for _ in range(11 * 60):
        clock.advance(minutes=1)
        looks += bool(Recovery(payments).run().rows)

    assert 10 <= looks <= 60
    clock.advance(hours=2)
    assert [row.state for row in Recovery(payments).run().rows] == [PaymentState.OPEN]
    assert not payments.operations(payment_id)[0].state.is_open


def test_an_abandoned_page_is_not_looked_at_for_ever(make_payments, ledger, clock):
    payments = make_payments(ledger)
    page = payments.open("100124", mode=Mode.HOSTED)
    payments.start_checkout(page.payment_id)

    for _ in range(30):
        clock.advance(hours=1)
        assert Recovery(payments).run().is_clean
    rows = ledger.due_operations(clock() + timedelta(days=365), 10)

    assert rows == ()


def test_progress_is_reported_for_each_payment(payments, provider, clock):
    payment_id = payments.open("7", mode=Mode.IFRAME).payment_id
    payments.charge(payment_id, CARD, notify=False)
    seen = []

    Recovery(payments).run(on_progress=lambda count, name: seen.append((count, name)))

    assert seen == [(1, "7")]


def test_no_more_than_the_limit_is_looked_at(payments):
    for number in range(5):
        reference = f"30{number}"
        payment_id = payments.open(reference, mode=Mode.IFRAME).payment_id
        payments.charge(payment_id, CARD, notify=False)

    assert len(Recovery(payments).run(limit=3).rows) == 3
    assert len(Recovery(payments).run().rows) == 2


def test_another_merchants_payments_are_left_to_it(
    payments, make_payments, ledger, provider, clock, payment_id
):
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", ProviderUnavailable("down"))
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    elsewhere = ProviderHooks.to(FakeProvider(merchant_id="OTHERMERCHANT"))
    other = Payments(elsewhere, ledger, now=clock)

    later(clock)
    theirs = Recovery(other).run()
    ours = Recovery(payments).run()

    assert theirs.rows == ()
    assert [row.state for row in ours.rows] == [PaymentState.PAID]


def test_nothing_moves_a_payment_of_another_merchant(payments, ledger, payment_id):
    other = Payments.using(FakeProvider(merchant_id="OTHERMERCHANT"), ledger=ledger)
    moves = [
        lambda: other.charge(payment_id, CARD),
        lambda: other.resolve(payment_id),
        lambda: other.refund(payment_id, FIVE, intent_id="1"),
        lambda: other.start_checkout(payment_id),
        lambda: other.void(payment_id),
    ]

    for move in moves:
        with pytest.raises(InvalidRequest) as caught:
            move()
        assert caught.value.code == "payment_of_another_merchant"
