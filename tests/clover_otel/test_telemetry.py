"""What is exported of payments as spans and metrics, and what is not."""

import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from clover_otel import Telemetry
from clover_otel.telemetry import OLDEST_UNKNOWN, UNKNOWN_TOTAL, WEBHOOK_LAST_SEEN
from payment_hooks import (
    ActionRequired,
    CardDetails,
    ChargeDetails,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    Payments,
    PaymentSource,
    WebhookRejected,
    WebhookRequest,
    hookimpl,
)
from payment_hooks.testing import FakeProvider

DUE = Money.of("25.99", "USD")
CANARIES = (
    "4242424242424242",
    "tok-canary",
    "ann@shop.example",
    "order-canary",
    "hush",
)


class Watch:
    """What was exported so far."""

    def __init__(self, *plugins):
        self.spans = InMemorySpanExporter()
        self.reader = InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        self.provider = FakeProvider(secret="hush")
        self.telemetry = Telemetry(
            tracer_provider=tracers, meter_provider=MeterProvider([self.reader])
        )
        self.payments = Payments.using(self.provider, self.telemetry, *plugins)
        self.telemetry.watch(self.payments)

    def pay(self, token="tok-canary", reference="order-canary"):
        payment = self.payments.open(reference, mode=Mode.IFRAME, amount_due=DUE)
        source = PaymentSource(token=token)
        return self.payments.charge(
            payment.payment_id,
            source,
            details=ChargeDetails(shopper_email="ann@shop.example"),
        )

    def named(self, name):
        return [
            dict(span.attributes)
            for span in self.spans.get_finished_spans()
            if span.name == name
        ]

    def metric(self, name):
        found = self.reader.get_metrics_data()
        points = [
            point.value
            for resource in (found.resource_metrics if found else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]
        return points[0] if points else None


@pytest.fixture
def watch():
    return Watch()


def test_a_charge_is_a_span_with_amount_and_outcome(watch):
    done = watch.pay()

    (said,) = watch.named("payment.charge")
    assert said["payment.amount_minor"] == 2599
    assert said["payment.currency"] == "USD"
    assert said["payment.outcome"] == "succeeded"
    assert said["payment.transaction_id"] == done.transaction_id


def test_a_decline_is_reported_with_its_code_and_is_no_error(watch):
    with pytest.raises(PaymentDeclined):
        watch.pay("decline-1")

    (span,) = watch.spans.get_finished_spans()
    assert span.attributes["payment.outcome"] == "declined"
    assert span.attributes["payment.decline_code"]
    assert span.status.is_unset
    assert watch.metric(UNKNOWN_TOTAL) is None


def test_an_unknown_outcome_is_counted_and_grows_old_until_it_is_resolved(watch):
    watch.provider.fail("payment_charge", OutcomeUnknown("lost"), after=True)
    watch.provider.fail("payment_retry", OutcomeUnknown("lost"))
    before = watch.metric(OLDEST_UNKNOWN)
    with pytest.raises(OutcomeUnknown):
        watch.pay()
    unknown = watch.metric(OLDEST_UNKNOWN), watch.metric(UNKNOWN_TOTAL)
    watch.provider.mend()
    [payment] = watch.payments.ledger.find_payments(reference="order-canary")
    watch.payments.resolve(payment.payment_id)

    assert before == 0
    assert unknown[0] > 0
    assert unknown[1] >= 1
    assert watch.metric(OLDEST_UNKNOWN) == 0


def test_the_last_proven_message_is_reported(watch):
    forged = WebhookRequest(body=b"{}", headers={}, received_at=datetime.now(UTC))
    with pytest.raises(WebhookRejected):
        watch.payments.receive_webhook(forged)
    unseen = watch.metric(WEBHOOK_LAST_SEEN)
    began = time.time()
    watch.payments.receive_webhook(watch.provider.message("T1", "S1"))

    assert unseen is None
    assert began <= watch.metric(WEBHOOK_LAST_SEEN) <= time.time()


def test_nothing_secret_is_reported(watch):
    watch.payments.tokenize(
        CardDetails(number=CANARIES[0], exp_month=1, exp_year=2099, cvc="123")
    )
    watch.provider.fail("payment_charge", OutcomeUnknown("tok-canary"), after=True)
    watch.provider.fail("payment_retry", OutcomeUnknown("tok-canary"))
    with pytest.raises(OutcomeUnknown):
        watch.pay()
    exported = "".join(span.to_json() for span in watch.spans.get_finished_spans())
    exported += str(watch.reader.get_metrics_data())

    assert "payment.tokenize" in exported
    assert [canary for canary in CANARIES if canary in exported] == []


def test_without_it_nothing_of_opentelemetry_is_loaded():
    code = (
        "import sys, payment_hooks, clover_provider, clover_provider.provider; "
        "print([m for m in sys.modules if m.startswith('opentelemetry')])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "[]"


def test_a_wrapper_that_breaks_is_counted_as_an_unknown_outcome():
    class Broken:
        @hookimpl(wrapper=True, trylast=True)
        def payment_charge(self, request):
            yield
            raise ZeroDivisionError

    watch = Watch(Broken())
    watch.provider.fail("payment_retry", OutcomeUnknown("lost"))
    with pytest.raises(OutcomeUnknown):
        watch.pay()

    (said,) = watch.named("payment.charge")
    assert said["payment.outcome"] == "unknown"
    assert watch.metric(UNKNOWN_TOTAL) >= 1


def test_a_challenge_is_an_outcome_of_its_own_and_its_data_stays_here():
    watch = Watch()

    with pytest.raises(ActionRequired) as caught:
        watch.pay(token="challenge-1")
    answer = watch.provider.answer(caught.value.next_action)
    payment = watch.payments.latest("order-canary")
    watch.payments.confirm(payment.payment_id, answer)

    spans = {span.name: span.attributes for span in watch.spans.get_finished_spans()}
    assert spans["payment.charge"]["payment.outcome"] == "action_required"
    assert spans["payment.confirm"]["payment.outcome"] == "succeeded"
    assert answer["code"] not in repr(spans)
