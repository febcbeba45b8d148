"""3-D Secure from the shop's charge to the money: over HTTP, through `Payments`."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from clover_provider import CloverConfig, CloverProvider
from clover_simulator.shopper import (
    CHALLENGE_CARD,
    FRICTIONLESS_CARD,
    METHOD_AND_CHALLENGE_CARD,
)
from payment_hooks import (
    ActionRequired,
    ChargeDetails,
    Flag,
    Mode,
    Money,
    OperationState,
    OutcomeUnknown,
    PaymentDeclined,
    Payments,
    PaymentSource,
    PaymentState,
    PluginRegistry,
    Policy,
    ProviderHooks,
    hookimpl,
)
from payment_hooks.ledger import MemoryLedger, Outcome
from payment_hooks.recovery import Reconciliation

from .test_provider_kit import BROWSER

DUE = Money(2599, "USD")
FINALIZE = "/v1/charges/finalize_payment"
DETAILS = ChargeDetails(browser=BROWSER, shopper_ip="203.0.113.7")


class Killed(BaseException):
    """The process ends here."""


class Shop:
    """What the shop hears of, and where its process is killed."""

    def __init__(self):
        self.notified = []
        self.killed_in = ""

    @hookimpl
    def shop_amount_due(self, reference):
        return DUE

    @hookimpl
    def shop_payment_changed(self, event):
        self.notified.append(event.operation.state)

    @hookimpl(wrapper=True)
    def payment_charge(self, request):
        answered = yield
        return self._pass_on("charge", answered)

    @hookimpl(wrapper=True)
    def payment_confirm(self, request):
        answered = yield
        return self._pass_on("confirm", answered)

    def _pass_on(self, hook, answered):
        if self.killed_in == hook:
            self.killed_in = ""
            raise Killed
        return answered


class Clock:
    def __init__(self):
        self.ahead = timedelta(0)

    def __call__(self):
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def provider(clover_simulator):
    merchant = clover_simulator.merchant
    provider = CloverProvider(
        CloverConfig.from_mapping(
            {
                "ENVIRONMENT": "local",
                "BASE_URL": clover_simulator.url,
                "MERCHANT_ID": merchant.id,
                "PRIVATE_KEY": merchant.private_key,
                "PUBLIC_KEY": merchant.public_key,
                "THREE_D_SECURE": True,
            }
        )
    )
    yield provider
    provider.close()


@pytest.fixture
def payments(provider, shop, clock):
    registry = PluginRegistry()
    registry.register(provider, "clover")
    registry.register(shop, "shop")
    hooks = ProviderHooks(registry, "clover")
    return Payments(hooks, MemoryLedger(), policy=Policy(wait_seconds=5), now=clock)


@pytest.fixture
def payment(payments):
    return payments.open("100123", mode=Mode.IFRAME)


@pytest.fixture
def card(clover_simulator):
    return PaymentSource(token=clover_simulator.token(CHALLENGE_CARD))


@pytest.fixture
def challenge(payments, payment, card):
    return ask(payments, payment, card)


def ask(payments, payment, source):
    with pytest.raises(ActionRequired) as caught:
        payments.charge(payment.payment_id, source, details=DETAILS)
    return caught.value.next_action


def answer(simulator, challenge, *, confirm=True):
    status = simulator.authenticate(challenge.data, confirm=confirm)
    return {"flow": challenge.data["flow"], "flow_status": status}


def taken(simulator):
    return [row.amount_captured for row in simulator.ledger.charges if row.captured]


def test_the_page_is_told_where_the_script_is(payments, payment, clover_simulator):
    fields = payments.start_checkout(payment.payment_id)

    assert fields.authentication_script_url == (
        f"{clover_simulator.url}/clover3DS/clover3DS-sdk.js"
    )


def test_a_card_without_a_challenge_is_charged_at_once(
    payments, payment, clover_simulator
):
    source = PaymentSource(token=clover_simulator.token(FRICTIONLESS_CARD))

    assert payments.charge(payment.payment_id, source, details=DETAILS).moved == DUE


def test_the_answer_brings_the_money_and_one_notification(
    payments, payment, challenge, clover_simulator, shop
):
    assert taken(clover_simulator) == []
    assert shop.notified == []

    given = answer(clover_simulator, challenge)
    done = payments.confirm(payment.payment_id, given)

    assert done.moved == DUE
    again = payments.confirm(payment.payment_id, given)
    assert again.operation_id == done.operation_id
    assert payments.get(payment.payment_id).state is PaymentState.PAID
    assert taken(clover_simulator) == [2599]
    assert shop.notified == [OperationState.SUCCEEDED]


def test_two_steps_of_the_bank_are_two_actions(payments, payment, clover_simulator):
    source = PaymentSource(token=clover_simulator.token(METHOD_AND_CHALLENGE_CARD))
    first = ask(payments, payment, source)

    with pytest.raises(ActionRequired) as caught:
        payments.confirm(payment.payment_id, answer(clover_simulator, first))
    second = caught.value.next_action
    payments.confirm(payment.payment_id, answer(clover_simulator, second))

    assert [step.data["flow"] for step in (first, second)] == ["method", "challenge"]
    assert taken(clover_simulator) == [2599]


def test_a_refusal_at_the_bank_frees_the_payment_for_another_card(
    payments, payment, challenge, clover_simulator
):
    with pytest.raises(PaymentDeclined):
        payments.confirm(
            payment.payment_id, answer(clover_simulator, challenge, confirm=False)
        )

    other = PaymentSource(token=clover_simulator.token(FRICTIONLESS_CARD))
    payments.charge(payment.payment_id, other, details=DETAILS)

    assert taken(clover_simulator) == [2599]


def test_a_lost_challenge_is_handed_out_by_the_same_key(
    payments, payment, card, clover_simulator
):
    clover_simulator.fail("POST", "/v1/charges", "reset_after")

    challenge = ask(payments, payment, card)
    payments.confirm(payment.payment_id, answer(clover_simulator, challenge))

    assert len(clover_simulator.ledger.charges) == 1
    assert taken(clover_simulator) == [2599]


def test_a_process_killed_before_it_knew_the_challenge_hands_it_out_again(
    payments, payment, card, clover_simulator, shop, clock
):
    shop.killed_in = "charge"
    with suppress(Killed):
        payments.charge(payment.payment_id, card, details=DETAILS)
    clock.ahead = timedelta(minutes=2)  # the dead owner's lease is over
    assert payments.resolve(payment.payment_id).state is not PaymentState.PAID

    challenge = ask(payments, payment, card)
    payments.confirm(payment.payment_id, answer(clover_simulator, challenge))

    assert len(clover_simulator.ledger.charges) == 1
    assert taken(clover_simulator) == [2599]


def test_a_process_killed_after_the_answer_left_is_found_by_a_look(
    payments, payment, challenge, clover_simulator, shop, clock
):
    shop.killed_in = "confirm"
    with suppress(Killed):
        payments.confirm(payment.payment_id, answer(clover_simulator, challenge))
    assert shop.notified == []
    clock.ahead = timedelta(minutes=2)

    assert payments.resolve(payment.payment_id).state is PaymentState.PAID
    assert taken(clover_simulator) == [2599]
    assert shop.notified == [OperationState.SUCCEEDED]


@pytest.mark.parametrize("fault", ["reset_after", "cut", "malformed", "error_after"])
def test_a_lost_answer_is_looked_up_and_nothing_else_is_charged(
    payments, payment, challenge, clover_simulator, shop, fault
):
    clover_simulator.fail("POST", FINALIZE, fault)
    with pytest.raises(OutcomeUnknown) as caught:
        payments.confirm(payment.payment_id, answer(clover_simulator, challenge))
    assert not isinstance(caught.value, ActionRequired)
    assert payments.outcome(payment.payment_id) is Outcome.CHECKING

    other = PaymentSource(token=clover_simulator.token(FRICTIONLESS_CARD))
    assert payments.charge(payment.payment_id, other, details=DETAILS).moved == DUE

    assert taken(clover_simulator) == [2599]
    assert shop.notified == [OperationState.SUCCEEDED]


def test_two_tabs_that_answer_at_once_move_the_money_once(
    payments, payment, challenge, clover_simulator
):
    given, heard = answer(clover_simulator, challenge), []

    def confirm():
        heard.append(payments.confirm(payment.payment_id, given).operation_id)

    tabs = [Thread(target=confirm) for _ in range(2)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()

    assert len(heard) == 2
    assert len(set(heard)) == 1
    assert taken(clover_simulator) == [2599]
    assert clover_simulator.count("POST", FINALIZE) == 1


def test_two_tabs_with_two_cards_leave_one_charge(
    payments, payment, challenge, clover_simulator
):
    """The first one's answer comes too late: nobody finalizes what was given up."""
    other = PaymentSource(token=clover_simulator.token(FRICTIONLESS_CARD))
    paid = payments.charge(payment.payment_id, other, details=DETAILS)

    late = payments.confirm(payment.payment_id, answer(clover_simulator, challenge))

    assert late.operation_id == paid.operation_id
    assert taken(clover_simulator) == [2599]
    assert clover_simulator.count("POST", FINALIZE) == 0


def test_another_card_waits_while_an_answer_may_arrive(
    payments, payment, challenge, clover_simulator
):
    clover_simulator.fail("POST", FINALIZE, "reset_before")
    with suppress(OutcomeUnknown):
        payments.confirm(payment.payment_id, answer(clover_simulator, challenge))
    other = PaymentSource(token=clover_simulator.token(FRICTIONLESS_CARD))

    with pytest.raises(OutcomeUnknown):
        payments.charge(payment.payment_id, other, details=DETAILS)

    payments.resolve(payment.payment_id)
    handed_out = payments.next_action(payment.payment_id)
    payments.confirm(payment.payment_id, answer(clover_simulator, handed_out))
    assert taken(clover_simulator) == [2599]
    assert len(clover_simulator.ledger.charges) == 1


def test_a_shopper_who_turns_back_may_use_another_card(
    payments, payment, challenge, clover_simulator
):
    with pytest.raises(PaymentDeclined):
        payments.confirm(payment.payment_id, canceled=True)
    assert payments.outcome(payment.payment_id) is Outcome.NOT_PAID

    other = PaymentSource(token=clover_simulator.token(FRICTIONLESS_CARD))
    payments.charge(payment.payment_id, other, details=DETAILS)

    assert taken(clover_simulator) == [2599]


def test_recovery_ends_what_nobody_answered_in_time(
    payments, payment, challenge, clover_simulator, clock
):
    clock.ahead = timedelta(minutes=16)

    payments.resume(payment.payment_id)

    assert payments.outcome(payment.payment_id) is Outcome.NOT_PAID
    assert payments.next_action(payment.payment_id) is None


def test_what_vanished_is_not_paid_only_after_the_safe_window(
    payments, payment, challenge, clover_simulator, clock
):
    clover_simulator.switch(threeds_waiting="hidden")
    clock.ahead = timedelta(hours=1)
    payments.resolve(payment.payment_id)
    assert payments.outcome(payment.payment_id) is not Outcome.NOT_PAID

    clock.ahead = timedelta(hours=13)
    payments.resolve(payment.payment_id)

    assert payments.outcome(payment.payment_id) is Outcome.NOT_PAID


def test_what_moves_by_itself_after_a_decline_is_flagged(
    payments, payment, challenge, clover_simulator
):
    """No page of Clover's says that it cannot: then a person must look."""
    with pytest.raises(PaymentDeclined):
        payments.confirm(payment.payment_id, canceled=True)
    other = PaymentSource(token=clover_simulator.token(FRICTIONLESS_CARD))
    payments.charge(payment.payment_id, other, details=DETAILS)
    clover_simulator.set_charge_status(challenge.transaction_id, "succeeded")

    now = clover_simulator.clock.now()
    hour = timedelta(hours=1)
    Reconciliation(payments).run(now - hour, now + hour, repair=True)

    assert payments.get(payment.payment_id).flags == (Flag.DOUBLE_CAPTURE,)
