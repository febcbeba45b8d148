"""Checks of what must not be kept: cards, security codes, tokens, keys."""

import re
from contextlib import suppress

from payment_hooks.engine.payments import Payments
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.errors import PaymentDeclined
from payment_hooks.model.kinds import Mode
from payment_hooks.model.money import Money
from payment_hooks.spec.calling import ProviderHooks
from payment_hooks.testing.fake_provider import FakeProvider
from payment_hooks.testing.ledger_checks.hooks import StoreHooks

FORBIDDEN = frozenset(
    [
        "apikey",
        "card",
        "cardnumber",
        "credential",
        "cvc",
        "cvv",
        "number",
        "pan",
        "password",
        "pin",
        "secret",
        "token",
        "track",
    ]
)
"""Words which no part of a column's name may be."""
CANARY = "canary-4242424242424242"
HARMLESS_KEYS = frozenset({"idempotency_key"})


class SecrecyChecks(StoreHooks):
    """What a ledger has no room for."""

    def test_no_column_is_named_for_a_card_or_a_key(self, ledger: Ledger) -> None:
        """Where there is no column for it, it cannot be filled by accident."""
        names = [str(name) for name in self.column_names(ledger)]

        assert names
        assert [name for name in names if _is_for_secrets(name)] == []

    def test_a_charge_leaves_no_token_behind(self, ledger: Ledger) -> None:
        """Neither one that went through nor one that was declined."""
        payments = Payments(ProviderHooks.to(FakeProvider()), ledger)
        opened = []
        for reference, token in (("1", f"tok-{CANARY}"), ("2", f"decline-{CANARY}")):
            payment = payments.open(
                reference, mode=Mode.IFRAME, amount_due=Money(500, "USD")
            )
            with suppress(PaymentDeclined):
                payments.charge(payment.payment_id, PaymentSource(token=token))
            opened.append(payment.payment_id)

        text = self.stored_text(ledger, opened)

        assert all(payment_id in text for payment_id in opened)
        assert CANARY not in text


def _is_for_secrets(name: str) -> bool:
    words = set(re.split(r"[\W_]+", name.lower()))
    is_key = "key" in words and name.lower() not in HARMLESS_KEYS
    return bool(words & FORBIDDEN) or is_key
