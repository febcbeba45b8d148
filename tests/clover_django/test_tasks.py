"""Recovery and reconciliation as Celery tasks, run by a real worker."""

import pytest
from celery import Celery
from celery.contrib.testing.worker import start_worker
from celery.signals import setup_logging

from clover_django.road import get_payments
from payment_hooks import Money, PaymentState, TransactionKind
from tests.clover_django.paying import in_doubt, let_time_pass, paid

SECONDS = 120


def leave_logging_alone(**options):
    """Whoever is connected to this signal has set up logging, Celery thinks."""


@pytest.fixture(scope="module")
def queue():
    """A Celery application that found the tasks by itself, and its worker."""
    setup_logging.connect(leave_logging_alone)
    app = Celery("shop", broker="memory://", backend="cache+memory://")
    app.autodiscover_tasks(["clover_django"], force=True)
    with start_worker(app, pool="solo", perform_ping_check=False):
        yield app
    setup_logging.disconnect(leave_logging_alone)


def test_the_tasks_are_found(queue):
    assert {"clover_django.recover", "clover_django.reconcile"} <= set(queue.tasks)


def test_a_worker_recovers(fake, queue):
    payment = in_doubt(fake, after=True)
    let_time_pass(minutes=2)

    told = queue.send_task("clover_django.recover").get(timeout=SECONDS)

    assert [row["state"] for row in told["payments"]] == ["paid"]
    assert get_payments().get(payment.payment_id).state is PaymentState.PAID


def test_a_worker_reconciles_and_repairs(fake, queue):
    charge = get_payments().operations(paid().payment_id)[0].transaction_id
    fake._add(TransactionKind.REFUND, Money(200, "USD"), parent_id=charge)

    told = queue.send_task("clover_django.reconcile").get(timeout=SECONDS)

    assert (told["repaired"], told["findings"][0]["kind"]) == (True, "recorded")
