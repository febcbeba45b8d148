"""What was made in a window of time: charges, refunds, and whose a hosted page was."""

from datetime import UTC, datetime, timedelta

import pytest

from clover_provider.reads import MOST_PAGES
from payment_hooks import (
    CheckoutRequest,
    LookUpRequest,
    Mode,
    Money,
    PaymentSource,
    RefundRequest,
    ReturnUrls,
)

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
DUE = Money.of("25.99", "USD")
FIVE = Money.of("5.00", "USD")
URLS = ReturnUrls(success="https://shop.example/ok", failure="https://shop.example/no")


@pytest.fixture
def window(clover_simulator):
    """The hour around the simulator's now."""

    def build(**changes):
        now = clover_simulator.clock.now()
        hour = timedelta(hours=1)
        return LookUpRequest(
            **{"since": now - hour, "until": now + hour, "with_refunds": True} | changes
        )

    return build


@pytest.fixture
def platform(clover_simulator):
    return {"PLATFORM_TOKEN": clover_simulator.merchant.platform_token}


def open_page(provider, operation_id):
    return provider.payment_start_checkout(
        CheckoutRequest(
            amount=DUE,
            reference="100123",
            mode=Mode.HOSTED,
            operation_id=operation_id,
            return_urls=URLS,
        )
    )


def kinds(result):
    return sorted(str(row.kind) for row in result.transactions)


def test_charges_and_refunds_of_the_window_are_listed(
    provide, clover_simulator, ask_for, window
):
    provider = provide()
    charge = provider.payment_charge(
        ask_for(source=PaymentSource(token=clover_simulator.token()))
    )
    provider.payment_refund(
        RefundRequest(
            amount=FIVE, transaction_id=charge.transaction_id, reference="100123"
        )
    )

    found = provider.payment_look_up(window())

    assert (kinds(found), found.complete) == (["charge", "refund"], True)
    assert found.transactions[1].parent_id == charge.transaction_id


def test_a_refund_of_an_older_charge_is_listed_without_it(
    provide, clover_simulator, ask_for, window
):
    provider = provide()
    charge = provider.payment_charge(
        ask_for(source=PaymentSource(token=clover_simulator.token()))
    )
    clover_simulator.clock.advance(days=2)
    provider.payment_refund(
        RefundRequest(
            amount=FIVE, transaction_id=charge.transaction_id, reference="100123"
        )
    )

    [refund] = provider.payment_look_up(window()).transactions

    assert (refund.parent_id, refund.amount) == (charge.transaction_id, FIVE)


def test_refunds_are_not_asked_for_in_vain(provide, clover_simulator, window):
    provide().payment_look_up(window(with_refunds=False))

    assert clover_simulator.count("GET", "/v1/refunds") == 0


@pytest.mark.parametrize("on_v1", [True, False])
def test_the_payment_of_a_page_is_named_by_the_platform(
    provide, clover_simulator, platform, window, on_v1
):
    clover_simulator.switch(hosted_on_v1=on_v1)
    provider = provide(**platform)
    for number in range(2):
        page = open_page(provider, f"operation-{number}")
        clover_simulator.pay_hosted(page.url)

    found = provider.payment_look_up(
        window(candidates=("operation-0", "operation-1", "operation-2"))
    )

    names = {row.operation_id for row in found.transactions}
    assert (names, found.complete) == ({"operation-0", "operation-1"}, True)
    assert not any(row.may_be_in_person for row in found.transactions)


def test_without_a_platform_token_nobody_can_say_whose_a_page_was(
    provide, clover_simulator, window
):
    provider = provide()
    clover_simulator.pay_hosted(open_page(provider, "operation-1").url)

    [paid] = provider.payment_look_up(window(candidates=("operation-1",))).transactions

    assert paid.operation_id == ""


def test_what_may_be_of_the_counter_says_so(
    provide, clover_simulator, platform, window
):
    clover_simulator.switch(hosted_notes=False)
    provider = provide(**platform, MODE="hosted", MODES=["hosted"])
    clover_simulator.pay_hosted(open_page(provider, "operation-1").url)

    [paid] = provider.payment_look_up(window(candidates=("operation-1",))).transactions

    assert (paid.operation_id, paid.may_be_in_person) == ("", True)


def test_hosted_alone_reads_one_list(provide, clover_simulator, platform, window):
    provider = provide(**platform, MODE="hosted", MODES=["hosted"])
    page = open_page(provider, "operation-1")
    clover_simulator.pay_hosted(page.url)
    [paid] = clover_simulator.ledger.charges
    clover_simulator.refund_in_dashboard(paid.id, FIVE.minor_units)

    found = provider.payment_look_up(window())

    assert kinds(found) == ["charge", "refund"]
    reads = [seen for seen in clover_simulator.requests if seen.method == "GET"]
    assert len(reads) == 1


def test_a_platform_without_open_pages_is_not_asked(
    provide, clover_simulator, platform, window
):
    provide(**platform).payment_look_up(window())

    paths = {seen.path for seen in clover_simulator.requests}
    assert paths == {"/v1/charges", "/v1/refunds"}


def test_a_row_that_cannot_be_read_leaves_a_gap(answering, canned, window):
    bad = canned("charge", id="ANOTHERCHARGE", amount="much")
    page = {"object": "list", "data": [canned("charge"), bad], "has_more": False}
    provider, _ = answering((200, page))

    found = provider.payment_look_up(window(with_refunds=False, since=LONG_AGO))

    assert (len(found.transactions), found.complete) == (1, False)


def test_a_refund_that_names_no_charge_leaves_a_gap(answering, canned, window):
    bare = {"id": "RFNDABCDEF123", "amount": 500, "inReportingPeriod": True}
    provider, _ = answering((200, {"data": []}), (200, [bare]))

    found = provider.payment_look_up(window())

    assert (found.transactions, found.complete) == ((), False)


def test_a_list_without_end_leaves_a_gap(answering, canned, window):
    page = {"data": [canned("charge")], "has_more": True}
    provider, transport = answering(*[(200, page)] * MOST_PAGES)

    found = provider.payment_look_up(window(with_refunds=False, since=LONG_AGO))

    assert not found.complete
    assert len(transport.calls) == MOST_PAGES
