"""Checks of captures, refunds and voids."""

from collections.abc import Callable

import pytest

from payment_hooks.model.errors import InvalidRequest, PaymentDeclined, PaymentError
from payment_hooks.model.kinds import TransactionKind, TransactionStatus
from payment_hooks.model.money import Money
from payment_hooks.model.requests import RetrieveRequest
from payment_hooks.model.results import Transaction
from payment_hooks.testing.provider_checks.bench import (
    DUE,
    Bench,
    Moved,
    authorize,
    capture,
    charge,
    needs,
    refund,
    void,
)


class ChangingChecks:
    """What a provider answers about money that it holds or took."""

    @needs("payment_authorize", "payment_capture")
    def test_a_capture_takes_what_was_authorized(self, bench: Bench) -> None:
        """And names the authorization."""
        authorized = authorize(bench)

        taken = capture(bench, authorized)

        assert (taken.kind, taken.parent_id or taken.transaction_id) == (
            TransactionKind.CAPTURE,
            authorized.transaction_id,
        )
        assert bench.moved() == Moved(payments=1, taken=DUE)

    @needs("payment_authorize", "payment_capture")
    def test_a_capture_of_a_part_takes_the_part(self, bench: Bench) -> None:
        """Not everything that was authorized."""
        taken = capture(bench, authorize(bench), 1000)

        assert taken.amount == Money(1000, bench.currency)
        assert bench.moved() == Moved(payments=1, taken=1000)

    @needs("payment_authorize", "payment_capture")
    def test_a_capture_of_more_than_was_authorized_is_refused(
        self, bench: Bench
    ) -> None:
        """With nothing taken."""
        authorized = authorize(bench)

        _is_refused(lambda: capture(bench, authorized, DUE + 1))

        assert bench.moved() == Moved(payments=1)

    @needs("payment_authorize", "payment_capture")
    def test_a_second_capture_takes_nothing(self, bench: Bench) -> None:
        """Whatever it is answered with."""
        authorized = authorize(bench)
        capture(bench, authorized)

        _is_refused(lambda: capture(bench, authorized))

        assert bench.moved() == Moved(payments=1, taken=DUE)

    @needs("payment_charge", "payment_refund")
    def test_a_refund_gives_the_part_back(self, bench: Bench) -> None:
        """And names the charge."""
        taken = charge(bench)

        returned = refund(bench, taken.transaction_id, 600)

        assert returned.kind is TransactionKind.REFUND
        assert returned.parent_id == taken.transaction_id
        assert returned.amount == Money(600, bench.currency)
        assert bench.moved() == Moved(payments=1, taken=DUE, returned=600)

    @needs("payment_charge", "payment_refund")
    def test_partial_refunds_add_up(self, bench: Bench) -> None:
        """Two of one amount are two refunds."""
        taken = charge(bench)

        ids = {
            refund(bench, taken.transaction_id, cents).transaction_id
            for cents in (500, 500, DUE - 1000)
        }

        assert len(ids) == 3
        assert bench.moved() == Moved(payments=1, taken=DUE, returned=DUE)

    @needs("payment_charge", "payment_refund")
    def test_more_than_is_left_is_not_refunded(self, bench: Bench) -> None:
        """The sum of all refunds counts."""
        taken = charge(bench)
        refund(bench, taken.transaction_id, 2000)

        _is_refused(lambda: refund(bench, taken.transaction_id, 600))

        assert bench.moved() == Moved(payments=1, taken=DUE, returned=2000)

    @needs("payment_refund")
    def test_a_refund_of_an_unknown_charge_is_refused(self, bench: Bench) -> None:
        """As a payment error; nothing else may escape."""
        with pytest.raises(PaymentError):
            refund(bench, "NOSUCHCHARGE1", 100)

    @needs("payment_authorize", "payment_void")
    def test_a_void_takes_nothing(self, bench: Bench) -> None:
        """And is reported as one."""
        released = void(bench, authorize(bench))

        assert released.kind is TransactionKind.VOID
        assert bench.moved().taken == 0

    @needs("payment_authorize", "payment_capture", "payment_void")
    def test_what_was_voided_cannot_be_captured(self, bench: Bench) -> None:
        """The shopper was shown that it is released."""
        authorized = authorize(bench)
        void(bench, authorized)

        _is_refused(lambda: capture(bench, authorized))

        assert bench.moved().taken == 0

    @needs("payment_authorize", "payment_void", "payment_retrieve")
    def test_what_was_voided_is_never_reported_as_money(self, bench: Bench) -> None:
        """A look-up that says less would turn the void into a payment."""
        authorized = authorize(bench)
        void(bench, authorized)

        found = bench.provider.payment_retrieve(
            request=RetrieveRequest(
                transaction_id=authorized.transaction_id, with_refunds=True
            )
        ).transaction

        assert found.transaction_id == authorized.transaction_id
        assert found.status is TransactionStatus.VOIDED

    @needs("payment_authorize", "payment_capture", "payment_void")
    def test_what_was_captured_cannot_be_voided(self, bench: Bench) -> None:
        """It must be refunded."""
        authorized = authorize(bench)
        capture(bench, authorized)

        _is_refused(lambda: void(bench, authorized))

        assert bench.moved() == Moved(payments=1, taken=DUE)


def _is_refused(work: Callable[[], Transaction]) -> None:
    with pytest.raises((InvalidRequest, PaymentDeclined)):
        work()
