"""Recovery and reconciliation as Celery tasks, run by a real worker."""

from contextlib import ExitStack

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.signals import setup_logging, task_postrun
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from payment_hooks import Money, PaymentState, TransactionKind
from tests.clover_django.paying import paid, unknown_outcome

SECONDS = 120


def leave_logging_alone(**options):
    """Whoever is connected to this signal has set up logging, Celery thinks."""


def close_connections(**task):
    """Django keeps the connection to a database in memory open, this thread's too."""
    for connection in connections.all(initialized_only=True):
        BaseDatabaseWrapper.close(connection)


@pytest.fixture(scope="module")
def queue(django_db_setup, django_db_blocker):
    """A Celery application that found the tasks by itself, and its worker."""
    setup_logging.connect(leave_logging_alone)
    task_postrun.connect(close_connections)
    app = Celery("shop", broker="memory://", backend="cache+memory://")
    app.autodiscover_tasks(["clover_django"], force=True)
    with ExitStack() as running:
        # As it starts, a worker runs Django's checks, and these ask the database.
        with django_db_blocker.unblock():
            worker = start_worker(app, pool="solo", perform_ping_check=False)
            running.enter_context(worker)
        yield app
    task_postrun.disconnect(close_connections)
    setup_logging.disconnect(leave_logging_alone)


def test_the_tasks_are_found(queue):
    assert {"clover_django.recover", "clover_django.reconcile"} <= set(queue.tasks)


def test_a_worker_recovers(fake, queue):
    payment = unknown_outcome(fake, after=True)
    let_time_pass(minutes=2)

    said = queue.send_task("clover_django.recover").get(timeout=SECONDS)

    assert [row["state"] for row in said["payments"]] == ["paid"]
    assert get_payments().get(payment.payment_id).state is PaymentState.PAID


def test_a_worker_reconciles_and_repairs(fake, queue):
    charge = get_payments().operations(paid().payment_id)[0].transaction_id
    fake._add(TransactionKind.REFUND, Money(200, "USD"), parent_id=charge)

    said = queue.send_task("clover_django.reconcile").get(timeout=SECONDS)

    assert (said["repaired"], said["findings"][0]["kind"]) == (True, "recorded")
