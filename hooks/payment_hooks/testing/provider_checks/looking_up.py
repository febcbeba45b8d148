"""Checks of reading: one transaction, the movement of an operation, all of a window."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from payment_hooks.model.errors import OutcomeUnknown, PaymentError, ProviderUnavailable
from payment_hooks.model.kinds import TransactionKind, TransactionStatus
from payment_hooks.model.requests import (
    FindRequest,
    ListRequest,
    PaymentRequest,
    RetrieveRequest,
)
from payment_hooks.model.results import FindResult, ListResult, RetrieveResult
from payment_hooks.testing.provider_checks.bench import (
    Bench,
    ask,
    charge,
    needs,
    refund,
)

_MARGIN = timedelta(minutes=10)
_NEVER_MADE = "NEVERMADE0001"
_NOBODYS = "an-operation-of-nobody"


class LookingUpChecks:
    """What a provider knows of its movements, and that reading moves none."""

    @needs("payment_charge", "payment_retrieve")
    def test_a_charge_is_retrieved_by_its_id(self, bench: Bench) -> None:
        """The one, and no other."""
        charge(bench)
        taken = charge(bench)

        found = _retrieve(bench, taken.transaction_id).transaction

        assert found is not None
        assert (found.transaction_id, found.amount, found.status) == (
            taken.transaction_id,
            taken.amount,
            TransactionStatus.SUCCEEDED,
        )

    @needs("payment_charge", "payment_retrieve")
    def test_what_was_never_made_is_not_retrieved(self, bench: Bench) -> None:
        """Nothing stands in for it."""
        charge(bench)

        assert _retrieve(bench, _NEVER_MADE) == RetrieveResult()

    @needs("payment_charge", "payment_refund", "payment_retrieve")
    def test_a_charge_is_retrieved_with_its_refunds(self, bench: Bench) -> None:
        """Its own, all of them; where they are not asked for, nothing is said of them."""
        other, taken = charge(bench), charge(bench)
        refund(bench, other.transaction_id, 100)
        made = {refund(bench, taken.transaction_id, 600).transaction_id for _ in "12"}

        found = _retrieve(bench, taken.transaction_id, with_refunds=True)
        bare = _retrieve(bench, taken.transaction_id)

        assert {row.transaction_id for row in found.refunds} == made
        assert {row.kind for row in found.refunds} == {TransactionKind.REFUND}
        assert (bare.refunds, bare.complete) == ((), False)

    @needs("payment_charge", "payment_retrieve")
    def test_a_charge_is_not_taken_for_a_hosted_pages_money(self, bench: Bench) -> None:
        """It is named by its own operation, or shown to be of none of the candidates."""
        taken = charge(bench)

        found = _retrieve(
            bench, taken.transaction_id, candidates=("a-page-of-ours",)
        ).transaction

        assert found is not None
        assert found.operation_id != "a-page-of-ours"
        assert found.operation_id or found.shows_marks

    @needs("payment_charge", "payment_retrieve")
    def test_retrieving_moves_no_money(self, bench: Bench) -> None:
        """Whatever is asked for, and however often."""
        request, taken = _charge_unsent_and_sent(bench)
        before = bench.moved()

        for transaction_id in (taken, _NEVER_MADE, taken):
            _retrieve(
                bench,
                transaction_id,
                with_refunds=True,
                candidates=(request.operation_id,),
            )

        assert bench.moved() == before

    @needs("payment_retrieve")
    def test_retrieving_that_reaches_no_one_is_no_evidence(self, bench: Bench) -> None:
        """No transaction would say that there is none."""
        with bench.refusing(), pytest.raises(ProviderUnavailable):
            _retrieve(bench, _NEVER_MADE)

    @needs("payment_charge", "payment_find")
    def test_a_lost_charge_is_found_by_its_operation(self, bench: Bench) -> None:
        """Within the window in which it was made."""
        request = ask(bench)
        bench.lose_answer("payment_charge")
        with pytest.raises(OutcomeUnknown):
            charge(bench, request)
        charge(bench)

        found = _find(bench, request.operation_id).transaction

        assert found is not None
        assert (found.operation_id, found.amount, found.status) == (
            request.operation_id,
            request.amount,
            TransactionStatus.SUCCEEDED,
        )

    @needs("payment_charge", "payment_find")
    def test_finding_nothing_is_evidence_of_absence(self, bench: Bench) -> None:
        """The whole window was seen."""
        charge(bench)

        assert _find(bench, _NOBODYS) == FindResult(complete=True)

    @needs("payment_charge", "payment_find")
    def test_finding_moves_no_money(self, bench: Bench) -> None:
        """Neither for what was never sent, nor for what was."""
        request, _ = _charge_unsent_and_sent(bench)
        before = bench.moved()

        for operation_id in (request.operation_id, _NOBODYS, request.operation_id):
            _find(bench, operation_id)

        assert bench.moved() == before

    @needs("payment_find")
    def test_finding_that_reaches_no_one_is_no_evidence(self, bench: Bench) -> None:
        """An empty result would say that nothing was taken."""
        with bench.refusing(), pytest.raises(ProviderUnavailable):
            _find(bench, _NOBODYS)

    @needs("payment_charge", "payment_refund", "payment_list")
    def test_all_that_was_made_is_listed_once(self, bench: Bench) -> None:
        """Refunds beside charges, and complete."""
        made = [charge(bench).transaction_id for _ in "12"]
        made.append(refund(bench, made[0], 600).transaction_id)

        listed = _list(bench)

        assert sorted(row.transaction_id for row in listed.transactions) == sorted(made)
        assert listed.complete

    @needs("payment_charge", "payment_list")
    def test_a_listed_charge_names_its_operation_to_who_asks(
        self, bench: Bench
    ) -> None:
        """By itself, or among the candidates."""
        request = ask(bench)
        charge(bench, request)

        [listed] = _list(
            bench, candidates=(_NOBODYS, request.operation_id)
        ).transactions

        assert listed.operation_id == request.operation_id

    @needs("payment_charge", "payment_list")
    def test_listing_moves_no_money(self, bench: Bench) -> None:
        """Whoever may be in the list."""
        request, _ = _charge_unsent_and_sent(bench)
        before = bench.moved()

        for _ in range(2):
            _list(bench, candidates=(request.operation_id,))

        assert bench.moved() == before

    @needs("payment_list")
    def test_listing_that_reaches_no_one_is_no_evidence(self, bench: Bench) -> None:
        """An empty list would say that nothing was made."""
        with bench.refusing(), pytest.raises(ProviderUnavailable):
            _list(bench)


def _charge_unsent_and_sent(bench: Bench) -> tuple[PaymentRequest, str]:
    """A request that never arrived, and the id of a charge that was made."""
    request = ask(bench)
    with bench.refusing(), suppress(PaymentError):
        charge(bench, request)
    return request, charge(bench).transaction_id


def _retrieve(
    bench: Bench,
    transaction_id: str,
    *,
    with_refunds: bool = False,
    candidates: tuple[str, ...] = (),
) -> RetrieveResult:
    result = bench.provider.payment_retrieve(
        request=RetrieveRequest(
            transaction_id=transaction_id,
            with_refunds=with_refunds,
            candidates=candidates,
        )
    )
    assert type(result) is RetrieveResult
    return result


def _find(bench: Bench, operation_id: str) -> FindResult:
    since, until = _window()
    result = bench.provider.payment_find(
        request=FindRequest(operation_id=operation_id, since=since, until=until)
    )
    assert type(result) is FindResult
    return result


def _list(bench: Bench, *, candidates: tuple[str, ...] = ()) -> ListResult:
    since, until = _window()
    result = bench.provider.payment_list(
        request=ListRequest(since=since, until=until, candidates=candidates)
    )
    assert type(result) is ListResult
    return result


def _window() -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    return now - _MARGIN, now + _MARGIN
