"""Two workers at once, and a worker that dies: found by people who tried to break it."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest

from payment_hooks import (
    CheckResult,
    ConfigurationError,
    ErrorCode,
    KeyConflict,
    MemoryLedger,
    Mode,
    Money,
    OperationState,
    OutcomeUnknown,
    PaymentError,
    PaymentSource,
    PaymentState,
    ProviderUnavailable,
    WrongState,
    hookimpl,
)
from payment_hooks.engine.engine import FailedChecks
from payment_hooks.recovery import Recovery
from payment_hooks.storefront import pay

CARD = PaymentSource(token="tok-good")
OTHER = PaymentSource(token="tok-other")
DUE, NEW = Money(2599, "USD"), Money(2000, "USD")


class WrongCvc:
    @hookimpl(wrapper=True)
    def payment_charge(self, request):
        return replace((yield), cvc_check=CheckResult.FAILED)


class Dead(BaseException):
    """The end of a worker."""


class Hooked(MemoryLedger):
    """Lets something happen once, just before or just after an operation is added."""

    before_add = after_add = None

    def add_operation(self, operation):
        self._act("before_add")
        added = super().add_operation(operation)
        self._act("after_add")
        return added

    def _act(self, name):
        act = getattr(self, name)
        setattr(self, name, None)
        if act is not None:
            act()


@pytest.fixture
def ledger():
    return Hooked()


@pytest.fixture
def worker(make_payments, ledger):
    """Makes one more worker on the same ledger."""
    return lambda **policy: make_payments(ledger, **policy)


@pytest.fixture
def open_payment(worker):
    def open_one(mode=Mode.IFRAME, due=DUE):
        return worker().open("100", mode=mode, amount_due=due).payment_id

    return open_one


def at_once(*acts):
    threads = [Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def quietly(act):
    """The result, or the error that it raised."""
    try:
        return act()
    except PaymentError as error:
        return error


def test_a_payment_that_others_found_closed_is_not_opened_again(
    worker, open_payment, ledger, provider
):
    """Two requests with a new total close the old payment while an old tab pays it."""
    slow, quick, old_tab = worker(), worker(), worker()
    old = open_payment()
    closed, recorded, looked = Event(), Event(), Event()
    look, looks = slow._lifecycle._refuse_unresolved, []

    def look_late(payment_id):
        looks.append(payment_id)
        if len(looks) == 2:
            closed.set()
            assert recorded.wait(60)
        return look(payment_id)

    slow._lifecycle._refuse_unresolved = look_late
    results = {}

    def open_slowly():
        reopened = quietly(lambda: slow.open("100", mode=Mode.IFRAME, amount_due=NEW))
        results["slow"] = reopened
        looked.set()

    def wait_for_the_look():
        recorded.set()
        assert looked.wait(60)

    thread = Thread(target=open_slowly)
    thread.start()
    assert closed.wait(60)
    new = quick.open("100", mode=Mode.IFRAME, amount_due=NEW)
    ledger.after_add = wait_for_the_look
    with pytest.raises(WrongState):
        old_tab.charge(old, CARD)
    thread.join(60)
    quick.charge(new.payment_id, OTHER)

    assert isinstance(results["slow"], OutcomeUnknown)
    assert [row.amount for row in provider.ledger.values()] == [NEW]
    assert quick.get(old).state is PaymentState.CLOSED


def test_no_page_is_opened_for_a_payment_that_was_closed(worker, open_payment, ledger):
    old = open_payment(Mode.HOSTED)
    ledger.before_add = lambda: open_payment(Mode.IFRAME, NEW)

    with pytest.raises(WrongState) as caught:
        worker().start_checkout(old)

    assert caught.value.code == ErrorCode.PAYMENT_CLOSED


def test_a_second_submit_is_refused_as_the_first_one_was(
    worker, open_payment, provider
):
    """It waited while the provider said that it knows the key with other content."""
    payment_id = open_payment()
    provider.fail("payment_charge", KeyConflict("known", code="idempotency_error"))
    began, second = Event(), []

    def submit_again():
        began.set()
        second.append(quietly(lambda: worker().charge(payment_id, CARD)))

    thread = Thread(target=submit_again)

    def answer_late():
        thread.start()
        assert began.wait(60)

    provider.during("payment_charge", answer_late)
    first = quietly(lambda: worker().charge(payment_id, CARD))
    thread.join(60)

    assert [type(first), type(second[0])] == [KeyConflict, KeyConflict]
    assert provider.ledger == {}


def test_a_conflict_is_known_although_its_worker_died(worker, open_payment, provider):
    payment_id = open_payment()
    provider.fail("payment_charge", KeyConflict("known", code="idempotency_error"))
    dying = worker()
    refuse = dying.store.refuse

    def refuse_and_die(*args, **options):
        refuse(*args, **options)
        raise Dead

    dying.store.refuse = refuse_and_die
    with pytest.raises(Dead):
        dying.charge(payment_id, CARD)

    with pytest.raises(KeyConflict):
        worker().charge(payment_id, CARD)
    assert provider.ledger == {}


def test_a_failed_check_is_flagged_although_its_worker_died(
    worker, open_payment, registry, clock
):
    payment_id = open_payment()
    registry.register(WrongCvc())
    dying = worker(failed_checks=FailedChecks.FLAG)
    succeed = dying.store.succeed

    def succeed_and_die(*args, **options):
        succeed(*args, **options)
        raise Dead

    dying.store.succeed = succeed_and_die
    with pytest.raises(Dead):
        dying.charge(payment_id, CARD)
    clock.advance(minutes=5)
    Recovery(worker(failed_checks=FailedChecks.FLAG)).run()

    payment = worker().get(payment_id)
    assert (payment.state, payment.flags) == (PaymentState.PAID, ("cvc_check_failed",))


class Together(MemoryLedger):
    """Two successes are written at the same moment: both were judged before."""

    meeting = None

    def replace_operation(self, operation, payment=None, **options):
        is_new = operation.state is OperationState.SUCCEEDED and not operation.notified
        meeting = self.meeting
        if is_new and meeting is not None and operation.lease_until is None:
            meeting.wait()
            self.meeting = None
        return super().replace_operation(operation, payment, **options)


def test_two_payments_of_one_reference_are_not_both_paid(
    make_payments, provider, clock
):
    """A page of the closed one, paid late, beside the charge of the next one."""
    ledger = Together()
    one, other = make_payments(ledger), make_payments(ledger)
    old = one.open("100", mode=Mode.HOSTED, amount_due=DUE).payment_id
    page = one.start_checkout(old).session_id
    new = one.open("100", mode=Mode.IFRAME, amount_due=DUE).payment_id
    paid = provider.pay_session(DUE, page).transaction_id
    ledger.meeting = Barrier(2, timeout=60)

    at_once(
        lambda: one.resolve(old, transaction_id=paid, session_id=page),
        lambda: other.charge(new, CARD),
    )

    flags = [one.operations(row)[-1].flag for row in (old, new)]
    assert sorted(flags) == ["", "double_capture"]
    states = [one.get(row).state for row in (old, new)]
    assert states.count(PaymentState.PAID) == 1


def test_one_transaction_is_not_recorded_on_two_pages(make_payments, provider, clock):
    """A return that names its session, and a message that names none."""
    ledger = Together()
    one, other = make_payments(ledger), make_payments(ledger)
    payment_id = one.open("100", mode=Mode.HOSTED, amount_due=DUE).payment_id
    first = one.start_checkout(payment_id).session_id
    clock.advance(minutes=20)
    one.start_checkout(payment_id)
    paid = provider.pay_session(DUE).transaction_id
    provider.ledger[paid] = replace(
        provider.ledger[paid], created_at=clock() + timedelta(seconds=1)
    )
    ledger.meeting = Barrier(2, timeout=60)

    at_once(
        lambda: one.resolve(payment_id, transaction_id=paid, session_id=first),
        lambda: other.resolve(payment_id, transaction_id=paid),
    )

    rows = one.operations(payment_id)
    assert sorted(row.transaction_id for row in rows) == ["", paid]
    assert one.get(payment_id).flags == ()
    assert one.get(payment_id).state is PaymentState.PAID


def test_money_that_cannot_be_released_for_want_of_a_key_is_unknown(
    worker, open_payment, provider, registry
):
    payment_id = open_payment()
    registry.register(WrongCvc())
    provider.fail("payment_refund", ConfigurationError("the key is missing"))
    payments = worker(failed_checks=FailedChecks.VOID)

    progress = pay(payments, payments.get(payment_id), CARD)

    assert isinstance(progress.refusal, OutcomeUnknown)
    assert progress.refusal.code == ErrorCode.NOT_RELEASED


def test_an_unknown_outcome_stays_so_where_a_key_for_looking_is_missing(
    worker, open_payment, provider, clock
):
    """The shopper must not read that nothing was charged."""
    payments, payment_id = worker(), open_payment()
    provider.fail("payment_charge", OutcomeUnknown("lost"), after=True)
    provider.fail("payment_retry", OutcomeUnknown("lost"))
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    missing = ConfigurationError("the key for looking is missing")

    provider.fail("payment_find", missing)
    with pytest.raises(ProviderUnavailable) as caught:
        payments.resolve(payment_id)
    provider.fail("payment_find", missing)
    progress = pay(payments, payments.get(payment_id), None)

    assert caught.value.code == ErrorCode.CONFIGURATION
    assert isinstance(progress.refusal, OutcomeUnknown)
    [row] = payments.operations(payment_id)
    assert (row.state, row.lease_until) == (OperationState.UNKNOWN, None)
