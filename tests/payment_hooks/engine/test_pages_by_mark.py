"""Which page was paid, where the provider names an operation only to whoever asks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import (
    Mode,
    Money,
    OperationState,
    PaymentSource,
    PaymentState,
    TransactionKind,
    hookimpl,
)

DUE, TOO_MUCH = Money(2599, "USD"), Money(9999, "USD")


class Digests:
    """Names the operation of a row only among those that are asked for."""

    @hookimpl(wrapper=True)
    def payment_retrieve(self, request):
        found = yield
        row = found.transaction
        if row is None or row.operation_id in request.candidates:
            return found
        return replace(found, transaction=replace(row, operation_id=""))


@pytest.fixture
def pages(payments, registry, clock):
    """Two pages of one payment: the first is too old when the second is opened."""
    registry.register(Digests())
    payment_id = payments.open("100123", mode=Mode.HOSTED).payment_id
    payments.start_checkout(payment_id)
    clock.advance(minutes=16)
    payments.start_checkout(payment_id)
    return payments.operations(payment_id)


def pay(provider, page, amount, clock):
    row = provider._add(TransactionKind.CHARGE, amount, operation_id=page.operation_id)
    made_at = clock() + timedelta(minutes=1)
    provider.ledger[row.transaction_id] = replace(row, created_at=made_at)
    return row.transaction_id


def test_money_of_the_first_page_does_not_use_up_the_second(
    payments, provider, pages, clock
):
    first, _ = pages
    misfit = pay(provider, first, TOO_MUCH, clock)

    payments.resolve(first.payment_id, transaction_id=misfit)

    known = payments.operations(first.payment_id)
    assert [row.state for row in known] == [
        OperationState.SUCCEEDED,
        OperationState.WAITING,
    ]
    assert known[0].transaction_id == misfit


def test_both_pages_are_resolved_with_their_own_money(payments, provider, pages, clock):
    first, second = pages
    misfit, right = (
        pay(provider, page, amount, clock)
        for page, amount in ((first, TOO_MUCH), (second, DUE))
    )
    payments.resolve(first.payment_id, transaction_id=misfit)

    payments.resolve(
        first.payment_id, transaction_id=right, session_id=second.page.session_id
    )

    known = payments.operations(first.payment_id)
    assert [row.transaction_id for row in known] == [misfit, right]
    assert [row.flag for row in known] == ["amount_differs", ""]
    assert payments.get(first.payment_id).state is PaymentState.PAID


def test_a_message_that_names_the_other_page_uses_neither_up(
    payments, provider, pages, clock
):
    first, second = pages
    paid = pay(provider, first, DUE, clock)

    payments.resolve(
        first.payment_id, transaction_id=paid, session_id=second.page.session_id
    )

    known = payments.operations(first.payment_id)
    assert {row.state for row in known} == {OperationState.WAITING}
    assert payments.get(first.payment_id).flags == ("reference_differs",)


@pytest.fixture
def page(payments, provider):
    """A page of a provider that shows marks."""
    provider.shows_marks = True
    payment_id = payments.open("100124", mode=Mode.HOSTED).payment_id
    payments.start_checkout(payment_id)
    return payments.operations(payment_id)[0]


def test_a_sale_of_the_same_amount_without_our_mark_pays_no_page(
    payments, provider, page
):
    sale = provider.pay_session(DUE).transaction_id

    resolved = payments.resolve(page.payment_id, transaction_id=sale)

    assert (resolved.state, resolved.flags) == (
        PaymentState.OPEN,
        ("reference_differs",),
    )


def test_the_money_of_another_payments_page_pays_none_of_ours(payments, provider, page):
    other = payments.open("100125", mode=Mode.HOSTED).payment_id
    session_id = payments.start_checkout(other).session_id
    theirs = provider.pay_session(DUE, session_id).transaction_id

    resolved = payments.resolve(page.payment_id, transaction_id=theirs)

    assert (resolved.state, resolved.flags) == (
        PaymentState.OPEN,
        ("reference_differs",),
    )
    assert payments.resolve(other, transaction_id=theirs).state is PaymentState.PAID


def test_the_mark_of_the_page_makes_it_paid(payments, provider, page):
    ours = provider.pay_session(DUE, page.page.session_id).transaction_id

    resolved = payments.resolve(page.payment_id, transaction_id=ours)

    assert (resolved.state, resolved.flags) == (PaymentState.PAID, ())


def test_where_no_mark_can_be_had_amount_and_time_decide(payments, provider, page):
    provider.shows_marks = False
    bare = provider.pay_session(DUE).transaction_id

    resolved = payments.resolve(page.payment_id, transaction_id=bare)

    assert (resolved.state, resolved.flags) == (PaymentState.PAID, ())


def test_a_message_about_money_that_the_payment_holds_flags_nothing(payments, provider):
    """A message need not be about a page: it names what is known already."""
    payment_id = payments.open("100124", mode=Mode.IFRAME).payment_id
    done = payments.charge(payment_id, PaymentSource(token="tok-good"))

    resolved = payments.resolve(payment_id, transaction_id=done.transaction_id)

    assert (resolved.state, resolved.flags) == (PaymentState.PAID, ())


@pytest.mark.parametrize("kind", [TransactionKind.REFUND, TransactionKind.VOID])
def test_what_was_refunded_elsewhere_pays_no_page(payments, provider, kind):
    """Also where the amount is right, and the message is signed."""
    payment_id = payments.open("100124", mode=Mode.HOSTED).payment_id
    page = payments.start_checkout(payment_id)
    returned = provider._add(kind, payments.get(payment_id).amount_due)

    resolved = payments.resolve(
        payment_id,
        transaction_id=returned.transaction_id,
        session_id=page.session_id,
    )

    assert (resolved.state, resolved.flags) == (PaymentState.OPEN, ("kind_differs",))
    [row] = payments.operations(payment_id)
    assert row.state is OperationState.WAITING
