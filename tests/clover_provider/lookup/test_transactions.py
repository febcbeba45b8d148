"""What was made in a window of time: charges, refunds, and whose a hosted page was."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from clover_provider.api.references import build_mark, external_reference
from clover_provider.lookup.queries import Queries
from clover_provider.lookup.transactions import Transactions
from payment_hooks import (
    CheckoutRequest,
    ListRequest,
    Mode,
    Money,
    PaymentSource,
    ProviderUnavailable,
    RefundRequest,
    ReturnUrls,
)
from tests.clover_provider.conftest import FakeTransport

DUE = Money.of("25.99", "USD")
FIVE = Money.of("5.00", "USD")


def usd(cents):
    return Money(cents, "USD")


URLS = ReturnUrls(success="https://shop.example/ok", failure="https://shop.example/no")


@pytest.fixture
def window(clover_simulator):
    """The hour around the simulator's now."""

    def build(**changes):
        now = clover_simulator.clock.now()
        hour = timedelta(hours=1)
        return ListRequest(**{"since": now - hour, "until": now + hour} | changes)

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

    found = provider.payment_list(window())

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

    [refund] = provider.payment_list(window()).transactions

    assert (refund.parent_id, refund.amount) == (charge.transaction_id, FIVE)


@pytest.mark.parametrize("on_v1", [True, False])
def test_the_payment_of_a_page_is_named_by_the_platform(
    provide, clover_simulator, platform, window, on_v1
):
    clover_simulator.switch(hosted_on_v1=on_v1)
    provider = provide(**platform)
    for number in range(2):
        page = open_page(provider, f"operation-{number}")
        clover_simulator.pay_hosted(page.url)

    found = provider.payment_list(
        window(candidates=("operation-0", "operation-1", "operation-2"))
    )

    names = {row.operation_id for row in found.transactions}
    assert (names, found.complete) == ({"operation-0", "operation-1"}, True)
    assert not any(row.may_be_in_person for row in found.transactions)


def test_without_a_platform_token_no_one_can_say_whose_a_page_was(
    provide, clover_simulator, window
):
    provider = provide()
    clover_simulator.pay_hosted(open_page(provider, "operation-1").url)

    [paid] = provider.payment_list(window(candidates=("operation-1",))).transactions

    assert paid.operation_id == ""


def test_what_may_be_of_the_counter_says_so(
    provide, clover_simulator, platform, window
):
    clover_simulator.switch(hosted_notes=False)
    provider = provide(**platform, MODE="hosted", MODES=["hosted"])
    clover_simulator.pay_hosted(open_page(provider, "operation-1").url)

    [paid] = provider.payment_list(window(candidates=("operation-1",))).transactions

    assert (paid.operation_id, paid.may_be_in_person) == ("", True)


def test_hosted_alone_reads_one_list(provide, clover_simulator, platform, window):
    provider = provide(**platform, MODE="hosted", MODES=["hosted"])
    page = open_page(provider, "operation-1")
    clover_simulator.pay_hosted(page.url)
    [paid] = clover_simulator.ledger.charges
    clover_simulator.refund_in_dashboard(paid.id, FIVE.minor_units)

    found = provider.payment_list(window())

    assert kinds(found) == ["charge", "refund"]
    reads = [seen for seen in clover_simulator.requests if seen.method == "GET"]
    assert len(reads) == 1


def test_a_platform_without_open_pages_is_not_asked(
    provide, clover_simulator, platform, window
):
    provide(**platform).payment_list(window())

    paths = {seen.path for seen in clover_simulator.requests}
    assert paths == {"/v1/charges", "/v1/refunds"}


def test_a_refund_that_names_no_charge_leaves_a_gap(answering, canned, window):
    bare = {"id": "RFNDABCDEF123", "amount": 500, "inReportingPeriod": True}
    provider, _ = answering((200, {"data": []}), (200, [bare]))

    found = provider.payment_list(window())

    assert (found.transactions, found.complete) == ((), False)


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MARK = {"name": "Order 100123", "note": build_mark("operation-1")}


@pytest.fixture
def hosted(configure):
    """A merchant with hosted pages alone, whose platform token is known."""
    return configure(
        MODE="hosted",
        PLATFORM_TOKEN="v3",
        HOSTED_PRIVATE_KEY="hosted",
        WEBHOOK_SECRETS="secret",
        PRIVATE_KEY=None,
    )


@pytest.fixture
def order_with(canned):
    """Builds an order of the platform's with one payment."""

    def build(number=1, lines=(), refunds=(), **changes):
        created = int(NOON.timestamp() * 1000)
        payment_id = f"PAYMENT{number:06}"
        defaults = {"id": payment_id, "createdTime": created, "refunds": None}
        payment = canned("platform_payment", **defaults | changes)
        return {
            "id": f"ORDER{number:08}",
            "createdTime": created,
            "payments": {"elements": [payment]},
            "lineItems": {"elements": list(lines)},
            "refunds": {"elements": list(refunds)},
        }

    return build


@pytest.fixture
def list_orders(hosted):
    """Lists what the answers hold, at noon; and the calls that were made."""

    def ask(request, *answers, config=hosted):
        transport = FakeTransport(*answers)
        transactions = Transactions(Queries(transport.send, config), now=lambda: NOON)
        return transactions.list(request), transport.calls

    return ask


def orders_of(*orders):
    return (200, {"elements": list(orders)})


def around_noon(**changes):
    window = {"since": NOON - timedelta(hours=1), "until": NOON + timedelta(hours=1)}
    return ListRequest(**window | changes)


UNREADABLE = [
    {"result": "AUTH_COMPLETED"},
    {"result": "VOID_FAILED"},
    {"result": "AUTH", "amount": 0},
    {"result": "INITIATED", "amount": 0},
    {"result": "VOIDING", "amount": 0},
    {"result": "PENDING", "amount": 0},
    {"cardTransaction": None, "amount": 0},
    {"id": None},
]


@pytest.mark.parametrize("changes", UNREADABLE, ids=str)
def test_what_was_sold_over_the_counter_may_be_unreadable(
    list_orders, order_with, changes
):
    answer = orders_of(order_with(1, [MARK]), order_with(2, **changes))

    found, _ = list_orders(around_noon(candidates=("operation-1",)), answer)

    assert [row.operation_id for row in found.transactions] == ["operation-1"]
    assert found.complete


@pytest.mark.parametrize("changes", UNREADABLE, ids=str)
def test_our_own_page_that_cannot_be_read_leaves_a_gap(
    list_orders, order_with, changes
):
    found, _ = list_orders(around_noon(), orders_of(order_with(1, [MARK], **changes)))

    assert (found.transactions, found.complete, found.too_long) == ((), False, False)


@pytest.mark.parametrize(
    ("parts", "complete"),
    [
        ({"lineItems": "many"}, True),
        ({"payments": "many"}, False),
        ({"refunds": "many"}, False),
        ({"refunds": {"elements": [{"id": "R1", "payment": {"id": "OTHER"}}]}}, False),
        ({"payments": {"elements": [{}] * 100}}, False),
    ],
    ids=str,
)
def test_an_order_that_does_not_hold_all_of_ours_leaves_a_gap(
    list_orders, order_with, parts, complete
):
    found, _ = list_orders(around_noon(), orders_of(order_with(1, [MARK]) | parts))

    assert found.complete is complete


def test_an_order_of_the_platform_brings_card_surcharge_and_refunds(
    list_orders, order_with
):
    refunds = [
        {"id": "RFND000000001", "amount": 500, "payment": {"id": "PAYMENT000001"}},
        {
            "id": "RFND000000002",
            "amount": 300,
            "payment": {"id": "PAYMENT000001"},
            "voided": True,
        },
    ]
    surcharge = {"elements": [{"type": "CREDIT_SURCHARGE", "amount": 62}]}
    order = order_with(1, [MARK], refunds, additionalCharges=surcharge)

    found, calls = list_orders(around_noon(), orders_of(order))

    payment, *returned = found.transactions
    assert (payment.surcharge, payment.refunded) == (usd(62), usd(500))
    assert payment.source.last4 == "4242"
    assert [row.status for row in returned] == ["succeeded", "voided"]
    (query,) = parse_qs(urlsplit(calls[0].url).query)["expand"]
    assert set(query.split(",")) == {
        "payments",
        "payments.cardTransaction",
        "payments.additionalCharges",
        "refunds",
        "lineItems",
    }


def test_a_voided_payment_of_the_list_is_not_captured(list_orders, order_with):
    order = order_with(1, [], result="VOIDED", cardTransaction=None)

    found, _ = list_orders(around_noon(), orders_of(order))

    [voided] = found.transactions
    assert (voided.kind, voided.status) == ("authorization", "voided")
    assert voided.captured is None


def days_ago(calls):
    """The first and the last moment that each call asked for, as days before noon."""
    return [
        [
            round((NOON.timestamp() - int(text[len("createdTime>=") :]) / 1000) / 86400)
            for text in parse_qs(urlsplit(call.url).query)["filter"]
        ]
        for call in calls
    ]


EMPTY = (200, {"elements": []})
REFUSED = (400, {"message": "createdTime is too far back"})


def test_the_platform_is_asked_within_its_reach_only(list_orders):
    since, until = NOON - timedelta(days=89), NOON

    listed, calls = list_orders(ListRequest(since=since, until=until), EMPTY)

    assert days_ago(calls) == [[89, 0]]
    assert listed.complete


@pytest.mark.parametrize("older", [EMPTY, REFUSED, (503, {})], ids=str)
def test_what_is_older_than_the_platforms_reach_proves_nothing(list_orders, older):
    since, until = NOON - timedelta(days=200), NOON

    listed, calls = list_orders(
        ListRequest(since=since, until=until), EMPTY, older, older
    )

    assert days_ago(calls) == [[90, 0], [180, 90], [200, 180]]
    assert (listed.complete, listed.too_long) == (False, False)


def test_a_window_of_long_ago_is_asked_for_all_the_same(list_orders, order_with):
    since, until = NOON - timedelta(days=120), NOON - timedelta(days=100)
    made_at = int((NOON - timedelta(days=110)).timestamp() * 1000)
    order = order_with(1, [MARK], createdTime=made_at)

    listed, calls = list_orders(ListRequest(since=since, until=until), orders_of(order))

    assert days_ago(calls) == [[120, 100]]
    assert [row.mark for row in listed.transactions] == [
        external_reference("operation-1")
    ]
    assert not listed.complete


def test_a_recent_list_of_orders_that_is_refused_is_no_empty_list(list_orders):
    with pytest.raises(ProviderUnavailable):
        list_orders(ListRequest(since=NOON - timedelta(days=1), until=NOON), REFUSED)


def test_what_was_paid_on_top_is_taken_from_whichever_list_says_it(
    list_orders, configure, canned, order_with
):
    config = configure(
        MODES=["iframe", "hosted"],
        PLATFORM_TOKEN="v3",
        HOSTED_PRIVATE_KEY="hosted",
        WEBHOOK_SECRETS="secret",
    )
    created = int(NOON.timestamp() * 1000)
    charge = canned("charge", id="PAYMENT000001", created=created)
    surcharge = {"elements": [{"amount": 62}]}
    order = order_with(1, [MARK], additionalCharges=surcharge)
    answers = (200, {"data": [charge]}), (200, {"data": []}), orders_of(order)

    found, _ = list_orders(
        around_noon(candidates=("operation-1",)), *answers, config=config
    )

    [paid] = found.transactions
    assert (paid.tip, paid.surcharge) == (usd(300), usd(62))
    assert paid.operation_id == "operation-1"
