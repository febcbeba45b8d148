"""A message without a session is matched by our mark, or kept for a person."""

import json
from dataclasses import replace

import pytest

from payment_hooks import (
    Mode,
    Money,
    PaymentState,
    ProviderUnavailable,
    TransactionKind,
    hookimpl,
)
from payment_hooks.recovery.recovery import Recovery
from payment_hooks.recovery.reports import recovery_json, recovery_table

DUE = Money(2599, "USD")


@pytest.fixture
def provider(provider):
    provider.secret = "the webhooks' own"
    return provider


@pytest.fixture
def page(payments):
    payment_id = payments.open("100123", mode=Mode.HOSTED).payment_id
    payments.start_checkout(payment_id)
    return payments.operations(payment_id)[0]


class Marks:
    """A provider that gives our mark back only to who names the candidates."""

    def __init__(self, provider):
        self.provider = provider
        self.asked = []

    @hookimpl(wrapper=True)
    def payment_retrieve(self, request):
        self.asked.append(request.candidates)
        return (yield)


def test_a_message_without_session_is_matched_at_once(
    payments, provider, registry, shop, page
):
    marks = Marks(provider)
    registry.register(marks)
    paid = provider._add(TransactionKind.CHARGE, DUE, operation_id=page.operation_id)

    payments.receive_webhook(provider.message(paid.transaction_id))

    assert payments.get(page.payment_id).state is PaymentState.PAID
    assert len(shop.notified) == 1
    assert marks.asked[0] == (page.operation_id,)
    assert payments.ledger.find_events("") == ()


def test_a_message_that_fits_nothing_is_kept_and_named(payments, provider, page):
    paid = provider.pay_session(DUE)

    payments.receive_webhook(provider.message(paid.transaction_id))
    report = Recovery(payments).run()

    [message] = report.messages
    assert message.transaction_id == paid.transaction_id
    assert not report.is_clean
    assert paid.transaction_id in recovery_table(report)
    assert "resolve the payment it is for" in recovery_table(report)
    said = json.loads(recovery_json(report))
    assert said["messages"][0]["event_id"] == message.event_id
    assert said["clean"] is False


def test_a_person_may_resolve_it_or_dismiss_it(payments, provider, page):
    first, second = provider.pay_session(DUE), provider.pay_session(DUE)
    for paid in (first, second):
        payments.receive_webhook(provider.message(paid.transaction_id))
    assert len(Recovery(payments).run().messages) == 2

    payments.resolve(page.payment_id, transaction_id=first.transaction_id)
    [left] = Recovery(payments).run().messages
    assert left.transaction_id == second.transaction_id

    payments.dismiss_message(left.event_id)
    assert Recovery(payments).run().is_clean
    assert payments.get(page.payment_id).state is PaymentState.PAID


def test_recovery_matches_what_could_not_be_asked_for(payments, provider, shop, page):
    paid = provider._add(TransactionKind.CHARGE, DUE, operation_id=page.operation_id)
    provider.fail("payment_retrieve", ProviderUnavailable("down"))
    with pytest.raises(ProviderUnavailable):
        payments.receive_webhook(provider.message(paid.transaction_id))
    provider.fail("payment_retrieve", ProviderUnavailable("down still"))

    [message] = Recovery(payments).run().messages
    assert "down still" in message.problem

    assert Recovery(payments).run().is_clean
    assert payments.get(page.payment_id).state is PaymentState.PAID
    assert len(shop.notified) == 1


def test_another_merchants_message_is_left_to_it(payments, provider, page):
    paid = provider.pay_session(DUE)
    event = payments.provider.read_webhook(provider.message(paid.transaction_id))

    payments.ledger.add_event(replace(event, merchant_id="ANOTHER"))

    assert Recovery(payments).run().messages == ()


def test_a_message_of_a_decline_needs_no_one(payments, provider, registry, page):
    event = payments.provider.read_webhook(
        provider.message(provider.pay_session(DUE).transaction_id)
    )

    payments.ledger.add_event(replace(event, approved=False))

    assert Recovery(payments).run().is_clean
    assert payments.ledger.find_events("") == ()


def test_a_message_that_came_over_http_is_known_by_its_signature(
    payments, provider, page
):
    paid = provider._add(TransactionKind.CHARGE, DUE, operation_id=page.operation_id)
    sent = provider.message(paid.transaction_id)
    titled = {name.title(): value for name, value in sent.headers.items()}

    payments.receive_webhook(replace(sent, headers=titled))

    assert payments.get(page.payment_id).state is PaymentState.PAID
