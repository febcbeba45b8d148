"""What the ledger costs: statements per payment, and reads that do not grow with it."""

import pytest

from payment_hooks import Mode, Payments, PaymentSource
from payment_hooks.testing import FakeProvider
from payment_hooks.testing.ledger_checks.records import make_event
from tests.clover_django.conftest import open_ledger
from tests.clover_django.ledger.many_rows import (
    DUE,
    begin,
    grow,
    plans,
    reads,
    statements,
    steps,
)

FEW, MANY = 1_000, 100_000
MOST, LEVELS = 1.3, 2
"""How much dearer a read may be among a hundred times as many rows: by that factor, and
by a level more in each of two indexes."""


@pytest.fixture(params=["sqlite", "postgres"])
def database(request):
    """Those whose plans can be read."""
    with open_ledger(request.param, request) as ledger:
        yield ledger


def count(found):
    """How many statements, and how many of them write."""
    written = [sql for sql, _ in found if not sql.startswith("SELECT")]
    return len(found), len(written)


def costs(database):
    return {name: steps(database, read) for name, read in reads(database, 1).items()}


def test_a_payment_costs_so_many_statements(database):
    payments = Payments.using(FakeProvider(), ledger=database)
    database.installation_id()  # read once by a process

    with statements(database) as opened:
        payment = payments.open("9", mode=Mode.IFRAME, amount_due=DUE)
    with statements(database) as charged:
        payments.charge(payment.payment_id, PaymentSource(token="tok"))
    with statements(database) as said:
        payments.notify(payment.payment_id)

    assert (count(opened), count(charged), count(said)) == ((3, 2), (22, 10), (2, 0))


def test_the_intent_and_the_result_are_two_writes_each(database):
    payments = Payments.using(FakeProvider(), ledger=database)
    payment = payments.open("9", mode=Mode.IFRAME, amount_due=DUE)
    database.installation_id()

    with statements(database) as found:
        source = PaymentSource(token="tok")
        payments.charge(payment.payment_id, source, notify=False)

    tables = [sql.split('"')[1] for sql, _ in found if not sql.startswith("SELECT")]
    commit = ["clover_django_operation", "clover_django_paymentevent"]
    end = ["clover_django_payment", "clover_django_paymentevent"]
    assert tables == [*commit, *commit, *commit, *end]


def test_a_message_costs_one_statement_and_its_copy_two(database):
    with statements(database) as first:
        database.add_event(make_event())
    with statements(database) as copy:
        database.add_event(make_event())

    assert (count(first), count(copy)) == ((1, 1), (2, 1))


def test_no_read_looks_through_a_table(database):
    begin(database)
    grow(database, 1, MANY // 10)

    found = {
        name: [*plans(database, read)] for name, read in reads(database, 1).items()
    }

    assert all(found.values())
    assert {name: plan for name, plan in found.items() if is_a_scan(plan)} == {}


@pytest.mark.slow
def test_no_read_costs_more_among_a_hundred_times_as_many_rows(database):
    begin(database)
    grow(database, 1, FEW)
    before = costs(database)
    grow(database, FEW + 1, MANY)

    after = costs(database)

    dearer = {
        name: (before[name], after[name])
        for name in before
        if after[name] > before[name] * MOST + LEVELS
    }
    assert dearer == {}


def is_a_scan(plan):
    return any("SCAN" in line or "Seq Scan" in line for line in plan)
