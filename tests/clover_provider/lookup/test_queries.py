"""Lists read to their end: whatever Clover does with filters, order and cursors."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from clover_provider import CloverProvider
from clover_provider.lookup.queries import MOST_PAGES
from payment_hooks import (
    FindRequest,
    FindResult,
    ListRequest,
    ProviderUnavailable,
    RetrieveRequest,
)
from tests.clover_provider.lookup.lists import ListTransport, milliseconds

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MANY = 5000
HOUR = timedelta(hours=1)


def charges_of(canned, count, **changes):
    """That many charges, newest first, ten minutes apart, the newest at noon."""
    one = canned("charge", **changes)
    return [
        one
        | {
            "id": f"CHARGE{number:07}",
            "created": milliseconds(NOON - number * timedelta(minutes=10)),
        }
        for number in range(count)
    ]


@pytest.fixture
def listing(canned, config):
    """Builds a provider on a list of charges, and its transport."""

    def build(count=MANY, refunds=(), **changes):
        rows = {"/v1/charges": charges_of(canned, count), "/v1/refunds": refunds}
        transport = ListTransport(rows=rows, **changes)
        return CloverProvider(config, transport=transport), transport

    return build


def absent(**changes):
    """A look-up of an operation that was never charged, in the last hours."""
    window = {"since": NOON - 2 * HOUR, "until": NOON + HOUR}
    return FindRequest(operation_id="never", **window | changes)


@pytest.mark.parametrize(
    ("behaviour", "most_calls"),
    [
        ({}, 1),
        ({"filters": "ignored"}, 2),
        ({"filters": "refused"}, 3),
        ({"filters": "ignored", "order": "oldest_first"}, 51),
        ({"filters": "ignored", "order": "shuffled"}, 51),
        ({"filters": "refused", "order": "shuffled"}, 52),
    ],
    ids=str,
)
def test_an_absence_among_thousands_is_proven(listing, behaviour, most_calls):
    provider, transport = listing(**behaviour)

    found = provider.payment_find(absent())

    assert found == FindResult(complete=True)
    assert transport.count() <= most_calls


@pytest.mark.parametrize("filters", ["honoured", "ignored", "refused"])
@pytest.mark.parametrize("order", ["newest_first", "oldest_first", "shuffled"])
@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("has_more", ["said", "missing", "always", "never"])
def test_a_window_is_whole_and_each_row_comes_once(
    listing, filters, order, inclusive, has_more
):
    provider, _ = listing(
        450, filters=filters, order=order, inclusive=inclusive, has_more=has_more
    )

    found = provider.payment_list(
        ListRequest(since=NOON - 40 * HOUR, until=NOON - 10 * HOUR)
    )

    ids = [row.transaction_id for row in found.transactions]
    assert sorted(ids) == [f"CHARGE{number:07}" for number in range(60, 241)]
    assert found.complete


def test_the_window_is_asked_for_with_dots(listing):
    provider, transport = listing(3)

    provider.payment_find(absent(since=NOON, until=NOON + HOUR))

    query = parse_qs(urlsplit(transport.calls[0].url).query)
    assert query == {
        "created.gte": ["1767268800000"],
        "created.lte": ["1767272400000"],
        "limit": ["100"],
    }


def test_an_order_that_holds_for_a_while_only_is_not_relied_on(listing, canned):
    provider, transport = listing(600, filters="ignored")
    rows = list(transport.rows["/v1/charges"])
    late = canned("charge", id="LATE000000001", created=milliseconds(NOON))
    mixed = [rows[300], *rows[200:300], late, *rows[300:]]
    transport.rows["/v1/charges"] = mixed

    found = provider.payment_list(ListRequest(since=NOON - HOUR, until=NOON))

    assert [row.transaction_id for row in found.transactions] == ["LATE000000001"]
    assert found.complete


def test_a_filter_that_is_refused_is_not_tried_again(listing):
    provider, transport = listing(3, filters="refused")

    provider.payment_list(ListRequest(since=NOON - HOUR, until=NOON))

    asked = ["created" in call.url for call in transport.calls]
    assert asked == [True, False, False]


def test_a_list_that_is_refused_without_a_filter_too_is_refused(answering):
    refusal = (400, {"error": {"code": "invalid_request", "message": "no"}})
    provider, transport = answering(refusal, refusal)

    with pytest.raises(ProviderUnavailable):
        provider.payment_find(absent())

    assert not transport.answers


@pytest.mark.parametrize(
    "body",
    [{"error": {"code": "resource_missing", "message": "Not Found"}}, b"404 Not Found"],
    ids=str,
)
def test_a_404_on_a_list_is_no_empty_list(answering, body):
    provider, _ = answering((404, body))

    with pytest.raises(ProviderUnavailable):
        provider.payment_find(absent())


def test_a_page_that_brings_nothing_new_ends_the_list(answering, canned):
    page = {"data": [canned("charge")], "has_more": True}
    provider, transport = answering((200, page), (200, page))

    found = provider.payment_find(absent())

    assert found.complete
    assert not transport.answers


def test_more_than_can_be_read_says_that_less_may_be_asked_for(listing):
    count = (MOST_PAGES + 1) * 100
    window = {"since": NOON - count * HOUR, "until": NOON}
    for filters, too_long in (("honoured", True), ("ignored", False)):
        provider, transport = listing(count, filters=filters, order="shuffled")

        found = provider.payment_list(
            ListRequest(**window | ({"until": NOON - HOUR} if not too_long else {}))
        )

        assert (found.complete, found.too_long) == (False, too_long)
        assert transport.count("/v1/charges") == MOST_PAGES


def test_refunds_of_other_charges_are_left_out_where_the_filter_is_ignored(
    answering, canned
):
    ours = canned("refund", id="RFND000000001")
    others = canned("refund", id="RFND000000002", charge="ANOTHERCHARGE")
    provider, _ = answering((200, canned("charge")), (200, [others, ours]))

    found = provider.payment_retrieve(
        RetrieveRequest(transaction_id="ABCDEFGHJKMN1", with_refunds=True)
    )

    assert [row.transaction_id for row in found.refunds] == ["RFND000000001"]


def test_a_refund_that_names_no_charge_among_those_of_others_is_an_unknown_outcome(
    answering, canned
):
    others = canned("refund", id="RFND000000002", charge="ANOTHERCHARGE")
    bare = {"id": "RFND000000003", "amount": 500, "voided": False}
    provider, _ = answering((200, canned("charge")), (200, [others, bare]))

    with pytest.raises(ProviderUnavailable):
        provider.payment_retrieve(
            RetrieveRequest(transaction_id="ABCDEFGHJKMN1", with_refunds=True)
        )
