"""Row 24 in a Django shop with ATOMIC_REQUESTS: the request fails after the charge."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import path

from clover_django.payments import get_payments
from payment_hooks import ChargeDetails, Mode, Money, PaymentSource, PaymentState
from payment_hooks.model.records import OperationState
from payment_hooks.recovery.recovery import Recovery
from tests.clover_oscar.test_whole_way import shop  # noqa: F401 - a fixture

DUE = Money(2599, "USD")
MOVES = {
    "charge": lambda payments, payment_id, source: payments.charge(
        payment_id, source, details=ChargeDetails(shopper_ip="203.0.113.7")
    ),
    "authorize": lambda payments, payment_id, source: payments.authorize(
        payment_id, source, details=ChargeDetails(shopper_ip="203.0.113.7")
    ),
}


def pay_and_fail(request, kind, token):
    """A view of the shop, inside its request's transaction."""
    assert transaction.get_connection().in_atomic_block
    payment = get_payments().open("100123", mode=Mode.IFRAME, amount_due=DUE)
    MOVES[kind](get_payments(), payment.payment_id, PaymentSource(token=token))
    raise RuntimeError("the shop's own code broke")


urlpatterns = [path("pay/<kind>/<token>/", pay_and_fail)]


@pytest.mark.matrix(row=24, kinds=("authorize", "charge"))
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_request_that_fails_after_the_payment_takes_no_record_with_it(
    shop,  # noqa: F811 - the fixture
    clover_simulator,
    settings,
    kind,
):
    shop("iframe")
    settings.ROOT_URLCONF = __name__
    shopper = Client(raise_request_exception=False)

    answer = shopper.get(f"/pay/{kind}/{clover_simulator.token()}/")

    assert answer.status_code == 500
    assert len(clover_simulator.ledger.charges) == 1
    (payment,) = get_payments().ledger.find_payments(reference="100123")
    (row,) = get_payments().operations(payment.payment_id)
    assert row.state is OperationState.SUCCEEDED
    assert Recovery(get_payments()).run().is_clean
    taken = PaymentState.PAID if kind == "charge" else PaymentState.AUTHORIZED
    assert get_payments().get(payment.payment_id).state is taken
