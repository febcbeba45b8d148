"""A page that is merely open, told apart from an outcome that is unknown."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import (
    EventKind,
    InvalidRequest,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentSource,
    WebhookEvent,
    hookimpl,
)

DUE = Money.of("25.99", "USD")


@pytest.fixture
def at_the_page(payments):
    payment = payments.open("100123", mode=Mode.HOSTED)
    return payment.payment_id, payments.start_checkout(payment.payment_id)


class QuarterHours:
    """Pages that live for a quarter of an hour by the test's clock."""

    def __init__(self, clock):
        self.clock = clock

    @hookimpl(wrapper=True)
    def payment_start_checkout(self, request):
        page = yield
        return replace(page, expires_at=self.clock() + timedelta(minutes=15))


def note_message(payments, clock, session_id, *, approved=True):
    """Store a message about the page whose effect is not in place yet."""
    payments.ledger.add_event(
        WebhookEvent(
            event_id="event-1",
            kind=EventKind.PAYMENT,
            provider=payments.provider.name,
            merchant_id=payments.merchant_id,
            transaction_id="T1",
            session_id=session_id,
            approved=approved,
            occurred_at=clock(),
        )
    )


def test_a_page_that_is_open_is_given_to_go_on_with(payments, at_the_page):
    payment_id, redirect = at_the_page

    page = payments.unpaid_page(payment_id)

    assert (page.url, page.session_id) == (redirect.url, redirect.session_id)
    assert page.expires_at == redirect.expires_at


def test_a_page_about_to_expire_is_not_given(payments, at_the_page, clock):
    payment_id, _ = at_the_page
    clock.advance(minutes=14, seconds=30)

    assert payments.unpaid_page(payment_id) is None


def test_the_renewed_page_is_the_one_to_go_on_with(
    payments, at_the_page, clock, registry
):
    payment_id, old = at_the_page
    registry.register(QuarterHours(clock))
    clock.advance(minutes=15)
    renewed = payments.start_checkout(payment_id)

    assert renewed.session_id != old.session_id
    assert payments.unpaid_page(payment_id).session_id == renewed.session_id


def test_a_message_that_it_was_paid_leaves_real_doubt(payments, at_the_page, clock):
    payment_id, redirect = at_the_page

    note_message(payments, clock, redirect.session_id)

    assert payments.unpaid_page(payment_id) is None


def test_a_message_that_an_old_page_was_paid_counts_too(
    payments, at_the_page, clock, registry
):
    payment_id, old = at_the_page
    registry.register(QuarterHours(clock))
    clock.advance(minutes=15)
    payments.start_checkout(payment_id)
    assert payments.unpaid_page(payment_id) is not None

    note_message(payments, clock, old.session_id)

    assert payments.unpaid_page(payment_id) is None


def test_a_decline_on_the_page_leaves_it_open(payments, at_the_page, clock):
    payment_id, redirect = at_the_page

    note_message(payments, clock, redirect.session_id, approved=False)

    assert payments.unpaid_page(payment_id) is not None


def test_what_was_paid_has_no_unpaid_page(payments, at_the_page, provider):
    payment_id, redirect = at_the_page
    paid = provider.pay_session(DUE, redirect.session_id)
    payments.resolve(payment_id, transaction_id=paid.transaction_id)

    assert payments.unpaid_page(payment_id) is None


def test_what_was_closed_has_no_page_to_go_on_with(payments, at_the_page):
    payment_id, _ = at_the_page
    payments.close(payment_id)

    assert payments.unpaid_page(payment_id) is None


def test_a_charge_of_unknown_outcome_is_in_doubt(payments, provider):
    payment = payments.open("100123", mode=Mode.IFRAME)
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", OutcomeUnknown("reset"))
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment.payment_id, PaymentSource(token="tok-1"))

    assert payments.unpaid_page(payment.payment_id) is None


def test_an_unknown_payment_has_no_page(payments):
    with pytest.raises(InvalidRequest):
        payments.unpaid_page("nowhere")
