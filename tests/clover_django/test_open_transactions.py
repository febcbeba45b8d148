"""Inside the shop's transaction money moves, and the notification waits for the commit."""

from contextlib import suppress

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from payment_hooks import PaymentState, hookimpl
from payment_hooks.recovery.recovery import Recovery
from tests.clover_django.paying import paid


class Shop:
    """Writes its notifications down, in its own database."""

    @hookimpl
    def shop_payment_changed(self, event):
        Group.objects.create(name=event.payment.reference)


@pytest.fixture
def shop(fake):
    get_payments().plugins.register(Shop())


def orders():
    ours = Group.objects.filter(name__startswith="order-")
    return list(ours.values_list("name", flat=True))


class Undone(Exception):
    """What makes the shop's transaction roll back."""


def pay_and_roll_back():
    with suppress(Undone), transaction.atomic():
        payment = paid()
        raise Undone
    return payment


def test_the_shop_is_notified_once_its_transaction_is_committed(shop):
    with transaction.atomic():
        payment = paid()
        assert orders() == []

    (operation,) = get_payments().operations(payment.payment_id)
    assert orders() == [payment.reference]
    assert operation.notified


def test_the_state_is_known_at_once(shop):
    with transaction.atomic():
        assert paid().state is PaymentState.PAID


def test_after_a_rollback_the_shop_is_notified_by_recovery(shop):
    payment = pay_and_roll_back()
    (operation,) = get_payments().operations(payment.payment_id)
    assert orders() == []
    assert not operation.notified
    let_time_pass(minutes=1)

    Recovery(get_payments()).run()

    assert orders() == [payment.reference]


def test_a_rollback_takes_nothing_from_the_ledger(shop, fake):
    payment = pay_and_roll_back()

    again = paid_again(payment)

    assert again.state is PaymentState.PAID
    assert fake.calls.count("payment_charge") == 1


def paid_again(payment):
    payments = get_payments()
    return payments.open(
        payment.reference, mode=payment.mode, amount_due=payment.amount_due
    )


@pytest.mark.django_db
def test_the_transaction_of_a_test_case_keeps_no_message_back(plain_pages):
    from clover_django.database.transactions import find_open

    with transaction.atomic():
        assert find_open() == "default"
    assert find_open() is None
