"""What the platform says of a payment: reserved, taken, voided, refunded."""

import json

import pytest

from clover_provider.api import platform_payments
from clover_provider.wire.json_strict import read_json
from payment_hooks import Money, OutcomeUnknown, TransactionKind, TransactionStatus

AUTHORIZED, CHARGE = TransactionKind.AUTHORIZATION, TransactionKind.CHARGE
SUCCEEDED, PENDING = TransactionStatus.SUCCEEDED, TransactionStatus.PENDING
VOIDED, FAILED = TransactionStatus.VOIDED, TransactionStatus.FAILED


def usd(cents):
    return Money(cents, "USD")


@pytest.fixture
def payment_fields(canned):
    """The platform's payment with changes, parsed as answers are."""

    def build(**changes):
        return read_json(json.dumps(canned("platform_payment", **changes)).encode())

    return build


@pytest.fixture
def read(payment_fields):
    """Reads the platform's payment with changes."""

    def build(**changes):
        return platform_payments.read_payment(
            payment_fields(**changes), merchant_id="TESTMERCH0001", currency="USD"
        )

    return build


def card(kind, state):
    return {"type": kind, "state": state, "cardType": "VISA", "last4": "4242"}


@pytest.mark.parametrize(
    ("result", "shown", "kind", "status", "captured"),
    [
        ("SUCCESS", card("AUTH", "CLOSED"), CHARGE, SUCCEEDED, usd(2599)),
        ("SUCCESS", card("PREAUTH", "CLOSED"), CHARGE, SUCCEEDED, usd(2599)),
        ("SUCCESS", card("PREAUTH", "PENDING"), AUTHORIZED, SUCCEEDED, None),
        ("AUTH", card("PREAUTH", "PENDING"), AUTHORIZED, SUCCEEDED, None),
        ("AUTH", None, AUTHORIZED, SUCCEEDED, None),
        ("VOIDED", card("PREAUTH", "CLOSED"), AUTHORIZED, VOIDED, None),
        ("VOIDED", card("PREAUTH", "PENDING"), AUTHORIZED, VOIDED, None),
        ("VOIDED", None, AUTHORIZED, VOIDED, None),
        ("VOIDED", card("AUTH", "CLOSED"), CHARGE, VOIDED, usd(0)),
        ("VOIDING", card("AUTH", "CLOSED"), CHARGE, PENDING, usd(0)),
        ("INITIATED", None, CHARGE, PENDING, usd(0)),
        ("PENDING", None, CHARGE, PENDING, usd(0)),
        ("FAIL", card("AUTH", "CLOSED"), CHARGE, FAILED, usd(0)),
    ],
)
def test_only_what_was_taken_counts_as_captured(
    read, result, shown, kind, status, captured
):
    payment = read(result=result, cardTransaction=shown)

    assert (payment.kind, payment.status) == (kind, status)
    assert payment.captured == captured


@pytest.mark.parametrize("result", ["AUTH_COMPLETED", "VOID_FAILED", "a new word", 7])
def test_a_result_that_says_too_little_is_an_unknown_outcome(read, result):
    with pytest.raises(OutcomeUnknown, match="result is unknown"):
        read(result=result)


def test_a_voided_payment_has_nothing_left(read):
    payment = read(result="VOIDED", refunds=None)

    assert payment.refunded == payment.amount


def test_a_voided_refund_gave_nothing_back(read, payment_fields):
    rows = [
        {"id": "RFND000000001", "amount": 500, "voided": True},
        {"id": "RFND000000002", "amount": 300, "voided": False},
    ]
    fields = payment_fields(refunds={"elements": rows})

    payment = read(refunds={"elements": rows})
    returned = platform_payments.read_refunds(fields, payment)

    assert payment.refunded == usd(300)
    assert [row.status for row in returned] == [VOIDED, SUCCEEDED]


@pytest.mark.parametrize(
    ("said", "shown"), [("4242", "4242"), (4242, "4242"), (42, "0042"), ("x", "")]
)
def test_the_last_four_may_be_a_number(read, said, shown):
    source = read(cardTransaction={"last4": said, "cardType": "VISA"}).source

    assert source.last4 == shown


@pytest.mark.parametrize(
    ("order", "named"), [({"id": "ZYXWVTSRQPNM1"}, "ZYXWVTSRQPNM1"), (None, "")]
)
def test_a_payment_may_name_its_order(canned, order, named):
    fields = canned("platform_payment", order=order)

    assert platform_payments.order_of(fields) == named
