"""What the shop is notified of is in the payment's row, whoever else is at work."""

from dataclasses import replace

import pytest

from payment_hooks import (
    MemoryLedger,
    Mode,
    OperationState,
    PaymentRecord,
    PaymentState,
)

FLAG = "amount_differs"


class Shared(MemoryLedger):
    """Before the nth look at a payment's operations, another worker ends one of them.

    It vanishes then, before it has written the payment's own row.
    """

    looks_left = 0
    flag = ""

    def get_record(self, payment_id):
        payment = self.get_payment(payment_id)
        self.looks_left -= 1
        if self.looks_left == 0:
            [waiting] = self.operations(payment_id)
            self.replace_operation(
                replace(
                    waiting,
                    state=OperationState.SUCCEEDED,
                    transaction_id="T1",
                    moved=waiting.amount,
                    flag=self.flag,
                )
            )
        operations = self.operations(payment_id)
        return PaymentRecord(payment=payment, operations=operations)


@pytest.fixture
def ledger():
    return Shared()


@pytest.fixture
def shared(make_payments, ledger):
    payments = make_payments(ledger=ledger)
    payment_id = payments.open("100123", mode=Mode.HOSTED).payment_id
    payments.start_checkout(payment_id)
    return payments, payment_id


@pytest.mark.parametrize("flag", ["", FLAG])
@pytest.mark.parametrize("looks", [1, 2])
def test_nothing_is_notified_that_the_row_does_not_know(
    ledger, shared, shop, looks, flag
):
    payments, payment_id = shared
    ledger.looks_left, ledger.flag = looks, flag

    payments.notify(payment_id)
    payments.notify(payment_id)

    payment = payments.get(payment_id)
    state = PaymentState.OPEN if flag else PaymentState.PAID
    assert (payment.state, payment.flags) == (state, (flag,) if flag else ())
    assert [event.payment.state for event in shop.notified] == [state]
    assert payments.operations(payment_id)[0].notified
