"""The mark of an answer under way, and what is made of a charge that waits with it."""

from dataclasses import replace

import pytest

from payment_hooks import (
    ActionRequired,
    BrowserInfo,
    ChargeDetails,
    DeclineCode,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    SaveSourceRequest,
    hookimpl,
)
from payment_hooks.recovery import Recovery
from tests.attack_common import *  # noqa: F403


class Ears:
    """Keeps each ConfirmRequest; with `is_clover`, ends nothing that may be answered."""

    def __init__(self, *, is_clover=False):
        self.heard, self.is_clover = [], is_clover

    @hookimpl(wrapper=True)
    def payment_confirm(self, request):
        self.heard.append(request)
        if self.is_clover and request.canceled and request.answered_before:
            raise OutcomeUnknown("its answer may still arrive")
        return (yield)


def lose_answer(payments, provider, payment, challenge):
    provider.fail("payment_confirm", OutcomeUnknown("cut"))
    with pytest.raises(OutcomeUnknown):
        payments.confirm(payment.payment_id, provider.answer(challenge))
    payments.resolve(payment.payment_id)


def test_a_next_step_says_nothing_of_an_earlier_answer(payments, provider, registry):
    """`answered_before` false: "no answer is on its way", and Clover declines."""
    ears = Ears()
    registry.register(ears)
    payment = begin(payments)
    challenge = ask(payments, payment, card("challenge-twice"))
    lose_answer(payments, provider, payment, challenge)
    with pytest.raises(ActionRequired):
        payments.confirm(payment.payment_id, provider.answer(challenge))

    with pytest.raises(PaymentError):
        payments.confirm(payment.payment_id, canceled=True)

    assert ears.heard[-1].canceled
    assert ears.heard[-1].answered_before


@pytest.mark.parametrize("days", [1, 30])
def test_an_order_held_up_by_a_lost_answer_is_reported(
    payments, provider, registry, clock, days
):
    """At Clover nothing ends it: someone must hear of it, or the shopper may pay."""
    registry.register(Ears(is_clover=True))
    payment = begin(payments)
    challenge = ask(payments, payment)
    lose_answer(payments, provider, payment, challenge)
    for _ in range(days):
        clock.advance(days=1)
        report = Recovery(payments).run()

    is_known = not report.is_clean or payments.ledger.oldest_unknown() is not None
    try:
        payments.charge(payment.payment_id, card("good"))
        can_pay = True
    except OutcomeUnknown:
        can_pay = False
    assert can_pay or is_known


def test_the_same_card_from_another_address_gets_the_same_challenge(payments):
    """IPv4 now and IPv6 on reload: docs say the same challenge is handed out."""
    browser = BrowserInfo(
        accept_header="*/*",
        language="en",
        screen_width=800,
        screen_height=600,
        color_depth=24,
        time_zone_offset=0,
        user_agent="a browser",
        javascript_enabled=True,
        java_enabled=False,
        origin="https://shop.example",
    )
    payment = begin(payments)
    steps = []
    for address in ("192.0.2.1", "2001:db8::1"):
        details = ChargeDetails(browser=browser, shopper_ip=address)
        with pytest.raises(ActionRequired) as caught:
            payments.charge(payment.payment_id, card(), details=details)
        steps.append(caught.value.next_action)

    assert steps[0] == steps[1]


def test_a_challenge_that_ran_out_is_no_decline_of_the_card(payments, provider, clock):
    """The same card on file, after fifteen minutes at the bank's page."""
    saved = payments.save_source(
        SaveSourceRequest(source=card("tok"), email="a@shop.example")
    )
    name = f"challenge-{saved.source_id}"
    provider.saved[name] = replace(saved, source_id=name)
    source = provider.saved[name].as_source()
    payment = begin(payments)
    ask(payments, payment, source)
    clock.advance(minutes=16)
    payments.resume(payment.payment_id)

    with pytest.raises(ActionRequired):  # asked again, as it may be
        payments.charge(payment.payment_id, source)


def test_a_veto_of_the_end_is_not_the_end(payments, provider, registry):
    """A wrapper's PaymentDeclined for `canceled` never reached the provider."""

    class Veto:
        @hookimpl(wrapper=True)
        def payment_confirm(self, request):
            raise PaymentDeclined("not now", decline_code=DeclineCode.CARD_DECLINED)
            yield

    registry.register(Veto())
    payment = begin(payments)
    challenge = ask(payments, payment)
    try:
        payments.charge(payment.payment_id, card("good"))
    except PaymentError:
        pass
    provider.pass_challenge(challenge.transaction_id)  # the shopper went on at the bank

    assert taken(provider) == [DUE], "charged twice"


def test_another_merchant_in_the_settings_is_noticed(payments, provider):
    """Provider and ledger name the same merchant, also after the settings changed."""
    begin(payments, "1")
    provider.merchant_id = "FAKEMERCHANT2"

    payment = begin(payments, "2")
    done = payments.charge(payment.payment_id, card("good"))

    assert taken(provider) == [DUE]
    assert not done.flag
    assert payment.merchant_id == "FAKEMERCHANT2"
