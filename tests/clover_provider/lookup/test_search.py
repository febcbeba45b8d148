"""The charge of an operation, among those that Clover lists."""

from datetime import UTC, datetime, timedelta

import pytest

from clover_provider.api.references import external_reference
from clover_provider.lookup import queries
from payment_hooks import (
    FindRequest,
    ProviderUnavailable,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

OP = "9b2f6e0c-5b1d-4e0f-8d54-5f7f4d6f2a10"


def asked(operation_id=OP):
    return FindRequest(
        operation_id=operation_id, since=NOON, until=NOON + timedelta(hours=1)
    )


def listed(canned, number, **changes):
    created = int(NOON.timestamp() * 1000) + 60_000
    return canned("charge", id=f"CHARGE{number:07}", created=created) | changes


def test_a_window_too_large_to_read_proves_no_absence(answering, canned):
    pages = [
        {"data": [listed(canned, number)], "has_more": True}
        for number in range(queries.MOST_PAGES)
    ]
    provider, transport = answering(*[(200, page) for page in pages])

    found = provider.payment_find(asked(operation_id="op-9"))

    assert not found.complete
    assert not transport.answers


@pytest.mark.parametrize(
    "marks",
    [
        {"metadata": {"operation": OP}},
        {"external_reference_id": external_reference(OP)},
    ],
    ids=["by metadata", "by digest"],
)
def test_an_operation_is_found_by_what_clover_returns(answering, canned, marks):
    provider, _ = answering((200, [listed(canned, 1), listed(canned, 2, **marks)]))

    found = provider.payment_find(asked(operation_id=OP)).transaction

    assert (found.transaction_id, found.operation_id) == ("CHARGE0000002", OP)


def test_metadata_of_another_operation_outweighs_an_equal_digest(answering, canned):
    row = listed(
        canned,
        1,
        metadata={"operation": "another"},
        external_reference_id=external_reference(OP),
    )
    provider, _ = answering((200, [row]))

    assert provider.payment_find(asked(operation_id=OP)).transaction is None


def test_an_unreadable_charge_of_others_does_not_hide_that_ours_is_absent(
    answering, canned
):
    provider, _ = answering((200, [listed(canned, 1, status="a new word")]))

    assert provider.payment_find(asked(operation_id=OP)).complete


def test_our_own_charge_that_cannot_be_read_is_an_unknown_outcome(answering, canned):
    row = listed(canned, 1, status="a new word", metadata={"operation": OP})
    provider, _ = answering((200, [row]))

    with pytest.raises(ProviderUnavailable):
        provider.payment_find(asked(operation_id=OP))


def test_a_list_without_any_reference_proves_no_absence(answering, canned):
    bare = listed(canned, 1, external_reference_id="")
    marked = listed(canned, 2)
    provider, _ = answering((200, [bare]), (200, [bare, marked]), (200, []))

    searches = [
        provider.payment_find(asked(operation_id=OP)).complete for _ in range(3)
    ]

    assert searches == [False, True, True]


@pytest.mark.parametrize("body", [{}, {"data": "none"}, [1], b"<html>"], ids=str)
def test_what_is_no_list_is_an_unknown_outcome(answering, body):
    provider, _ = answering((200, body))

    with pytest.raises(ProviderUnavailable, match="no list"):
        provider.payment_find(asked())
