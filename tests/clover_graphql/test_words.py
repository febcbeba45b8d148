"""Every word that the storefront service says of money is one of the schema's enums."""

from dataclasses import replace
from itertools import product

import pytest

from clover_graphql.types import enums
from payment_hooks import (
    FUNDING,
    Mode,
    Money,
    OperationKind,
    OperationState,
    Payments,
    PaymentSource,
    PaymentState,
)
from payment_hooks.ledger import add_up
from payment_hooks.storefront import (
    authorize_status,
    charge_status,
    event_type,
    order_actions,
    payment_actions,
    payment_status,
    possible_actions,
    transaction_kind,
)
from payment_hooks.testing import FakeProvider

DUE = Money(2599, "USD")


@pytest.fixture(scope="module")
def payments():
    return Payments.using(FakeProvider())


@pytest.fixture(scope="module")
def payment(payments):
    begun = payments.open("1", mode=Mode.IFRAME, amount_due=DUE)
    payments.charge(begun.payment_id, PaymentSource(token="tok-1"))
    return payments.get(begun.payment_id)


@pytest.fixture(scope="module")
def operations(payments, payment):
    (charge,) = payments.operations(payment.payment_id)
    return [
        replace(charge, kind=kind, state=state)
        for kind, state in product(OperationKind, OperationState)
        if kind in FUNDING or state is not OperationState.WAITING
    ]


def test_events(operations):
    said = {event_type(row) for row in operations}

    assert said <= set(enums.TransactionEventTypeEnum.__members__)
    assert {"CHARGE_ACTION_REQUIRED", "AUTHORIZATION_ACTION_REQUIRED"} <= said


def test_kinds_of_the_older_api(operations):
    said = {transaction_kind(row) for row in operations}

    assert said <= set(enums.TransactionKind.__members__)


@pytest.mark.parametrize("kind", [OperationKind.CHARGE, OperationKind.AUTHORIZE])
def test_what_waits_for_the_shopper_is_to_be_confirmed(operations, kind):
    waiting = [
        row
        for row in operations
        if row.kind is kind and row.state is OperationState.WAITING
    ]

    assert [transaction_kind(row) for row in waiting] == ["ACTION_TO_CONFIRM"]


def test_actions_and_statuses_of_a_payment(payments, payment, operations):
    info = payments.provider.info
    for state, row in product(PaymentState, operations):
        shown = replace(payment, state=state)
        actions = possible_actions([row], info)

        assert set(actions) <= set(enums.TransactionActionEnum.__members__)
        assert set(payment_actions([row], info)) <= set(enums.OrderAction.__members__)
        assert payment_status(shown, [row]) in enums.PaymentChargeStatusEnum.__members__


@pytest.mark.parametrize("due", [DUE, Money(1, "USD"), Money(9999, "USD")])
def test_statuses_of_a_purchase(operations, due):
    for row in operations:
        totals = add_up([row], "USD")
        authorized, charged = authorize_status(due, totals), charge_status(due, totals)

        assert authorized in enums.CheckoutAuthorizeStatusEnum.__members__
        assert authorized in enums.OrderAuthorizeStatusEnum.__members__
        assert charged in enums.CheckoutChargeStatusEnum.__members__
        assert charged in enums.OrderChargeStatusEnum.__members__
        assert set(order_actions(totals)) <= set(enums.OrderAction.__members__)
