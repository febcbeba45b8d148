"""Rows 28 to 31, 33 and 34: messages early, doubled, out of order, missing, or wrong.

Row 32 has a module of its own.
"""

from collections.abc import Callable, Generator
from datetime import timedelta
from itertools import permutations

import pytest

from clover_django import models
from clover_django.ledger.store import DjangoLedger
from clover_simulator.shopper import DECLINED_CARD
from clover_simulator.simulator import Simulator
from payment_hooks import (
    CheckoutRequest,
    Money,
    NextAction,
    PaymentError,
    PaymentState,
    Redirect,
    WebhookRejected,
    hookimpl,
)
from payment_hooks.model.records import OperationState
from payment_hooks.recovery.reconciliation import Reconciliation
from tests.faults import breaks
from tests.faults.messages import body_of, with_body
from tests.faults.pages import Page, deliver, deliver_own, open_page
from tests.faults.rig import Rig
from tests.faults.stores import ALIAS
from tests.faults.together import at_once

CHEAP = Money(100, "USD")


@pytest.fixture
def rig(
    make_rig: Callable[..., Rig],
    durable_ledger: DjangoLedger,
    clover_simulator: Simulator,
) -> Rig:
    """A shop with hosted checkout, which may read payments on the platform."""
    token = clover_simulator.merchant.platform_token
    return make_rig(durable_ledger, PLATFORM_TOKEN=token)


@pytest.fixture
def page(rig: Rig) -> Page:
    """A shopper on Clover's page."""
    return open_page(rig)


def is_paid_once(page: Page) -> None:
    """The money counts, once, and the shop was notified once."""
    assert page.payment.state is PaymentState.PAID
    assert page.payment.flags == ()
    assert page.row.transaction_id == page.charge_id
    assert page.times_notified == 1


def receipts() -> int:
    return models.WebhookReceipt.objects.using(ALIAS).count()


class HastyShopper:
    """Pays, and Clover sends the webhook, before the shop has written its page down."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig

    @hookimpl(wrapper=True)
    def payment_start_checkout(
        self, request: CheckoutRequest
    ) -> Generator[None, NextAction, NextAction]:
        page = yield
        assert isinstance(page, Redirect)
        early = Page(self.rig, "", page.session_id, page.url)
        deliver(self.rig, early.pay())
        return page


@pytest.mark.matrix(row=28)
def test_a_message_before_our_own_record_is_kept_and_applied(rig: Rig) -> None:
    rig.payments.provider.registry.register(HastyShopper(rig))

    page = open_page(rig)

    assert page.payment.state is PaymentState.OPEN
    rig.payments.resolve(page.payment_id)
    is_paid_once(page)


@pytest.mark.matrix(row=28)
def test_a_kept_message_is_applied_by_recovery_if_no_one_comes_back(
    rig: Rig,
) -> None:
    rig.payments.provider.registry.register(HastyShopper(rig))
    page = open_page(rig)

    rig.clock.advance(minutes=20)
    rig.recover()

    is_paid_once(page)


@pytest.mark.matrix(row=28)
def test_money_that_clover_does_not_show_yet_is_asked_for_again(
    rig: Rig, page: Page
) -> None:
    sent = page.pay()

    with (
        rig.proxy.breaking(breaks.lose_answer(), "GET"),
        pytest.raises(PaymentError) as refusal,
    ):
        deliver(rig, sent)

    assert not isinstance(refusal.value, WebhookRejected)
    assert page.payment.state is PaymentState.OPEN
    assert receipts() == 1
    deliver(rig, sent)
    is_paid_once(page)


@pytest.mark.matrix(row=29)
def test_the_same_message_many_times_at_once_is_one_row_and_one_effect(
    rig: Rig, page: Page
) -> None:
    sent = page.pay()

    at_once(8, lambda _: [deliver(rig, sent) for _ in range(5)])

    deliver(rig, sent)
    assert receipts() == 1
    is_paid_once(page)


@pytest.mark.matrix(row=30)
@pytest.mark.parametrize("order", sorted(set(permutations((0, 1, 1)))))
def test_a_decline_and_a_payment_in_any_order_are_a_payment(
    rig: Rig, page: Page, order: tuple[int, ...]
) -> None:
    messages = [page.pay(DECLINED_CARD), page.pay()]

    for number in order:
        deliver(rig, messages[number])

    is_paid_once(page)


@pytest.mark.matrix(row=30)
def test_a_message_after_the_refund_does_not_undo_it(rig: Rig, page: Page) -> None:
    approved = page.pay()
    deliver(rig, approved)
    rig.payments.refund(page.payment_id, intent_id="all of it")
    rig.payments.notify(page.payment_id)

    deliver(rig, approved)
    deliver_own(rig, id="LATEDECLINE01", data=page.session_id, status="DECLINED")

    assert page.payment.state is PaymentState.REFUNDED
    assert page.times_notified == 2
    assert len(rig.simulator.ledger.refunds) == 1


def reconcile(rig: Rig, days: int = 1) -> None:
    """Compare Clover's list of so long with the ledger; write down what is certain."""
    now = rig.clock()
    since, until = now - timedelta(days=days), now + timedelta(minutes=1)
    Reconciliation(rig.payments).run(since, until, repair=True)


@pytest.mark.matrix(row=31)
def test_money_of_which_no_message_ever_comes_is_found_by_one_reconciliation(
    rig: Rig, page: Page
) -> None:
    page.pay()

    reconcile(rig)

    is_paid_once(page)


@pytest.mark.matrix(row=31)
def test_recovery_alone_leaves_a_page_open_of_which_no_message_came(
    rig: Rig, page: Page
) -> None:
    """A hosted session cannot be read back: there is nothing that it could ask."""
    page.pay()

    for _ in range(2):
        rig.recover()
        rig.let_time_pass(hours=13)

    assert page.row.state is OperationState.WAITING
    assert page.payment.state is PaymentState.OPEN
    reconcile(rig, days=2)
    is_paid_once(page)


@pytest.mark.matrix(row=33)
def test_a_replay_inside_the_tolerance_has_no_second_effect(
    rig: Rig, page: Page
) -> None:
    sent = page.pay()
    first = deliver(rig, sent)
    before = rig.ledger.operations(page.payment_id)

    rig.clock.advance(seconds=200)
    again = deliver(rig, sent)

    assert again.event_id == first.event_id
    assert rig.ledger.operations(page.payment_id) == before
    assert receipts() == 1
    is_paid_once(page)


@pytest.mark.matrix(row=33)
@pytest.mark.parametrize("minutes", [10, -10])
def test_a_replay_outside_the_tolerance_is_rejected(
    rig: Rig, page: Page, minutes: int
) -> None:
    sent = page.pay()
    rig.clock.advance(minutes=minutes)

    with pytest.raises(WebhookRejected):
        deliver(rig, sent)

    assert receipts() == 0
    assert page.payment.state is PaymentState.OPEN


def is_flagged_and_unpaid(page: Page) -> None:
    """No money counts for this order, and a person is asked to look."""
    assert page.payment.state is PaymentState.OPEN
    assert page.payment.flags != ()
    assert page.times_notified == 0


@pytest.mark.matrix(row=34)
@pytest.mark.parametrize("is_known", [False, True])
def test_a_cheap_payment_pointed_at_a_dear_order_does_not_pay_it(
    rig: Rig, page: Page, is_known: bool
) -> None:
    """The shape of CVE-2026-9189: everything is real but what it is about."""
    cheap = open_page(rig, CHEAP)
    sent = cheap.pay()
    if is_known:
        deliver(rig, sent)

    deliver_own(rig, id=cheap.charge_id, data=page.session_id)

    is_flagged_and_unpaid(page)


@pytest.mark.matrix(row=34)
def test_money_of_another_order_of_the_same_amount_pays_only_that_one(
    rig: Rig, page: Page
) -> None:
    other = open_page(rig)
    deliver(rig, other.pay())

    deliver_own(rig, id=other.charge_id, data=page.session_id)

    is_paid_once(other)
    is_flagged_and_unpaid(page)


@pytest.mark.matrix(row=34)
def test_a_card_payment_of_another_order_does_not_pay_a_page(
    rig: Rig, page: Page
) -> None:
    charge = rig.prepare("charge")
    done = charge.make()

    deliver_own(rig, id=done.transaction_id, data=page.session_id)

    is_flagged_and_unpaid(page)
    charge.resolve()
    charge.holds()


@pytest.mark.matrix(row=34)
@pytest.mark.parametrize(
    ("known", "shown"),
    [
        (b'"amount": 2599', b'"amount": 2598'),
        (b'"amount": 2599', b'"amount": 259900'),
        (b'"currency": "USD"', b'"currency": "CAD"'),
    ],
)
def test_other_money_than_was_asked_for_is_not_applied(
    rig: Rig, page: Page, known: bytes, shown: bytes
) -> None:
    sent = page.pay()

    def change(answer: bytes) -> bytes:
        return with_body(answer, body_of(answer).replace(known, shown))

    with rig.proxy.breaking(breaks.change_answer(change), "GET"):
        deliver(rig, sent)

    is_flagged_and_unpaid(page)


@pytest.mark.matrix(row=34)
def test_another_merchants_message_is_rejected_and_not_kept(
    rig: Rig, page: Page
) -> None:
    page.pay()
    other = rig.simulator.merchants[1].id

    with pytest.raises(WebhookRejected):
        deliver_own(rig, id=page.charge_id, data=page.session_id, merchantId=other)

    assert receipts() == 0
    assert page.payment.state is PaymentState.OPEN


@pytest.mark.matrix(row=34)
def test_money_that_clover_does_not_know_pays_nothing(rig: Rig, page: Page) -> None:
    with pytest.raises(PaymentError):
        deliver_own(rig, id="NEVERHAPPENED", data=page.session_id)

    assert page.payment.state is PaymentState.OPEN
    assert page.row.state is OperationState.WAITING
    assert page.times_notified == 0
