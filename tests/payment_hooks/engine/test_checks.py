"""What fits an operation, and what a person must look at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from payment_hooks import (
    CheckResult,
    Mode,
    Money,
    OperationKind,
    Payment,
    PaymentSource,
    Policy,
    Transaction,
    TransactionKind,
)
from payment_hooks.engine.checks import describe, failed_check, find_flag
from payment_hooks.ledger.intents import new_operation

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DUE = Money(2599, "USD")
PAYMENT = Payment(
    payment_id="p1",
    provider="fake",
    merchant_id="M1",
    reference="100123",
    mode=Mode.HOSTED,
    amount_due=DUE,
    created_at=NOW,
)
SESSION = new_operation(
    PAYMENT,
    OperationKind.HOSTED_PAGE,
    DUE,
    installation_id="here",
    now=NOW,
)
FITTING = Transaction(
    kind=TransactionKind.CHARGE,
    transaction_id="T1",
    amount=DUE,
    merchant_id="M1",
    operation_id=SESSION.operation_id,
    created_at=NOW + timedelta(minutes=1),
)


def flag_of(policy=None, **changes):
    transaction = replace(FITTING, **changes)
    return find_flag(PAYMENT, SESSION, transaction, policy or Policy())


def test_what_fits_has_no_flag():
    assert flag_of() == ""


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"merchant_id": "M2"}, "merchant_differs"),
        ({"amount": Money(2599, "CAD")}, "currency_differs"),
        ({"amount": Money(2598, "USD")}, "amount_differs"),
        ({"amount": Money(2600, "USD")}, "amount_differs"),
        ({"partial_approval": True}, "partial_approval"),
        ({"tip": Money(1, "USD")}, "amount_differs"),
        ({"surcharge": Money(1, "USD")}, "amount_differs"),
        ({"operation_id": "another"}, "reference_differs"),
        ({"created_at": NOW - timedelta(minutes=16)}, "older_than_asked"),
    ],
)
def test_what_does_not_fit_is_named(changes, flag):
    assert flag_of(**changes) == flag


@pytest.mark.parametrize(
    "changes",
    [
        {"merchant_id": ""},
        {"operation_id": ""},
        {"created_at": None},
        {"created_at": NOW - timedelta(minutes=14)},
        {"tip": Money(0, "USD")},
        {"tax": Money(200, "USD")},
    ],
)
def test_silence_and_small_skew_fit(changes):
    assert flag_of(**changes) == ""


def test_whose_money_it_is_comes_before_how_much_it_is():
    of_another = {"operation_id": "another", "amount": Money(500, "USD")}

    assert flag_of(**of_another) == "reference_differs"


def test_tips_fit_where_they_are_welcome():
    assert flag_of(Policy(extras_allowed=True), tip=Money(100, "USD")) == ""


def test_the_first_failed_check_is_named():
    failed = replace(FITTING, postal_code_check=CheckResult.FAILED)

    assert (failed_check(FITTING), failed_check(failed)) == (
        "",
        "postal_code_check_failed",
    )


def test_what_is_kept_holds_no_token():
    source = PaymentSource(token="canary-token", brand="VISA", last4="4242")

    kept = describe(replace(FITTING, source=source))

    assert (kept["brand"], kept["last4"]) == ("VISA", "4242")
    assert "canary-token" not in str(kept)
