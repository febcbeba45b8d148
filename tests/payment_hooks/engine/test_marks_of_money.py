"""The mark of money that does not fit stays while that money is here."""

import pytest

from payment_hooks import (
    Mode,
    Money,
    PaymentSource,
    TransactionKind,
    WrongState,
)


@pytest.fixture
def paid(payments):
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    payments.charge(payment_id, PaymentSource(token="tok-good"))
    return payment_id


def test_no_mark_goes_while_money_of_that_mark_is_here(payments, provider, paid):
    """Also where other money, with another mark, came before it."""
    for number, flag in enumerate(("amount_differs", "late_success")):
        row = provider._add(TransactionKind.CHARGE, Money(100 + number, "USD"))
        payments.resolver.adopt(
            payments.get(paid), payments.operations(paid)[0].kind, row, flag
        )

    for flag in ("amount_differs", "late_success"):
        with pytest.raises(WrongState, match="still held"):
            payments.unflag(paid, flag)
