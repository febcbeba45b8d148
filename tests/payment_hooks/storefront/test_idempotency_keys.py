"""A payment remembers the last keys that it was sent, and no key fills its row."""

import json

from payment_hooks import Mode, Money, PaymentDeclined, PaymentSource
from payment_hooks.storefront import Entry, Submission, submit
from payment_hooks.storefront.idempotency_keys import MOST, add_key, find_key, read_keys


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


def test_many_keys_do_not_fill_the_payments_row(payments, provider):
    def send(token, key):
        return submit(
            Submission(
                payments=payments,
                reference="100123",
                amount_due=Money.of("25.99", "USD"),
                mode=Mode.IFRAME,
                entry=Entry(source=PaymentSource(token=token) if token else None),
                idempotency_key=key,
            )
        )

    send("decline-1", "the last one")
    for number in range(100):
        send("", f"{number} " + "x" * 500)
        send("decline-1", "the last one")

    (payment,) = payments.find("100123")
    again = send("decline-1", "99 " + "x" * 500)
    assert len(json.dumps(payment.context)) < 4_000
    assert "xxx" not in json.dumps(payment.context)
    assert isinstance(again.refusal, PaymentDeclined)
    assert provider.calls.count("payment_charge") == 1
