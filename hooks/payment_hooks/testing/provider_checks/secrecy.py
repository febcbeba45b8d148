"""Checks that no token or card number comes out again."""

import logging

import pytest

from payment_hooks.model.cards import CardDetails, PaymentSource
from payment_hooks.model.errors import PaymentDeclined
from payment_hooks.testing.provider_checks.bench import Bench, ask, charge, needs

CARD = "4242424242424242"


class SecrecyChecks:
    """What must be in no result, no error and no log."""

    @needs("payment_charge")
    def test_a_result_shows_no_token(self, bench: Bench) -> None:
        """Nor does its provider's own answer in it."""
        request = ask(bench)

        taken = charge(bench, request)

        assert request.source.token not in f"{taken!r} {taken} {dict(taken.raw)}"

    @needs("payment_charge")
    def test_a_decline_shows_no_token(self, bench: Bench) -> None:
        """In its text or its fields."""
        request = ask(bench, bench.declined())

        with pytest.raises(PaymentDeclined) as caught:
            charge(bench, request)

        assert request.source.token not in f"{caught.value!r} {vars(caught.value)}"

    @needs("payment_charge")
    def test_the_log_shows_no_token(
        self, bench: Bench, caplog: pytest.LogCaptureFixture
    ) -> None:
        """At the most talkative level."""
        caplog.set_level(logging.DEBUG)
        request = ask(bench)

        charge(bench, request)

        assert request.source.token not in str([vars(row) for row in caplog.records])

    @needs("payment_tokenize")
    def test_a_source_shows_no_card(self, bench: Bench) -> None:
        """But for its last four digits."""
        card = CardDetails(number=CARD, exp_month=12, exp_year=2099, cvc="123")

        source = bench.provider.payment_tokenize(request=card)

        assert type(source) is PaymentSource
        assert CARD not in f"{source!r} {source.token}"
        assert source.last4 in ("", CARD[-4:])
