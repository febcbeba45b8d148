"""What the attacks share."""

import pytest

from payment_hooks import ActionRequired, Mode, Money, PaymentSource, TransactionStatus
from tests.payment_hooks.conftest import (  # noqa: F401 - fixtures
    clock,
    make_payments,
    payments,
    provider,
    registry,
    shop,
)

DUE = Money(2599, "USD")


def card(name="challenge-1"):
    return PaymentSource(token=name)


def ask(payments, payment, source=None, how="charge"):
    with pytest.raises(ActionRequired) as caught:
        getattr(payments, how)(payment.payment_id, source or card())
    return caught.value.next_action


def begin(payments, reference="100123"):
    return payments.open(reference, mode=Mode.IFRAME)


def taken(provider):
    return [
        row.amount
        for row in provider.ledger.values()
        if row.status is TransactionStatus.SUCCEEDED and not row.parent_id
    ]
