"""All charges and refunds of a window, however Clover lists them."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from clover_provider.api.references import external_reference
from payment_hooks import (
    ListRequest,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def in_window(**changes):
    window = {"since": NOON, "until": NOON + timedelta(hours=1)}
    return ListRequest(**window | changes)


def query_of(call):
    return {
        name: found[0] for name, found in parse_qs(urlsplit(call.url).query).items()
    }


def listed(canned, number, **changes):
    created = int(NOON.timestamp() * 1000) + 60_000
    return canned("charge", id=f"CHARGE{number:07}", created=created) | changes


def test_the_window_is_asked_for_in_milliseconds(answering):
    provider, transport = answering((200, {"data": []}), (200, []))

    assert provider.payment_list(in_window()).complete
    assert query_of(transport.calls[0]) == {
        "created.gte": "1767268800000",
        "created.lte": "1767272400000",
        "limit": "100",
    }


def test_all_pages_of_the_window_are_read(answering, canned):
    first = [listed(canned, number) for number in range(100)]
    second = [listed(canned, 100)]
    provider, transport = answering(
        (200, {"data": first, "has_more": True}), (200, {"data": second}), (200, [])
    )

    found = provider.payment_list(in_window())

    assert found.complete
    assert len(found.transactions) == 101
    assert query_of(transport.calls[1])["starting_after"] == "CHARGE0000099"


def test_a_full_page_without_a_word_about_more_is_followed_by_another(
    answering, canned
):
    rows = [listed(canned, number) for number in range(100)]
    provider, transport = answering((200, rows), (200, []), (200, []))

    assert provider.payment_list(in_window()).complete
    assert len(transport.calls) == 3


def test_clovers_filter_is_not_trusted(answering, canned):
    late = int((NOON + timedelta(days=1)).timestamp() * 1000)
    early = int((NOON - timedelta(days=1)).timestamp() * 1000)
    rows = [listed(canned, 1), listed(canned, 2, created=late)]
    rows.append(listed(canned, 3, created=early))
    provider, _ = answering((200, rows), (200, []), (200, []))

    found = provider.payment_list(in_window())

    assert [row.transaction_id for row in found.transactions] == ["CHARGE0000001"]


def test_a_charge_without_a_time_is_kept_rather_than_lost(answering, canned):
    provider, _ = answering((200, [listed(canned, 1, created=None)]), (200, []))

    assert len(provider.payment_list(in_window()).transactions) == 1


OURS = {"external_reference_id": external_reference("op-7")}


NO_MARK = {"external_reference_id": ""}


@pytest.mark.parametrize(
    ("rows", "complete"),
    [
        ([{}, OURS | {"status": "a new word"}], False),
        ([{}, {"metadata": {"operation": "op-7"}, "amount": 0}], False),
        ([OURS, {"status": "a new word"}], True),
        ([OURS, NO_MARK | {"amount": 0}], True),
        ([NO_MARK, NO_MARK | {"status": "a new word"}], False),
    ],
    ids=["ours by digest", "ours by id", "another's", "bare", "none is marked"],
)
def test_only_what_may_be_ours_and_cannot_be_read_leaves_a_gap(
    answering, canned, rows, complete
):
    page = [listed(canned, number, **row) for number, row in enumerate(rows)]
    provider, _ = answering((200, page), (200, []))

    found = provider.payment_list(in_window())

    assert (len(found.transactions), found.complete) == (1, complete)


def test_what_cannot_be_read_outside_of_the_window_is_no_gap(answering, canned):
    early = int((NOON - timedelta(days=1)).timestamp() * 1000)
    provider, _ = answering(
        (200, [listed(canned, 1, created=early, amount=0, **OURS)]), (200, [])
    )

    assert provider.payment_list(in_window()).complete
