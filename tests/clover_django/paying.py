"""Payments in the states that pages, admin and commands must cope with."""

from contextlib import contextmanager, suppress
from itertools import count

from django.db import OperationalError, connections
from django.utils import timezone

from clover_django.conf import ledger_alias
from clover_django.payments import get_payments
from payment_hooks import (
    EventKind,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentSource,
    WebhookEvent,
)

DUE = Money(500, "USD")
_references = count(1)


def open_payment(mode=Mode.IFRAME):
    return get_payments().open(f"order-{next(_references)}", mode=mode, amount_due=DUE)


def paid(token="tok-1"):
    payment = open_payment()
    with suppress(PaymentDeclined):
        get_payments().charge(payment.payment_id, PaymentSource(token=token))
    return get_payments().notify(payment.payment_id)


def unknown_outcome(fake, *, after=False):
    """The answer to the charge was lost, and so was the one to the look after it."""
    payment = open_payment()
    fake.fail("payment_charge", OutcomeUnknown("lost"), after=after)
    fake.fail("payment_retry", OutcomeUnknown("lost"))
    with suppress(OutcomeUnknown):
        get_payments().charge(payment.payment_id, PaymentSource(token="tok-1"))
    fake.mend()
    fake.calls.clear()
    return payment


def at_the_page():
    """A hosted payment, and the session on which the shopper may pay."""
    payment = open_payment(Mode.HOSTED)
    return payment, get_payments().start_checkout(payment.payment_id)


def keep_message(session, transaction):
    """A webhook that came, and whose effect is not in place."""
    event = WebhookEvent(
        kind=EventKind.PAYMENT,
        event_id=f"about {transaction.transaction_id}",
        provider="clover",
        merchant_id="TESTMERCH0001",
        transaction_id=transaction.transaction_id,
        session_id=session.session_id,
        approved=True,
        occurred_at=timezone.now(),
    )
    get_payments().ledger.add_event(event)


@contextmanager
def broken_database(word):
    """The ledger's database fails with each statement that has this word in it."""

    def execute(proceed, sql, *arguments):
        if word in sql:
            raise OperationalError("the disk is full")
        return proceed(sql, *arguments)

    with connections[ledger_alias()].execute_wrapper(execute):
        yield
