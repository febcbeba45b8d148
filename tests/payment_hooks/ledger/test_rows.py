"""Records as rows, and what the history adds: no more than what is new."""

from dataclasses import replace

from payment_hooks import PaymentState
from payment_hooks.ledger import rows, storable
from payment_hooks.testing.ledger_checks.records import make_operation, make_payment


def test_a_row_reads_back_as_the_record():
    payment = make_payment(flags=("look",))
    operation = make_operation(payment, session_id="s1")

    assert rows.read_payment(rows.payment_values(payment)) == payment
    assert rows.read_operation(rows.operation_values(operation)) == operation


def test_the_history_adds_what_is_new():
    payment = make_payment(state=PaymentState.PAID)

    assert rows.history_values(payment, {"after": "open", "reason": ""}) == {
        "payment_id": "p1",
        "operation_id": None,
        "before": "open",
        "after": "paid",
        "reason": "",
    }
    assert rows.history_values(payment, {"after": "paid", "reason": ""}) is None


def test_text_that_no_database_holds_is_not_new_each_time():
    """The history has U+FFFD where the record has NUL."""
    operation = make_operation(make_payment(), flag="a\0b")
    last = {"after": operation.state.value, "reason": storable("a\0b")}

    assert rows.history_values(operation, last) is None
    assert rows.history_values(replace(operation, flag="other"), last) is not None
