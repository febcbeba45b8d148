"""The row that blocks an operation may be gone by the time that it is read."""

from dataclasses import replace

import pytest

from clover_django.ledger.store import DjangoLedger
from payment_hooks import StaleVersion
from payment_hooks.model.records import OperationKind, OperationState
from payment_hooks.testing.ledger_checks.records import make_operation, make_payment


class Ledger(DjangoLedger):
    """Something happens between the refused insert and the look at what refused it."""

    meanwhile: tuple = ()

    def _obstacle(self, operation):
        if self.meanwhile:
            happening, self.meanwhile = self.meanwhile[0], ()
            happening()
        return super()._obstacle(operation)


def refund(payment, form):
    return make_operation(payment, OperationKind.REFUND, intent_id=form)


@pytest.fixture
def ledger(database):
    return Ledger(database.using)


@pytest.fixture
def obstacle(ledger):
    """A refund on its way, and the payment that it is of."""
    payment = ledger.add_payment(make_payment())
    return payment, ledger.add_operation(refund(payment, "first"))


def test_an_operation_takes_the_slot_that_became_free(ledger, obstacle):
    payment, first = obstacle
    done = replace(first, state=OperationState.SUCCEEDED)
    ledger.meanwhile = (lambda: ledger.replace_operation(done),)
    second = refund(payment, "second")

    assert ledger.add_operation(second) == second


def test_a_slot_that_is_never_there_and_never_free_is_given_up(ledger, obstacle):
    payment, _ = obstacle
    second = refund(payment, "second")
    free = replace(second.intent, slot="free")
    orphan = replace(second, payment_id="gone", intent=free)

    with pytest.raises(StaleVersion):
        ledger.add_operation(orphan)
