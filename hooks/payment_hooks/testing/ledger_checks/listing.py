"""Checks of searches: by criterion, by what is due, by time."""

from dataclasses import replace
from datetime import timedelta

from payment_hooks.ledger.store import Ledger
from payment_hooks.model.records import Operation, OperationState, PaymentRecord
from payment_hooks.testing.ledger_checks.records import (
    NOW,
    make_operation,
    make_payment,
    make_refund,
)

MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


class ListingChecks:
    """What a ledger finds, in which order and how much of it."""

    def test_payments_are_found_by_reference_oldest_first(self, ledger: Ledger) -> None:
        """All attempts of it, and no other's."""
        added = [
            ledger.add_payment(
                make_payment(
                    payment_id=f"p{10 - number}",
                    sequence=number,
                    created_at=NOW + number * HOUR,
                )
            )
            for number in range(1, 5)
        ]
        ledger.add_payment(make_payment(payment_id="x", reference="other"))

        assert ledger.find_payments(reference="100123") == tuple(added)
        assert ledger.find_payments(reference="nobody") == ()

    def test_payments_are_found_by_session(self, ledger: Ledger) -> None:
        """Once, though two of its operations name it; to the letter."""
        payment = ledger.add_payment(make_payment())
        ledger.add_payment(make_payment(payment_id="p2", sequence=2))
        for number in (1, 2):
            ledger.add_operation(make_refund(payment, number, session_id="s1"))

        assert ledger.find_payments(session_id="s1") == (payment,)
        assert ledger.find_payments(session_id="S1") == ()

    def test_payments_are_found_by_transaction(self, ledger: Ledger) -> None:
        """Also when it became known only after the operation was recorded."""
        payment = ledger.add_payment(make_payment())
        ledger.add_payment(make_payment(payment_id="p2", sequence=2))
        operation = ledger.add_operation(make_operation(payment))

        ledger.replace_operation(replace(operation, transaction_id="T1"))

        assert ledger.find_payments(transaction_id="T1") == (payment,)
        assert ledger.find_payments(transaction_id="t1") == ()

    def test_related_payments_come_with_their_operations(self, ledger: Ledger) -> None:
        """By reference or by transaction, each once, oldest first."""
        first = ledger.add_payment(make_payment())
        other = ledger.add_payment(make_payment(payment_id="x", reference="other"))
        second = ledger.add_payment(make_payment(payment_id="p2", sequence=2))
        ledger.add_payment(make_payment(payment_id="y", reference="unrelated"))
        of_first = [
            ledger.add_operation(make_refund(first, number, transaction_id="T1"))
            for number in (1, 2)
        ]
        of_other = ledger.add_operation(make_refund(other, 1, transaction_id="T1"))

        found = ledger.find_related("100123", "T1")

        assert found == (
            PaymentRecord(payment=first, operations=tuple(of_first)),
            PaymentRecord(payment=other, operations=(of_other,)),
            PaymentRecord(payment=second),
        )
        assert ledger.find_related("100123", "t1") == (found[0], found[2])

    def test_no_transaction_relates_no_payments(self, ledger: Ledger) -> None:
        """Empty text is no criterion, though most operations have no transaction."""
        payment = ledger.add_payment(make_payment())
        operation = ledger.add_operation(make_operation(payment))

        assert ledger.find_related("other", "") == ()
        [found] = ledger.find_related("100123", "")
        assert found == PaymentRecord(payment=payment, operations=(operation,))

    def test_a_record_is_a_payment_with_its_operations(self, ledger: Ledger) -> None:
        """Only its own, oldest first; an unknown one is none."""
        payment = ledger.add_payment(make_payment())
        other = ledger.add_payment(make_payment(payment_id="p2", sequence=2))
        added = [ledger.add_operation(make_refund(payment, row)) for row in (2, 1)]
        ledger.add_operation(make_refund(other, 1))

        assert ledger.get_record("p1") == PaymentRecord(
            payment=payment, operations=tuple(added)
        )
        assert ledger.get_record("nobody") is None

    def test_criteria_are_not_mixed_up(self, ledger: Ledger) -> None:
        """A transaction's id is no session's, and no reference."""
        payment = ledger.add_payment(make_payment(reference="r1"))
        ledger.add_operation(
            make_operation(payment, session_id="s1", transaction_id="T1")
        )

        assert ledger.find_payments(session_id="T1") == ()
        assert ledger.find_payments(transaction_id="s1") == ()
        assert ledger.find_payments(reference="s1") == ()

    def test_no_criterion_finds_nothing(self, ledger: Ledger) -> None:
        """Empty text is no criterion, though most operations have no session."""
        payment = ledger.add_payment(make_payment())
        ledger.add_operation(make_operation(payment))

        assert ledger.find_payments() == ()
        assert ledger.find_payments(session_id="", transaction_id="") == ()

    def test_due_operations_come_most_urgent_first(self, ledger: Ledger) -> None:
        """To the microsecond, and only those whose time has come."""
        payment = ledger.add_payment(make_payment())
        times = [3 * MICROSECOND, HOUR, timedelta(0), 2 * MICROSECOND, MICROSECOND]
        for number, late in enumerate(times):
            ledger.add_operation(make_refund(payment, number, due=NOW + late))

        due = ledger.due_operations(NOW + 2 * MICROSECOND, 10)

        assert [row.due for row in due] == [
            NOW,
            NOW + MICROSECOND,
            NOW + 2 * MICROSECOND,
        ]

    def test_due_operations_stop_at_the_limit(self, ledger: Ledger) -> None:
        """And it is the most urgent ones that come."""
        payment = ledger.add_payment(make_payment())
        for number in (2, 0, 3, 1):
            ledger.add_operation(make_refund(payment, number, due=NOW + number * HOUR))

        due = ledger.due_operations(NOW + 9 * HOUR, 2)

        assert [row.due for row in due] == [NOW, NOW + HOUR]

    def test_what_is_due_never_is_not_due(self, ledger: Ledger) -> None:
        """And what is final is due as long as it was not notified."""
        payment = ledger.add_payment(make_payment())
        final = {"state": OperationState.SUCCEEDED}
        waiting = ledger.add_operation(make_refund(payment, 1, due=NOW, **final))
        notified_one = ledger.add_operation(make_refund(payment, 2, due=NOW, **final))

        ledger.replace_operation(replace(notified_one, notified=True, due=None))

        assert ledger.due_operations(NOW + HOUR, 10) == (waiting,)

    def test_the_oldest_unknown_outcome_is_found(self, ledger: Ledger) -> None:
        """Sent and not known yet, whatever is due first; not what is open otherwise."""
        payment = ledger.add_payment(make_payment())
        states = [
            OperationState.PENDING,
            OperationState.WAITING,
            OperationState.SUCCEEDED,
            OperationState.SENDING,
            OperationState.UNKNOWN,
            OperationState.UNKNOWN,
        ]
        for number, state in enumerate(states):
            begun = NOW + number * HOUR + MICROSECOND
            row = make_refund(payment, number, created_at=begun)
            ledger.add_operation(replace(row, state=state, due=NOW - number * HOUR))

        assert ledger.oldest_unknown() == NOW + 3 * HOUR + MICROSECOND

    def test_without_an_unknown_outcome_none_is_oldest(self, ledger: Ledger) -> None:
        """And what was resolved does not count any more."""
        payment = ledger.add_payment(make_payment())
        unknown = ledger.add_operation(
            make_refund(payment, 1, state=OperationState.UNKNOWN, due=NOW)
        )
        before = ledger.oldest_unknown()

        done = replace(unknown, state=OperationState.SUCCEEDED, due=None)
        ledger.replace_operation(done)

        assert (before, ledger.oldest_unknown()) == (unknown.created_at, None)

    def test_operations_of_a_time_have_a_first_and_no_last_moment(
        self, ledger: Ledger
    ) -> None:
        """From `since`, that moment too, until before `until`."""
        _add_at(ledger, -MICROSECOND, timedelta(0), HOUR - MICROSECOND, HOUR)

        found = ledger.operations_between(NOW, NOW + HOUR)

        assert [row.created_at for row in found] == [NOW, NOW + HOUR - MICROSECOND]

    def test_operations_of_a_time_come_oldest_first(self, ledger: Ledger) -> None:
        """Those of one moment in the order of their ids."""
        added = _add_at(ledger, HOUR, timedelta(0), HOUR, timedelta(0), HOUR)

        found = ledger.operations_between(NOW, NOW + 2 * HOUR)

        assert list(found) == sorted(added, key=_age)

    def test_pages_of_operations_join_without_gap_or_double(
        self, ledger: Ledger
    ) -> None:
        """Also where a page ends amid operations of one moment."""
        added = _add_at(ledger, *[timedelta(0)] * 4, *[HOUR] * 3)
        pages, after = [], None

        while page := ledger.operations_between(
            NOW, NOW + 2 * HOUR, after=after, limit=2
        ):
            pages.append(page)
            after = page[-1]

        assert [len(page) for page in pages] == [2, 2, 2, 1]
        assert [row for page in pages for row in page] == sorted(added, key=_age)


def _add_at(ledger: Ledger, *moments: timedelta) -> list[Operation]:
    payment = ledger.add_payment(make_payment())
    return [
        ledger.add_operation(make_refund(payment, number, created_at=NOW + moment))
        for number, moment in enumerate(moments)
    ]


def _age(operation: Operation) -> tuple[object, ...]:
    return operation.created_at, operation.operation_id
