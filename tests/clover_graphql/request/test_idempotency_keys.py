"""A payment remembers the last keys that it was sent, and no key fills its row."""

import json

from clover_graphql.request.idempotency_keys import MOST, add_key, find_key, read_keys
from clover_simulator.shopper import DECLINED_CARD
from tests.clover_graphql.operations.test_transactions import start


def test_the_oldest_key_is_forgotten_first():
    kept = None
    for number in range(MOST + 1):
        kept = add_key(kept, f"key {number}", number)

    assert len(kept) == MOST
    assert find_key(kept, "key 0") is None
    assert find_key(kept, f"key {MOST}") == MOST
    assert add_key(kept, f"key {MOST}", 99) == kept


def test_what_was_kept_otherwise_is_no_key():
    assert read_keys({"key": 1}) == {}
    assert find_key(None, "key") is None


def test_many_keys_do_not_fill_the_payments_row(storefront, payments, clover_simulator):
    token = clover_simulator.token(DECLINED_CARD)
    start(storefront, {"token": token}, key="the last one")
    for number in range(100):
        start(storefront, None, key=f"{number} " + "x" * 500)
        start(storefront, {"token": token}, key="the last one")

    (payment,) = payments.ledger.find_payments(reference="ref-c-1")
    again = start(storefront, {"token": token}, key="99 " + "x" * 500)
    assert len(json.dumps(payment.context)) < 4_000
    assert "xxx" not in json.dumps(payment.context)
    assert again["transactionEvent"]["type"] == "CHARGE_FAILURE"
    assert clover_simulator.count("POST", "/v1/charges") == 1
