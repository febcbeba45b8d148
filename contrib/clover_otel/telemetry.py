"""A plugin that watches: a span for each call of a provider, and three metrics.

What is exported of a payment is on a list: amount, currency, outcome, codes, the provider's
id of the transaction. Tokens, cards, e-mail addresses and references are on no list.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from opentelemetry import metrics, trace
from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation
from opentelemetry.trace import Span, Status, StatusCode, TracerProvider

from payment_hooks import (
    CaptureRequest,
    CardDetails,
    Challenge,
    CheckoutRequest,
    ConfigurationError,
    ConfirmRequest,
    FindRequest,
    FindResult,
    ListRequest,
    ListResult,
    Money,
    NextAction,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    PaymentRequest,
    Payments,
    PaymentSource,
    RefundRequest,
    RemoveSourceRequest,
    RetrieveRequest,
    RetrieveResult,
    RetryRequest,
    SavedSource,
    SaveSourceRequest,
    Transaction,
    VoidRequest,
    WebhookEvent,
    WebhookRequest,
    hookimpl,
)

NAME = "clover_otel"
UNKNOWN_TOTAL = "payments_unknown_total"
OLDEST_UNKNOWN = "payments_oldest_unknown_seconds"
WEBHOOK_LAST_SEEN = "payments_webhook_last_seen"

Asked = Transaction | Challenge
"""What is answered to a charge."""
Answer = TypeVar("Answer", Transaction, Transaction | Challenge)


class Telemetry:
    """A plugin of spans and metrics: register it with `Payments`, then call `watch`.

    >>> from payment_hooks.testing import FakeProvider
    >>> telemetry = Telemetry()
    >>> payments = Payments.using(FakeProvider(), telemetry)
    >>> telemetry.watch(payments)
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self._tracer = trace.get_tracer(NAME, tracer_provider=tracer_provider)
        self._meter = metrics.get_meter(NAME, meter_provider=meter_provider)
        self._unknown = self._meter.create_counter(
            UNKNOWN_TOTAL, description="Calls whose outcome is not known"
        )
        self._last_seen = 0.0
        self._meter.create_observable_gauge(
            WEBHOOK_LAST_SEEN,
            callbacks=[self._observe_webhook],
            unit="s",
            description="When this process took the last proven message, as Unix time",
        )

    def watch(self, payments: Payments | Callable[[], Payments]) -> None:
        """The age in seconds of the ledger's oldest unknown outcome; 0 without any."""

        def observe(_options: CallbackOptions) -> Iterable[Observation]:
            current = payments() if callable(payments) else payments
            yield Observation(_age_of_oldest(current))

        self._meter.create_observable_gauge(
            OLDEST_UNKNOWN,
            callbacks=[observe],
            unit="s",
            description="Age of the oldest payment operation whose outcome is not known",
        )

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_tokenize(
        self, request: CardDetails
    ) -> Generator[None, PaymentSource, PaymentSource]:
        """A span without the card."""
        with self._span("payment.tokenize"):
            return (yield)

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_save_source(
        self, request: SaveSourceRequest
    ) -> Generator[None, SavedSource, SavedSource]:
        """A span without the card and its owner."""
        with self._span("payment.save_source"):
            return (yield)

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_remove_source(
        self, request: RemoveSourceRequest
    ) -> Generator[None, bool, bool]:
        """A span without the card and its owner."""
        with self._span("payment.remove_source"):
            return (yield)

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_authorize(
        self, request: PaymentRequest
    ) -> Generator[None, Asked, Asked]:
        """A span with the amount and the outcome."""
        with self._span("payment.authorize", request.amount) as span:
            return _note(span, (yield))

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_charge(self, request: PaymentRequest) -> Generator[None, Asked, Asked]:
        """A span with the amount and the outcome."""
        with self._span("payment.charge", request.amount) as span:
            return _note(span, (yield))

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_confirm(self, request: ConfirmRequest) -> Generator[None, Asked, Asked]:
        """A span with the amount and the outcome, and nothing of the answer."""
        with self._span("payment.confirm", request.amount) as span:
            return _note(span, (yield))

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_capture(
        self, request: CaptureRequest
    ) -> Generator[None, Transaction, Transaction]:
        """A span with the amount and the outcome."""
        with self._span("payment.capture", request.amount) as span:
            return _note(span, (yield))

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_refund(
        self, request: RefundRequest
    ) -> Generator[None, Transaction, Transaction]:
        """A span with the amount and the outcome."""
        with self._span("payment.refund", request.amount) as span:
            return _note(span, (yield))

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_void(
        self, request: VoidRequest
    ) -> Generator[None, Transaction, Transaction]:
        """A span with the amount and the outcome."""
        with self._span("payment.void", request.amount) as span:
            return _note(span, (yield))

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_start_checkout(
        self, request: CheckoutRequest
    ) -> Generator[None, NextAction, NextAction]:
        """A span with the amount and the mode."""
        with self._span("payment.start_checkout", request.amount) as span:
            span.set_attribute("payment.mode", request.mode.value)
            return (yield)

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_retry(self, request: RetryRequest) -> Generator[None, Asked, Asked]:
        """A span with the amount and the outcome."""
        with self._span("payment.retry", request.request.amount) as span:
            return _note(span, (yield))

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_retrieve(
        self, request: RetrieveRequest
    ) -> Generator[None, RetrieveResult, RetrieveResult]:
        """A span with what was asked for, and whether it is there."""
        with self._span("payment.retrieve") as span:
            result = yield
            if result is not None:
                span.set_attribute("payment.transaction_id", request.transaction_id)
                span.set_attribute("payment.found", int(bool(result.transaction)))
            return result

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_find(
        self, request: FindRequest
    ) -> Generator[None, FindResult, FindResult]:
        """A span with whether it was found, or proven absent."""
        with self._span("payment.find") as span:
            result = yield
            if result is not None:
                span.set_attribute("payment.found", int(bool(result.transaction)))
                span.set_attribute("payment.complete", result.complete)
            return result

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_list(
        self, request: ListRequest
    ) -> Generator[None, ListResult, ListResult]:
        """A span with how much was found."""
        with self._span("payment.list") as span:
            result = yield
            if result is not None:
                span.set_attribute("payment.found", len(result.transactions))
                span.set_attribute("payment.complete", result.complete)
            return result

    @hookimpl(wrapper=True, tryfirst=True)
    def payment_read_webhook(
        self, request: WebhookRequest
    ) -> Generator[None, WebhookEvent, WebhookEvent]:
        """A span, and the time of a message that was proven."""
        with self._span("payment.read_webhook"):
            event = yield
            if event is not None:
                self._last_seen = time.time()
            return event

    @contextmanager
    def _span(self, name: str, amount: Money | None = None) -> Iterator[Span]:
        """The span of one call; what was raised goes on, and its text stays here."""
        with self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        ) as span:
            if amount is not None:
                span.set_attribute("payment.amount_minor", amount.minor_units)
                span.set_attribute("payment.currency", amount.currency)
            span.set_attribute("payment.outcome", "succeeded")
            try:
                yield span
            except Exception as error:
                self._note_error(span, error)
                raise

    def _note_error(self, span: Span, error: Exception) -> None:
        """What the error says of the money; after a bug the outcome is unknown."""
        is_no = isinstance(error, PaymentDeclined)
        is_known = isinstance(error, PaymentError | ConfigurationError)
        is_unknown = isinstance(error, OutcomeUnknown) or not is_known
        outcome = "declined" if is_no else "unknown" if is_unknown else "refused"
        span.set_attribute("payment.outcome", outcome)
        span.set_attribute("payment.error", type(error).__name__)
        if isinstance(error, PaymentDeclined):
            span.set_attribute("payment.decline_code", error.decline_code.value)
        else:
            span.set_status(Status(StatusCode.ERROR))
        if is_unknown:
            self._unknown.add(1)

    def _observe_webhook(self, _options: CallbackOptions) -> Iterable[Observation]:
        if self._last_seen:
            yield Observation(self._last_seen)


def _note(span: Span, done: Answer) -> Answer:
    if done is not None:
        span.set_attribute("payment.transaction_id", done.transaction_id)
    if isinstance(done, Transaction):
        span.set_attribute("payment.provider", done.provider)
    if isinstance(done, Challenge):
        span.set_attribute("payment.outcome", "action_required")
    return done


def _age_of_oldest(payments: Payments) -> float:
    oldest = payments.ledger.oldest_unknown()
    if oldest is None:
        return 0.0
    return max(0.0, (datetime.now(UTC) - oldest).total_seconds())
