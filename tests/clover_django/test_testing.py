"""What tests of a shop or an adapter use themselves."""

import pytest

from clover_django.models import Operation
from clover_django.shop import get_payments
from clover_django.testing import let_time_pass, provider_in_place
from payment_hooks.recovery import Recovery
from payment_hooks.testing import FakeProvider
from tests.clover_django.paying import paid, unknown_outcome

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_provider_takes_the_money_while_the_block_runs():
    with provider_in_place(FakeProvider(merchant_id="M1")) as fake:
        assert get_payments().merchant_id == "M1"
        assert paid().is_paid
        assert "payment_charge" in fake.calls

    assert get_payments().merchant_id == "TESTMERCH0001"


def test_clover_is_back_after_a_block_that_raised():
    with pytest.raises(RuntimeError), provider_in_place(FakeProvider()):
        raise RuntimeError("a test failed")

    assert get_payments().merchant_id == "TESTMERCH0001"


def test_recovery_finds_after_some_time_what_it_leaves_alone_before(fake):
    payment = unknown_outcome(fake, after=True)

    let_time_pass(minutes=10)
    Recovery(get_payments()).run()

    assert get_payments().get(payment.payment_id).is_paid


def test_a_lease_runs_out_as_time_passes(fake):
    payment = paid()
    Operation.objects.update(lease_until="2999-01-01T00:00:00Z", notified=False)
    before = get_payments().operations(payment.payment_id)[0].lease_until

    let_time_pass(minutes=1)

    assert get_payments().operations(payment.payment_id)[0].lease_until < before
