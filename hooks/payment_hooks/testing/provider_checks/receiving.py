"""Checks of checkout sessions and of messages."""

from datetime import timedelta

import pytest

from payment_hooks.model.errors import WebhookRejected
from payment_hooks.model.kinds import EventKind, Mode
from payment_hooks.model.money import Money
from payment_hooks.model.requests import CheckoutRequest, ReturnUrls, WebhookRequest
from payment_hooks.model.results import Redirect, WebhookEvent
from payment_hooks.testing.provider_checks.bench import (
    DUE,
    Bench,
    Moved,
    info_of,
    needs,
)

_HOUR = timedelta(hours=1)


class ReceivingChecks:
    """What a provider hands to the browser, and what it believes."""

    @needs("payment_start_checkout")
    def test_a_hosted_session_has_an_address_and_an_end(self, bench: Bench) -> None:
        """Over TLS or the local machine, and with an aware time."""
        step = bench.provider.payment_start_checkout(
            request=CheckoutRequest(
                amount=Money(DUE, bench.currency),
                reference="100123",
                mode=Mode.HOSTED,
                return_urls=ReturnUrls(
                    success="https://shop.example/ok", failure="https://shop.example/no"
                ),
            )
        )

        assert type(step) is Redirect
        assert step.url.startswith(("https://", "http://127.0.0.1", "http://localhost"))
        assert step.session_id
        assert step.expires_at.tzinfo is not None
        assert bench.moved() == Moved()

    @needs("payment_read_webhook")
    def test_a_signed_message_is_read(self, bench: Bench) -> None:
        """For this merchant, with an aware time."""
        event = _read(bench, bench.message())

        assert event.event_id
        assert event.merchant_id == info_of(bench).merchant_id
        assert event.occurred_at.tzinfo is not None

    @needs("payment_read_webhook")
    def test_a_message_of_a_payment_is_read_as_one(self, bench: Bench) -> None:
        """With the transaction that was made or declined."""
        _is_of_its_kind(bench, EventKind.PAYMENT)

    @needs("payment_read_webhook")
    def test_a_message_of_a_refund_names_what_was_charged(self, bench: Bench) -> None:
        """It is not read as a payment, and not as the refund's own transaction."""
        _is_of_its_kind(bench, EventKind.REFUND)

    @needs("payment_read_webhook")
    def test_a_message_of_a_capture_names_what_was_authorized(
        self, bench: Bench
    ) -> None:
        """It is not read as a payment."""
        _is_of_its_kind(bench, EventKind.CAPTURE)

    @needs("payment_read_webhook")
    def test_a_message_of_a_dispute_names_what_was_charged(self, bench: Bench) -> None:
        """By it the payment is found that a person must look at."""
        _is_of_its_kind(bench, EventKind.DISPUTE)

    @needs("payment_read_webhook")
    def test_a_message_of_a_card_is_about_no_payment(self, bench: Bench) -> None:
        """Nothing is looked up for it."""
        _is_of_its_kind(bench, EventKind.CARD)

    @needs("payment_read_webhook")
    def test_the_bench_says_which_messages_the_provider_sends(
        self, bench: Bench
    ) -> None:
        """A provider that reads messages sends some."""
        assert set(bench.sends) & set(EventKind)

    @needs("payment_read_webhook")
    def test_a_message_read_twice_is_the_same_event(self, bench: Bench) -> None:
        """By its id `Payments` recognizes a copy."""
        message = bench.message()

        assert _read(bench, message).event_id == _read(bench, message).event_id

    @needs("payment_read_webhook")
    def test_a_forged_message_is_rejected(self, bench: Bench) -> None:
        """Signed with another secret."""
        _is_rejected(bench, bench.message(forged=True))

    @needs("payment_read_webhook")
    def test_an_unsigned_message_is_rejected(self, bench: Bench) -> None:
        """The body alone proves nothing."""
        signed = bench.message()

        _is_rejected(
            bench,
            WebhookRequest(
                body=signed.body, headers={}, received_at=signed.received_at
            ),
        )

    @needs("payment_read_webhook")
    def test_a_changed_body_is_rejected(self, bench: Bench) -> None:
        """One blank is enough."""
        signed = bench.message()

        _is_rejected(
            bench,
            WebhookRequest(
                body=signed.body + b" ",
                headers=signed.headers,
                received_at=signed.received_at,
            ),
        )

    @needs("payment_read_webhook")
    @pytest.mark.parametrize("age", [_HOUR, -_HOUR], ids=["old", "early"])
    def test_a_message_of_another_time_is_rejected(
        self, bench: Bench, age: timedelta
    ) -> None:
        """Whoever recorded one cannot play it again."""
        _is_rejected(bench, bench.message(age=age))

    @needs("payment_read_webhook")
    def test_a_message_of_another_merchant_is_rejected(self, bench: Bench) -> None:
        """Although its signature is right."""
        _is_rejected(bench, bench.message(merchant_id="SOMEBODYELSE1"))


def _read(bench: Bench, message: WebhookRequest) -> WebhookEvent:
    event = bench.provider.payment_read_webhook(request=message)
    assert type(event) is WebhookEvent
    return event


def _is_of_its_kind(bench: Bench, kind: EventKind) -> None:
    """Whether a message of this kind is read as such; nothing, if it is never sent."""
    if kind not in bench.sends:
        return
    event = _read(bench, bench.message(kind=kind))
    assert event.kind is kind
    assert bool(event.transaction_id) is (kind is not EventKind.CARD)
    assert kind is EventKind.PAYMENT or not event.session_id


def _is_rejected(bench: Bench, message: WebhookRequest) -> None:
    with pytest.raises(WebhookRejected):
        _read(bench, message)
