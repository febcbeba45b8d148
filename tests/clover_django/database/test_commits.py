"""Two writers in each other's way: the database undoes one, which goes again."""

from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connections

from clover_django import models
from clover_django.database.commits import Committer
from payment_hooks.testing.ledger_checks.records import make_payment
from tests.clover_django.conftest import ALIAS, open_ledger


@pytest.fixture(params=["postgres", "mariadb"])
def ledger(request):
    with open_ledger(request.param, request) as ledger:
        yield ledger


def set_state(payment_id, state):
    found = models.Payment.objects.using(ALIAS).filter(payment_id=payment_id)
    found.update(state=state)


def test_of_two_writers_that_wait_for_each_other_both_come_through(ledger):
    for name in ("p1", "p2"):
        ledger.add_payment(make_payment(payment_id=name, reference=name))
    both_hold_one, tries, written = Barrier(2), [], []

    def write(first, second):
        def work():
            tries.append(first)
            set_state(first, "paid")
            if tries.count(first) == 1:
                both_hold_one.wait(60)
            set_state(second, "paid")

        try:
            Committer(ALIAS).write(work)
            written.append(first)
        finally:
            connections.close_all()

    threads = [Thread(target=write, args=pair) for pair in (("p1", "p2"), ("p2", "p1"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(written) == ["p1", "p2"]
    assert len(tries) >= 3  # the one that goes again may be in the way once more


def test_what_is_no_deadlock_is_raised_at_once(ledger):
    tries = []

    def work():
        tries.append(1)
        raise OperationalError("the server has gone away")

    with pytest.raises(OperationalError):
        Committer(ALIAS).write(work)

    assert len(tries) == 1


class DeadlockOfPsycopg2(Exception):
    pgcode = "40P01"


class DeadlockOfPsycopg(Exception):
    sqlstate = "40P01"


@pytest.mark.parametrize("cause", [DeadlockOfPsycopg(), DeadlockOfPsycopg2()])
def test_each_driver_of_postgresql_says_that_a_deadlock_was_rolled_back(
    database, cause
):
    """Django allows both; the older one names the code by another word."""
    tries = []

    def work():
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("deadlock detected") from cause

    Committer(ALIAS).write(work)

    assert len(tries) == 2
