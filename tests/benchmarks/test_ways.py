"""How far a reader has to go to follow one payment: numbers without noise."""

import pytest

from tests.benchmarks.tracing import WAYS

MOST = {
    "charge with card fields": {
        "calls": 137,
        "modules": 18,
        "changes": 64,
        "ledger": 8,
    },
    "webhook of a hosted page": {
        "calls": 129,
        "modules": 15,
        "changes": 62,
        "ledger": 11,
    },
}


@pytest.mark.parametrize("name", WAYS)
def test_the_way_of_a_payment_is_no_longer_than_that(name):
    way = WAYS[name]()

    numbers = {
        "calls": len(way.steps),
        "modules": len(way.modules),
        "changes": way.changes,
        "ledger": len(way.ledger_calls),
    }
    assert {key: n for key, n in numbers.items() if n > MOST[name][key]} == {}
