"""Whatever Clover may do with lists, counters and words, the simulator does it here."""

from datetime import timedelta

import pytest

from payment_hooks import (
    CheckoutRequest,
    FindRequest,
    FindResult,
    ListRequest,
    Mode,
    Money,
    PaymentSource,
    RefundRequest,
    RemoveSourceRequest,
    RetrieveRequest,
    ReturnUrls,
    SaveSourceRequest,
    TransactionKind,
    TransactionStatus,
    VoidRequest,
)

URLS = ReturnUrls(success="https://shop.example/ok", failure="https://shop.example/no")
DUE = Money.of("25.99", "USD")
HOUR = timedelta(hours=1)


@pytest.fixture
def card(clover_simulator):
    """Builds fresh tokens of the card that is approved."""
    return lambda: PaymentSource(token=clover_simulator.token())


@pytest.fixture
def hosted(provide, clover_simulator):
    """A provider of a merchant with hosted pages alone."""
    return provide(
        MODE="hosted",
        MODES=["hosted"],
        PRIVATE_KEY=None,
        PLATFORM_TOKEN=clover_simulator.merchant.platform_token,
    )


def around(simulator, **changes):
    now = simulator.clock.now()
    return ListRequest(since=now - HOUR, until=now + HOUR, **changes)


def search(simulator, operation_id):
    now = simulator.clock.now()
    return FindRequest(operation_id=operation_id, since=now - HOUR, until=now + HOUR)


def page_for(operation_id, amount=DUE):
    return CheckoutRequest(
        amount=amount,
        reference="100123",
        mode=Mode.HOSTED,
        operation_id=operation_id,
        return_urls=URLS,
    )


@pytest.mark.parametrize("time_filters", ["honoured", "ignored", "refused"])
@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
@pytest.mark.parametrize("cursors", ["inclusive", "exclusive"])
def test_a_charge_is_found_and_an_absence_is_proven_in_any_list(
    provide, clover_simulator, card, ask_for, time_filters, order, cursors
):
    clover_simulator.switch(
        time_filters=time_filters, list_order=order, list_cursors=cursors
    )
    provider = provide()
    for number in range(3):
        clover_simulator.clock.advance(days=1)
        key = f"operation-{number}"
        provider.payment_charge(ask_for(source=card(), idempotency_key=key))

    found = provider.payment_find(search(clover_simulator, "operation-2")).transaction
    nothing = provider.payment_find(search(clover_simulator, "never"))
    assert (found.operation_id, found.amount) == ("operation-2", DUE)
    assert nothing == FindResult(complete=True)


@pytest.mark.parametrize("on_v1", [True, False])
def test_a_hosted_payment_names_its_page_by_id(
    provide, hosted, clover_simulator, on_v1
):
    clover_simulator.switch(hosted_on_v1=on_v1)
    both = provide(PLATFORM_TOKEN=clover_simulator.merchant.platform_token)
    page = both.payment_start_checkout(page_for("operation-1"))
    clover_simulator.pay_hosted(page.url)
    [charge] = clover_simulator.ledger.charges

    request = RetrieveRequest(
        transaction_id=charge.id, candidates=("operation-0", "operation-1")
    )

    for provider in (both, hosted):
        paid = provider.payment_retrieve(request).transaction
        assert paid.operation_id == "operation-1"


RESULTS = [
    "AUTH",
    "AUTH_COMPLETED",
    "INITIATED",
    "VOIDING",
    "VOID_FAILED",
    "PENDING",
    "VOIDED",
    "FAIL",
]


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("amount", [0, 500])
def test_the_counter_does_not_spoil_a_hosted_shops_list(
    hosted, clover_simulator, result, amount
):
    page = hosted.payment_start_checkout(page_for("operation-1"))
    clover_simulator.pay_hosted(page.url)
    clover_simulator.add_counter_payment(result, amount)

    found = hosted.payment_list(around(clover_simulator, candidates=("operation-1",)))

    ours = [row for row in found.transactions if not row.may_be_in_person]
    others = [row for row in found.transactions if row.may_be_in_person]
    assert [row.operation_id for row in ours] == ["operation-1"]
    assert found.complete
    assert not any(row.captured and row.captured.minor_units for row in others)


@pytest.mark.parametrize("form", ["object", "list"])
def test_a_surcharge_is_kept_apart_on_either_side(
    provide, hosted, clover_simulator, card, ask_for, form
):
    clover_simulator.switch(surcharge_percent=2.4, additional_charges_form=form)
    both = provide(PLATFORM_TOKEN=clover_simulator.merchant.platform_token)

    charge = both.payment_charge(ask_for(133, source=card()))
    page = hosted.payment_start_checkout(page_for("operation-1", Money(133, "USD")))
    clover_simulator.pay_hosted(page.url)

    rows = [charge, *hosted.payment_list(around(clover_simulator)).transactions]
    assert len(rows) == 3
    for row in rows:
        assert (row.amount, row.surcharge) == (Money(133, "USD"), Money(3, "USD"))


def test_a_voided_authorization_is_captured_on_no_side(
    provide, hosted, clover_simulator, card, ask_for
):
    iframe = provide()
    authorized = iframe.payment_authorize(ask_for(source=card()))
    iframe.payment_void(
        VoidRequest(
            transaction_id=authorized.transaction_id, amount=DUE, reference="100123"
        )
    )

    [listed] = [
        row
        for row in hosted.payment_list(around(clover_simulator)).transactions
        if row.transaction_id == authorized.transaction_id
    ]
    by_id = RetrieveRequest(transaction_id=authorized.transaction_id)
    single = hosted.payment_retrieve(by_id).transaction

    for row in (listed, single):
        assert row.kind is TransactionKind.AUTHORIZATION
        assert (row.status, row.captured) == (TransactionStatus.VOIDED, None)


@pytest.mark.parametrize("rows", ["full", "bare"])
def test_a_refund_that_was_voided_may_be_given_again(
    provide, clover_simulator, card, ask_for, rows
):
    clover_simulator.switch(refund_rows=rows)
    provider = provide()
    charge = provider.payment_charge(ask_for(source=card()))
    whole = RefundRequest(
        transaction_id=charge.transaction_id, amount=DUE, reference="100123"
    )
    refund = provider.payment_refund(whole)
    clover_simulator.void_refund(refund.transaction_id)

    found = provider.payment_retrieve(
        RetrieveRequest(transaction_id=charge.transaction_id, with_refunds=True)
    )

    (voided,) = found.refunds
    assert found.transaction.refunded == Money(0, "USD")
    assert voided.status is TransactionStatus.VOIDED
    provider.payment_refund(
        RefundRequest(
            transaction_id=charge.transaction_id,
            amount=DUE,
            reference="100123",
            idempotency_key="a-second-refund",
        )
    )


@pytest.mark.parametrize("code", ["invalid_request", "resource_missing"])
def test_a_card_that_is_gone_is_gone(provide, clover_simulator, card, code):
    clover_simulator.switch(delete_missing_code=code)
    provider = provide()
    saved = provider.payment_save_source(
        SaveSourceRequest(source=card(), email="a@shop.example")
    )
    removal = RemoveSourceRequest(source_id=saved.source_id)

    assert [provider.payment_remove_source(removal) for _ in range(2)] == [True, True]


def test_numbers_years_and_letters_are_read_as_they_come(
    provide, clover_simulator, card, ask_for
):
    clover_simulator.switch(
        numbers_for_text=True, year_digits=2, merchant_id_case="lower"
    )
    provider = provide()

    charge = provider.payment_charge(ask_for(source=card()))
    session = provider.payment_start_checkout(
        CheckoutRequest(amount=DUE, reference="7", mode=Mode.IFRAME)
    )

    assert charge.source.last4 == "4242"
    assert charge.source.exp_year > 2000
    assert session.merchant_id == clover_simulator.merchant.id


def test_a_gift_card_without_currency_and_time_is_read(
    provide, clover_simulator, card, ask_for
):
    clover_simulator.switch(payment_method="giftCard")
    provider = provide()

    charge = provider.payment_charge(ask_for(source=card()))
    by_id = RetrieveRequest(transaction_id=charge.transaction_id)
    read = provider.payment_retrieve(by_id).transaction

    assert charge.amount == read.amount == DUE
    assert read.created_at is None


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_a_charge_that_did_not_succeed_is_found_as_what_it_is(
    provide, clover_simulator, card, ask_for, status
):
    provider = provide()
    charge = provider.payment_charge(ask_for(source=card()))
    clover_simulator.set_charge_status(charge.transaction_id, status)

    found = provider.payment_find(
        search(clover_simulator, charge.operation_id)
    ).transaction

    assert found.status == status
