"""Checks of operations: one per key, one open per slot, written by version."""

from dataclasses import replace

import pytest

from payment_hooks.ledger.store import Ledger, StaleVersion
from payment_hooks.model.records import (
    Operation,
    OperationKind,
    OperationState,
    PaymentState,
)
from payment_hooks.testing.ledger_checks.records import (
    NOBODY,
    make_operation,
    make_payment,
    make_refund,
)

OPEN = [state for state in OperationState if state.is_open]
FINAL = [state for state in OperationState if not state.is_open]


class OperationChecks:
    """What a ledger does with operations."""

    @pytest.fixture
    def recorded(self, ledger: Ledger) -> Operation:
        """A charge of the payment `p1`, just recorded."""
        payment = ledger.add_payment(make_payment())
        return ledger.add_operation(make_operation(payment))

    def test_an_operation_comes_back_as_it_went_in(self, ledger: Ledger) -> None:
        """By its id, and among those of its payment."""
        operation = make_operation(ledger.add_payment(make_payment()))

        added = ledger.add_operation(operation)

        assert added == operation
        assert ledger.get_operation(operation.operation_id) == operation
        assert ledger.operations("p1") == (operation,)

    @pytest.mark.parametrize("name", NOBODY, ids=ascii)
    def test_an_unknown_operation_is_none(
        self, ledger: Ledger, recorded: Operation, name: str
    ) -> None:
        """An unknown id is no error, whatever is in it."""
        assert ledger.get_operation(name) is None
        assert ledger.operations(name) == ()

    def test_the_operations_of_a_payment_come_oldest_first(
        self, ledger: Ledger
    ) -> None:
        """And only its own."""
        payment = ledger.add_payment(make_payment())
        other = ledger.add_payment(make_payment(payment_id="p2", sequence=2))
        added = []
        for number in range(5):
            added.append(ledger.add_operation(make_refund(payment, number)))
            ledger.add_operation(make_refund(other, number))

        ledger.replace_operation(replace(added[0], notified=True))

        ids = [row.operation_id for row in ledger.operations("p1")]
        assert ids == [row.operation_id for row in added]

    def test_the_same_key_gives_the_operation_that_is_there(
        self, ledger: Ledger, recorded: Operation
    ) -> None:
        """In its present state, also when its slot is another one."""
        again = make_operation(make_payment(), slot="another")

        assert ledger.add_operation(again) == recorded
        assert ledger.operations("p1") == (recorded,)

    @pytest.mark.parametrize("state", FINAL)
    def test_the_key_of_a_closed_operation_is_used_up(
        self, ledger: Ledger, recorded: Operation, state: OperationState
    ) -> None:
        """What came of the intent is the answer, for ever."""
        closed = ledger.replace_operation(replace(recorded, state=state))

        assert ledger.add_operation(make_operation(make_payment())) == closed

    @pytest.mark.parametrize("state", OPEN)
    def test_an_open_slot_gives_the_operation_that_is_open(
        self, ledger: Ledger, recorded: Operation, state: OperationState
    ) -> None:
        """While it is open, whatever else is asked for in its slot."""
        stored = ledger.replace_operation(replace(recorded, state=state))
        second = make_operation(make_payment(), attempt=2)

        assert ledger.add_operation(second) == stored
        assert ledger.get_operation(second.operation_id) is None

    @pytest.mark.parametrize("state", FINAL)
    def test_a_closed_slot_is_free_again(
        self, ledger: Ledger, recorded: Operation, state: OperationState
    ) -> None:
        """The next attempt is recorded beside the closed one."""
        closed = ledger.replace_operation(replace(recorded, state=state))
        second = make_operation(make_payment(), attempt=2)

        assert ledger.add_operation(second) == second
        assert ledger.operations("p1") == (closed, second)

    def test_a_slot_that_opened_and_closed_many_times_holds_one(
        self, ledger: Ledger, recorded: Operation
    ) -> None:
        """Closed rows pile up; the open one is still the only one."""
        for attempt in (2, 3, 4):
            stored = ledger.operations("p1")[-1]
            ledger.replace_operation(replace(stored, state=OperationState.DECLINED))
            ledger.add_operation(make_operation(make_payment(), attempt=attempt))

        last = ledger.add_operation(make_operation(make_payment(), attempt=5))

        assert last.intent.attempt == 4
        assert [row.state.is_open for row in ledger.operations("p1")] == [
            False,
            False,
            False,
            True,
        ]

    def test_the_key_goes_before_the_slot(
        self, ledger: Ledger, recorded: Operation
    ) -> None:
        """A repeated intent returns its own operation, not the open one beside it."""
        declined = ledger.replace_operation(
            replace(recorded, state=OperationState.DECLINED)
        )
        ledger.add_operation(make_operation(make_payment(), attempt=2))

        assert ledger.add_operation(make_operation(make_payment())) == declined

    def test_other_slots_are_open_side_by_side(
        self, ledger: Ledger, recorded: Operation
    ) -> None:
        """Two hosted sessions of one payment, say; and the slots of another payment."""
        second = make_operation(make_payment(), OperationKind.HOSTED_PAGE)
        other = ledger.add_payment(make_payment(payment_id="p2", sequence=2))
        third = make_operation(other)

        assert ledger.add_operation(second) == second
        assert ledger.add_operation(third) == third

    def test_keys_and_slots_are_compared_to_the_letter(
        self, ledger: Ledger, recorded: Operation
    ) -> None:
        """Case and a space at the end tell two of them apart."""
        key, slot = recorded.intent.idempotency_key, recorded.intent.slot
        others = [
            make_refund(
                make_payment(), 1, idempotency_key=key.upper(), slot=f"{slot} "
            ),
            make_refund(
                make_payment(), 2, idempotency_key=f"{key} ", slot=slot.upper()
            ),
        ]

        assert [ledger.add_operation(other) for other in others] == others

    def test_an_operation_is_written_over_its_own_version_only(
        self, ledger: Ledger, recorded: Operation
    ) -> None:
        """Compare and swap: the lease of the first one stands."""
        written = ledger.replace_operation(replace(recorded, message="me"))

        with pytest.raises(StaleVersion):
            ledger.replace_operation(replace(recorded, message="you"))

        assert ledger.get_operation(recorded.operation_id) == written
        assert written.message == "me"

    def test_each_write_of_an_operation_gives_the_next_version(
        self, ledger: Ledger, recorded: Operation
    ) -> None:
        """What comes back is what stands there, ready for the next write."""
        second = ledger.replace_operation(replace(recorded, message="me"))
        third = ledger.replace_operation(replace(second, message=""))

        assert recorded.version < second.version < third.version
        assert ledger.get_operation(recorded.operation_id) == third

    def test_an_operation_that_is_not_there_cannot_be_written(
        self, ledger: Ledger
    ) -> None:
        """A write that changes no row must not look like one that did."""
        operation = make_operation(ledger.add_payment(make_payment()))

        with pytest.raises(StaleVersion):
            ledger.replace_operation(operation)

        assert ledger.operations("p1") == ()

    def test_writing_one_operation_leaves_the_others_alone(
        self, ledger: Ledger, recorded: Operation
    ) -> None:
        """A forgotten condition would change the whole table."""
        other = ledger.add_operation(make_refund(make_payment(), 1))

        ledger.replace_operation(replace(recorded, state=OperationState.SUCCEEDED))

        assert ledger.get_operation(other.operation_id) == other

    def test_a_payment_is_written_with_its_operation(
        self, ledger: Ledger, recorded: Operation
    ) -> None:
        """Both come to their next version in one write."""
        payment = ledger.get_payment("p1")
        assert payment is not None
        paid = replace(payment, state=PaymentState.PAID, flags=("look",))
        done = replace(recorded, state=OperationState.SUCCEEDED)

        written = ledger.replace_operation(done, paid)

        kept = ledger.get_record("p1")
        assert kept is not None
        assert kept.operations == (written,)
        assert kept.payment == replace(paid, version=kept.payment.version)
        assert payment.version < kept.payment.version

    @pytest.mark.parametrize("stale", ["operation", "payment"])
    def test_of_an_operation_and_its_payment_both_are_written_or_neither(
        self, ledger: Ledger, recorded: Operation, stale: str
    ) -> None:
        """Money that is in one row and not in the other would be taken again."""
        payment = ledger.get_payment("p1")
        assert payment is not None
        if stale == "payment":
            ledger.replace_payment(replace(payment, flags=("look",)))
        else:
            ledger.replace_operation(replace(recorded, message="elsewhere"))
        before = ledger.get_record("p1")

        with pytest.raises(StaleVersion):
            ledger.replace_operation(
                replace(recorded, state=OperationState.SUCCEEDED),
                replace(payment, state=PaymentState.PAID),
            )

        assert ledger.get_record("p1") == before

    def test_nothing_is_written_of_a_closed_payment_where_that_is_asked(
        self, ledger: Ledger, recorded: Operation
    ) -> None:
        """Nothing is sent for a payment that was given up after its intent."""
        sending = ledger.replace_operation(
            replace(recorded, state=OperationState.SENDING), unless_closed=True
        )
        payment = ledger.get_payment("p1")
        assert payment is not None
        ledger.replace_payment(replace(payment, state=PaymentState.CLOSED))

        with pytest.raises(StaleVersion):
            ledger.replace_operation(replace(sending, message="x"), unless_closed=True)

        assert ledger.get_operation(recorded.operation_id) == sending
        written = ledger.replace_operation(replace(sending, message="x"))
        assert ledger.get_operation(recorded.operation_id) == written
