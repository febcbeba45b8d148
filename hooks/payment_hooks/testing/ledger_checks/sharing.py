"""Checks of a ledger that many use at once: threads, processes, connections."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

import pytest

from payment_hooks.engine.payments import Payments
from payment_hooks.ledger.store import Ledger, StaleVersion
from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.kinds import Mode
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    Operation,
    OperationState,
    Payment,
    PaymentState,
)
from payment_hooks.spec.calling import ProviderHooks
from payment_hooks.testing.fake_provider import FakeProvider
from payment_hooks.testing.ledger_checks.hooks import StoreHooks
from payment_hooks.testing.ledger_checks.records import (
    make_event,
    make_operation,
    make_payment,
    make_refund,
)
from payment_hooks.testing.ledger_checks.threads import THREADS, at_once, elsewhere

Reopen = Callable[[], Ledger]
_TRIES = 500


class SharingChecks(StoreHooks):
    """What a ledger promises to several at a time."""

    def test_eight_threads_open_one_payment(self, ledger: Ledger) -> None:
        """All of them are given the same row."""
        results = at_once(
            lambda number: ledger.add_payment(make_payment(payment_id=f"p{number}")),
            self.leave_thread,
        )

        assert len({payment.payment_id for payment in results}) == 1
        assert ledger.find_payments(reference="100123") == (results[0],)

    def test_eight_threads_find_one_installation(
        self, ledger: Ledger, reopen: Reopen
    ) -> None:
        """Its id is part of every key: two ids would be two keys for one intent."""
        found = at_once(lambda _: reopen().installation_id(), self.leave_thread)

        assert set(found) == {ledger.installation_id()}
        assert ledger.installation_id()

    def test_eight_threads_record_one_intent(self, ledger: Ledger) -> None:
        """A double click, a second tab and a load balancer that tries again."""
        payment = ledger.add_payment(make_payment())

        results = at_once(
            lambda _: ledger.add_operation(make_operation(payment)), self.leave_thread
        )

        assert len({row.operation_id for row in results}) == 1
        assert ledger.operations("p1") == (results[0],)

    def test_eight_threads_open_one_slot(self, ledger: Ledger) -> None:
        """Though each of them comes with a key of its own."""
        payment = ledger.add_payment(make_payment())

        results = at_once(
            lambda number: ledger.add_operation(
                make_operation(payment, attempt=number + 1)
            ),
            self.leave_thread,
        )

        assert len({row.operation_id for row in results}) == 1
        assert ledger.operations("p1") == (results[0],)

    def test_eight_threads_with_eight_intents_record_them_all(
        self, ledger: Ledger
    ) -> None:
        """No caller fails because the store was busy."""
        payment = ledger.add_payment(make_payment())

        results = at_once(
            lambda number: ledger.add_operation(make_refund(payment, number)),
            self.leave_thread,
        )

        assert {row.intent.intent_id for row in results} == {
            f"form {number}" for number in range(THREADS)
        }
        assert _ids(ledger.operations("p1")) == _ids(results)

    def test_of_eight_writers_over_one_version_one_wins(self, ledger: Ledger) -> None:
        """A lease that two believe to own is no lease."""
        payment = ledger.add_payment(make_payment())
        operation = ledger.add_operation(make_operation(payment))

        def write(number: int) -> object:
            try:
                return ledger.replace_operation(
                    replace(operation, message=f"thread {number}")
                )
            except StaleVersion:
                return None

        written = [row for row in at_once(write, self.leave_thread) if row]

        assert written == [ledger.get_operation(operation.operation_id)]

    def test_who_closes_a_payment_or_who_sends_sees_the_other(
        self, ledger: Ledger
    ) -> None:
        """Of four payments, each closed by one thread while another one pays it.

        Closing looks for intents after the payment is closed; whoever pays looks at
        the payment after the intent is recorded.
        """
        pairs = range(THREADS // 2)
        for number in pairs:
            ledger.add_payment(
                make_payment(payment_id=f"p{number}", reference=f"{number}")
            )

        def act(number: int) -> bool:
            payment = ledger.get_payment(f"p{number // 2}")
            assert payment is not None
            is_payer = number % 2 == 1
            return _pays(ledger, payment) if is_payer else _sees(ledger, payment)

        results = at_once(act, self.leave_thread)

        seen, paid = results[::2], results[1::2]
        assert [one for one in pairs if paid[one] and not seen[one]] == []

    def test_no_write_of_eight_threads_is_lost(self, ledger: Ledger) -> None:
        """Each reads, adds its own and writes, again and again until it may."""
        ledger.add_payment(make_payment())

        at_once(lambda number: _add_flag(ledger, str(number)), self.leave_thread)

        payment = ledger.get_payment("p1")
        assert payment is not None
        assert sorted(payment.flags) == [str(number) for number in range(THREADS)]

    def test_eight_threads_keep_one_event(self, ledger: Ledger) -> None:
        """Many deliveries of the same message at once."""
        results = at_once(lambda _: ledger.add_event(make_event()), self.leave_thread)

        assert results == [True] * THREADS
        assert ledger.find_events("s1") == (make_event(),)

    def test_eight_threads_charge_once(self, ledger: Ledger) -> None:
        """`Payments` over this ledger: one call, one result for all."""
        provider = FakeProvider()
        payments = Payments(ProviderHooks.to(provider), ledger)
        payment = payments.open("9", mode=Mode.IFRAME, amount_due=Money(500, "USD"))

        results = at_once(
            lambda number: payments.charge(
                payment.payment_id, PaymentSource(token=f"tok-{number % 2}")
            ),
            self.leave_thread,
        )

        assert provider.calls.count("payment_charge") == 1
        assert {row.state for row in results} == {OperationState.SUCCEEDED}

    def test_what_was_added_is_seen_through_another_connection(
        self, ledger: Ledger, reopen: Reopen
    ) -> None:
        """Committed when the call returned, not when the request is over."""
        payment = ledger.add_payment(make_payment())
        operation = ledger.add_operation(make_operation(payment))
        ledger.add_event(make_event())

        seen = elsewhere(lambda: _look(reopen(), payment), self.leave_thread)

        assert seen == (payment, (operation,), (make_event(),))

    def test_what_was_written_is_seen_through_another_connection(
        self, ledger: Ledger, reopen: Reopen
    ) -> None:
        """The second write like the first."""
        payment = ledger.add_payment(make_payment())
        operation = ledger.add_operation(make_operation(payment))
        ledger.add_event(make_event())
        changed = ledger.replace_payment(replace(payment, flags=("look",)))
        closed = ledger.replace_operation(
            replace(operation, state=OperationState.SUCCEEDED)
        )
        ledger.finish_event("e1")

        seen = elsewhere(lambda: _look(reopen(), payment), self.leave_thread)

        assert seen == (changed, (closed,), ())

    def test_another_connection_may_write_at_once(
        self, ledger: Ledger, reopen: Reopen
    ) -> None:
        """No lock is left behind, and a write from a stale read raises."""
        payment = ledger.add_payment(make_payment())
        operation = ledger.add_operation(make_operation(payment))

        taken = elsewhere(
            lambda: reopen().replace_operation(replace(operation, message="other")),
            self.leave_thread,
        )

        assert ledger.get_operation(operation.operation_id) == taken
        with pytest.raises(StaleVersion):
            ledger.replace_operation(replace(operation, message="me"))


def _ids(operations: Iterable[Operation]) -> set[str]:
    return {row.operation_id for row in operations}


def _pays(ledger: Ledger, payment: Payment) -> bool:
    """Whether its intent may be sent."""
    recorded = ledger.add_operation(make_operation(payment))
    try:
        ledger.replace_operation(
            replace(recorded, state=OperationState.SENDING), unless_closed=True
        )
    except StaleVersion:
        return False
    return True


def _sees(ledger: Ledger, payment: Payment) -> bool:
    """Whether somebody's intent is there once the payment is closed."""
    ledger.replace_payment(replace(payment, state=PaymentState.CLOSED))
    return bool(ledger.operations(payment.payment_id))


def _add_flag(ledger: Ledger, flag: str) -> None:
    for _ in range(_TRIES):
        payment = ledger.get_payment("p1")
        assert payment is not None
        with suppress(StaleVersion):
            ledger.replace_payment(replace(payment, flags=(*payment.flags, flag)))
            return
    raise AssertionError(f"{_TRIES} times another process was first")


def _look(ledger: Ledger, payment: Payment) -> tuple[object, ...]:
    return (
        ledger.get_payment(payment.payment_id),
        ledger.operations(payment.payment_id),
        ledger.find_events("s1"),
    )
