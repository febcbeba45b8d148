"""Incidents of other people's shops, each retold against ours.

Each test says what happened, in the thread that it names, and shows what happens here.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from clover_django.ledger.store import DjangoLedger
from clover_simulator.shopper import DECLINED_CARD
from clover_simulator.simulator import Simulator
from payment_hooks import (
    OutcomeUnknown,
    PaymentDeclined,
    PaymentSource,
    PaymentState,
    StaleVersion,
)
from payment_hooks.model.records import OperationState
from payment_hooks.recovery.reconciliation import Reconciliation
from tests.faults import breaks
from tests.faults.pages import Page, deliver, deliver_own, open_page
from tests.faults.rig import Rig
from tests.faults.together import at_once


@pytest.fixture
def page(rig: Rig) -> Page:
    """A shopper on Clover's page."""
    return open_page(rig)


def test_a_webhook_and_a_return_do_not_overwrite_each_other(
    rig: Rig, page: Page
) -> None:
    """A paid order was saved as failed.

    The webhook and the shopper's return were handled at once. Each read the payment,
    and the one that knew less wrote last: a captured payment became *error*, and the
    order was cancelled. Seen twice in production. jazzband/django-payments, pull
    request 491.
    """
    sent, stale = page.pay(), page.payment

    at_once(4, lambda number: deliver(rig, sent) if number % 2 else page.resolve())
    with pytest.raises(StaleVersion):
        rig.ledger.replace_payment(replace(stale, state=PaymentState.CLOSED))

    assert page.payment.state is PaymentState.PAID
    assert page.times_notified == 1


def test_a_completion_that_fails_gives_no_money_back(rig: Rig, page: Page) -> None:
    """Good orders were refunded.

    The webhook and the browser completed the same cart. The second run failed, since
    the order was there, and the failure was compensated: the payment of a good order
    was refunded, or captured twice. medusajs/medusa, issue 13301.
    """
    rig.shop.failures = [RuntimeError("cart is already completed")] * 3
    deliver(rig, page.pay())

    for _ in range(5):
        rig.recover()

    assert rig.simulator.ledger.refunds == []
    assert page.payment.state is PaymentState.PAID
    assert page.times_notified == 1


def test_a_checkout_that_is_completed_twice_is_charged_once(rig: Rig) -> None:
    """`checkoutComplete` charged again though the checkout was paid.

    A client that had no answer called it a second time, and a second payment was
    taken; another card made no difference. saleor/saleor, issue 12229.
    """
    charge = rig.prepare("charge")
    first = charge.make()

    again = charge.make()
    other = replace(charge, source=PaymentSource(token=rig.simulator.token())).make()

    assert first.operation_id == again.operation_id == other.operation_id
    charge.resolve()
    charge.holds()


def test_a_webhook_that_never_comes_is_not_needed(
    make_rig: Callable[..., Rig],
    durable_ledger: DjangoLedger,
    clover_simulator: Simulator,
) -> None:
    """Customers paid, and the shop waited for ever.

    Shops which believe the webhook alone lose each order whose webhook is lost. Here
    the comparison with Clover's list finds the money, and the shop is notified.
    """
    token = clover_simulator.merchant.platform_token
    rig = make_rig(durable_ledger, PLATFORM_TOKEN=token)
    page, now = open_page(rig), rig.clock()
    page.pay()

    Reconciliation(rig.payments).run(
        now - timedelta(hours=1), now + timedelta(minutes=1), repair=True
    )
    rig.recover()

    assert page.payment.state is PaymentState.PAID
    assert page.times_notified == 1


def test_an_answer_that_never_comes_cancels_no_order(
    make_rig: Callable[..., Rig], durable_ledger: DjangoLedger
) -> None:
    """The order was cancelled, and the money was received.

    The provider answered too late. The shop took that for a failure, cancelled the
    order and gave the goods to another customer; the customer had paid.
    woocommerce/woocommerce, issue 21083.
    """
    rig = make_rig(durable_ledger, DEADLINE_SECONDS=1)
    charge = rig.prepare("charge")
    silence = breaks.execute_and_fall_silent()

    with rig.proxy.breaking(silence), pytest.raises(OutcomeUnknown):
        charge.make()
    with pytest.raises(OutcomeUnknown):
        rig.payments.close(charge.payment_id)

    assert charge.payment.state is PaymentState.OPEN
    rig.recover()
    charge.holds()


def test_of_two_pages_that_were_both_paid_none_is_forgotten(rig: Rig) -> None:
    """Two tabs, both paid, and the second payment was dropped without a word.

    The shop knew one payment for each order, so the second one found it paid and was
    ignored. The customer had paid twice. mollie/WooCommerce, issue 1204.
    """
    rig.simulator.switch(pays_after_expiry=True)
    first = open_page(rig)
    rig.clock.advance(minutes=20)
    rig.simulator.clock.advance(minutes=20)
    second = first.renew()

    for tab in (first, second):
        deliver(rig, tab.pay())

    rows = rig.ledger.operations(first.payment_id)
    assert {row.transaction_id for row in rows} == {first.charge_id, second.charge_id}
    assert first.payment.flags == ("double_capture",)
    assert first.payment.state is PaymentState.PAID
    assert first.times_notified == 1


def test_a_late_message_of_a_decline_leaves_a_paid_order_paid(
    rig: Rig, page: Page
) -> None:
    """A *failed* event that came late made a paid order unpaid.

    The first card was declined and the second one paid. The message of the first came
    last, and was believed. nearmerch, issue 209.
    """
    declined, paid = page.pay(DECLINED_CARD), page.pay()

    deliver(rig, paid)
    deliver(rig, declined)
    deliver_own(rig, id=page.charge_id, data=page.session_id, status="DECLINED")

    assert page.payment.state is PaymentState.PAID
    assert page.times_notified == 1


def test_another_card_after_a_decline_is_another_request(rig: Rig) -> None:
    """Nobody could pay after a first decline.

    The idempotency key was made from the order alone. With the second card the
    provider found a known key, and repeated the decline. odoo/odoo, pull request
    107723.
    """
    charge = rig.prepare("charge")
    bad = PaymentSource(token=rig.simulator.token(DECLINED_CARD))
    with pytest.raises(PaymentDeclined):
        replace(charge, source=bad).make()

    done = charge.make()

    declined, paid = charge.rows
    assert declined.intent.idempotency_key != paid.intent.idempotency_key
    assert done.state is OperationState.SUCCEEDED
    assert charge.times_moved == 1


def test_a_page_that_is_reloaded_pays_once(rig: Rig) -> None:
    """A customer reloaded the page and paid again.

    The browser sent the form a second time while the first answer was on its way, and
    both were paid. pretix/pretix, issue 376.
    """
    charge = rig.prepare("charge")
    with rig.proxy.breaking(breaks.lose_answer()), suppress(OutcomeUnknown):
        charge.make()

    for _ in range(3):
        charge.make()

    charge.resolve()
    charge.holds()
