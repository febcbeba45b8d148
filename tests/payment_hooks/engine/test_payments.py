"""`Payments`: opening, funding, reversing, and one notification per outcome."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from payment_hooks import (
    CheckoutRequest,
    CheckResult,
    FailedChecks,
    InvalidRequest,
    LineItem,
    MemoryLedger,
    Mode,
    Money,
    OperationState,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentSource,
    PaymentState,
    ProviderUnavailable,
    RateLimited,
    ReturnUrls,
    WrongState,
    hookimpl,
)
from payment_hooks.model.kinds import DeclineCode

CARD = PaymentSource(token="tok-good")
OTHER_CARD = PaymentSource(token="tok-other")
BAD_CARD = PaymentSource(token="decline-me")


def dollars(text):
    return Money.of(text, "USD")


def open_payment(payments, mode=Mode.IFRAME, reference="100123"):
    return payments.open(reference, mode=mode).payment_id


def taken(provider):
    return [row for row in provider.ledger.values() if row.captured]


def test_the_amount_comes_from_the_shop(payments, provider):
    payment_id = open_payment(payments)

    payments.charge(payment_id, CARD)

    assert [row.amount for row in taken(provider)] == [dollars("25.99")]


def test_a_reference_that_no_shop_knows_is_refused(payments, shop):
    shop.due = None

    with pytest.raises(InvalidRequest, match="no shop knows"):
        payments.open("404", mode=Mode.IFRAME)


def test_nothing_due_is_refused(payments):
    with pytest.raises(WrongState, match="nothing to pay"):
        payments.open("1", mode=Mode.IFRAME, amount_due=Money(0, "USD"))


def test_opening_twice_continues_the_same_payment(payments):
    assert open_payment(payments) == open_payment(payments)


def test_a_changed_amount_begins_the_next_payment(payments, shop):
    first = open_payment(payments)
    shop.due = dollars("30.00")

    second = payments.open("100123", mode=Mode.IFRAME)

    assert second.sequence == 2
    assert payments.get(first).state is PaymentState.CLOSED


def test_a_changed_amount_waits_while_a_payment_has_an_unknown_outcome(
    payments, shop, provider
):
    payment_id = open_payment(payments)
    lose_everything(provider)
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    shop.due = dollars("30.00")

    with pytest.raises(OutcomeUnknown):
        payments.open("100123", mode=Mode.IFRAME)


def test_a_paid_reference_is_returned_as_it_is(payments, shop):
    payment_id = open_payment(payments)
    payments.charge(payment_id, CARD)
    shop.due = dollars("30.00")

    again = payments.open("100123", mode=Mode.IFRAME)

    assert (again.payment_id, again.state) == (payment_id, PaymentState.PAID)


def test_a_second_charge_gets_the_first_ones_result(payments, provider):
    payment_id = open_payment(payments)

    first = payments.charge(payment_id, CARD)
    second = payments.charge(payment_id, OTHER_CARD)

    assert second.operation_id == first.operation_id
    assert provider.calls.count("payment_charge") == 1


def test_a_decline_then_another_card_uses_another_key(payments, provider):
    payment_id = open_payment(payments)

    with pytest.raises(PaymentDeclined):
        payments.charge(payment_id, BAD_CARD)
    done = payments.charge(payment_id, CARD)

    keys = {row.intent.idempotency_key for row in payments.operations(payment_id)}
    assert (done.intent.attempt, len(keys), len(taken(provider))) == (2, 2, 1)


def test_a_declined_form_sent_again_is_declined_again_without_sending(
    payments, provider
):
    payment_id = open_payment(payments)

    for _ in range(2):
        with pytest.raises(PaymentDeclined) as caught:
            payments.charge(payment_id, BAD_CARD)

    assert caught.value.decline_code is DeclineCode.CARD_DECLINED
    assert provider.calls.count("payment_charge") == 1


@pytest.mark.parametrize("error", [ProviderUnavailable("down"), RateLimited("busy")])
def test_what_was_not_sent_may_be_tried_again(payments, provider, error):
    payment_id = open_payment(payments)
    provider.fail("payment_charge", error)

    with pytest.raises(type(error)):
        payments.charge(payment_id, CARD)
    done = payments.charge(payment_id, CARD)

    assert done.state is OperationState.SUCCEEDED
    assert len(taken(provider)) == 1


def test_a_lost_answer_is_asked_for_again_under_the_same_key(payments, provider):
    payment_id = open_payment(payments)
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)

    done = payments.charge(payment_id, CARD)

    assert done.state is OperationState.SUCCEEDED
    assert len(taken(provider)) == 1


def lose_everything(provider):
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", ProviderUnavailable("down"))


def test_an_unknown_outcome_stays_open_and_refuses_another_card(payments, provider):
    payment_id = open_payment(payments)
    lose_everything(provider)
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    provider.fail("payment_find", ProviderUnavailable("still down"))

    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, OTHER_CARD)

    assert provider.calls.count("payment_charge") == 1
    assert len(taken(provider)) == 1


def test_resolving_finds_the_lost_charge_and_notifies_once(payments, provider, shop):
    payment_id = open_payment(payments)
    lose_everything(provider)
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)

    states = [payments.resolve(payment_id).state for _ in range(2)]

    assert states == [PaymentState.PAID, PaymentState.PAID]
    assert len(shop.notified) == 1


def test_a_replay_that_is_rate_limited_stays_an_unknown_outcome(payments, provider):
    payment_id = open_payment(payments)
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", RateLimited("busy"))

    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)

    assert payments.operations(payment_id)[0].state is OperationState.UNKNOWN


def test_a_replay_that_finds_the_token_used_up_stays_an_unknown_outcome(
    payments, provider
):
    payment_id = open_payment(payments)
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    used = PaymentDeclined("used", decline_code=DeclineCode.SOURCE_ALREADY_USED)
    provider.fail("payment_retry", used)

    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)

    assert payments.resolve(payment_id).state is PaymentState.PAID


def test_a_recorded_intent_comes_before_the_call(make_payments, provider, registry):
    seen = []

    class Auditor:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            [row] = payments.operations(payment_id)
            seen.append(
                (row.state, row.intent.idempotency_key == request.idempotency_key)
            )
            return (yield)

    registry.register(Auditor())
    payments = make_payments()
    payment_id = open_payment(payments)

    payments.charge(payment_id, CARD)

    assert seen == [(OperationState.SENDING, True)]


def test_a_broken_plugin_leaves_an_unknown_outcome_not_a_failure(
    payments, provider, registry
):
    class Broken:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            yield
            raise TypeError("a bug after the money moved")

    registry.register(Broken())
    payment_id = open_payment(payments)

    done = payments.charge(payment_id, CARD)

    assert done.state is OperationState.SUCCEEDED
    assert len(taken(provider)) == 1


def test_a_wrapper_vetoes_before_anything_is_sent(payments, provider, registry):
    class Veto:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            raise PaymentDeclined("no", decline_code=DeclineCode.FRAUD_CHECK)
            yield

    registry.register(Veto())
    payment_id = open_payment(payments)

    with pytest.raises(PaymentDeclined):
        payments.charge(payment_id, CARD)

    assert "payment_charge" not in provider.calls


def test_simultaneous_submits_make_one_call(payments, provider):
    payment_id = open_payment(payments)
    barrier, results = Barrier(8), []

    def submit(number):
        barrier.wait()
        source = PaymentSource(token=f"tok-{number % 2}")
        results.append(payments.charge(payment_id, source).operation_id)

    threads = [Thread(target=submit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 8
    assert len(set(results)) == 1
    assert provider.calls.count("payment_charge") == 1


def test_interruption_while_sending_is_resolved_after_the_lease(
    payments, provider, clock
):
    payment_id = open_payment(payments)
    provider.fail("payment_charge", KeyboardInterrupt(), after=True)
    with pytest.raises(KeyboardInterrupt):
        payments.charge(payment_id, CARD)
    with pytest.raises(OutcomeUnknown):
        payments.resolve(payment_id)

    clock.advance(minutes=2)

    assert payments.resolve(payment_id).state is PaymentState.PAID


def test_absence_is_believed_only_after_the_safe_window(payments, provider, clock):
    payment_id = open_payment(payments)
    provider.fail("payment_charge", OutcomeUnknown("never arrived"))
    provider.fail("payment_retry", ProviderUnavailable("down"))
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)

    payments.resolve(payment_id)
    early = payments.operations(payment_id)[0].state
    clock.advance(hours=13)
    payments.resolve(payment_id)

    late = payments.operations(payment_id)[0]
    assert early is OperationState.UNKNOWN
    assert (late.state, late.code) == (OperationState.FAILED, "proved_absent")


def test_a_hosted_payment_takes_no_card(payments):
    payment_id = open_payment(payments, Mode.HOSTED)

    with pytest.raises(InvalidRequest, match="provider's page"):
        payments.charge(payment_id, CARD)


def test_partial_capture_honours_the_asked_amount(payments, provider):
    payment_id = open_payment(payments)
    payments.authorize(payment_id, CARD)

    done = payments.capture(payment_id, dollars("10.00"))
    again = payments.capture(payment_id, dollars("10.00"))

    assert (done.moved, again.operation_id) == (dollars("10.00"), done.operation_id)
    assert payments.refundable(payment_id) == dollars("10.00")
    assert provider.calls.count("payment_capture") == 1


def test_a_second_capture_of_another_amount_is_refused(payments, provider):
    payment_id = open_payment(payments)
    payments.authorize(payment_id, CARD)
    payments.capture(payment_id, dollars("10.00"))

    with pytest.raises(WrongState, match=r"captured with 10\.00 USD already"):
        payments.capture(payment_id, dollars("5.00"))

    assert provider.calls.count("payment_capture") == 1


@pytest.mark.parametrize("amount", ["26.00", "1000", "0", "-1"])
def test_capture_outside_the_authorization_is_refused(payments, provider, amount):
    payment_id = open_payment(payments)
    payments.authorize(payment_id, CARD)

    with pytest.raises(InvalidRequest):
        payments.capture(payment_id, dollars(amount))

    assert "payment_capture" not in provider.calls


def test_partial_refunds_add_up_and_no_further(payments):
    payment_id = open_payment(payments)
    payments.charge(payment_id, CARD)

    payments.refund(payment_id, dollars("20.00"), intent_id="a")
    with pytest.raises(InvalidRequest, match=r"5\.99 USD is left"):
        payments.refund(payment_id, dollars("6.00"), intent_id="b")
    payments.refund(payment_id, intent_id="c")

    assert payments.get(payment_id).state is PaymentState.REFUNDED
    assert payments.refundable(payment_id) == Money(0, "USD")


@pytest.mark.parametrize("amount", ["0", "-1.00"])
def test_a_refund_of_nothing_or_less_is_refused(payments, provider, amount):
    payment_id = open_payment(payments)
    payments.charge(payment_id, CARD)

    with pytest.raises(InvalidRequest):
        payments.refund(payment_id, dollars(amount), intent_id="a")

    assert "payment_refund" not in provider.calls


def test_the_same_refund_twice_is_one_and_two_requests_are_two(payments, provider):
    payment_id = open_payment(payments)
    payments.charge(payment_id, CARD)

    for intent_id in ("form-1", "form-1", "form-2"):
        payments.refund(payment_id, dollars("5.00"), intent_id=intent_id)

    assert provider.calls.count("payment_refund") == 2


def test_one_request_id_for_two_amounts_is_refused(payments, provider):
    payment_id = open_payment(payments)
    payments.charge(payment_id, CARD)
    payments.refund(payment_id, dollars("5.00"), intent_id="form-1")

    with pytest.raises(InvalidRequest, match="another intent_id"):
        payments.refund(payment_id, dollars("6.00"), intent_id="form-1")

    assert provider.calls.count("payment_refund") == 1


def test_a_lost_refund_is_found_by_reading_not_sent_again(payments, provider, clock):
    payment_id = open_payment(payments)
    payments.charge(payment_id, CARD)
    provider.fail("payment_refund", OutcomeUnknown("reset"), after=True)
    with pytest.raises(OutcomeUnknown):
        payments.refund(payment_id, dollars("5.00"), intent_id="form-1")

    state = payments.resolve(payment_id).state

    assert state is PaymentState.PARTLY_REFUNDED
    assert provider.calls.count("payment_refund") == 1
    assert payments.refundable(payment_id) == dollars("20.99")


def test_a_lost_capture_is_found_by_reading(payments, provider):
    payment_id = open_payment(payments)
    payments.authorize(payment_id, CARD)
    provider.fail("payment_capture", OutcomeUnknown("reset"), after=True)
    with pytest.raises(OutcomeUnknown):
        payments.capture(payment_id, dollars("10.00"))

    assert payments.resolve(payment_id).state is PaymentState.PAID
    assert payments.refundable(payment_id) == dollars("10.00")


def test_undo_voids_what_is_authorized_and_refunds_what_is_captured(payments):
    authorized = open_payment(payments, reference="1")
    payments.authorize(authorized, CARD)
    paid = open_payment(payments, reference="2")
    payments.charge(paid, CARD)

    payments.reverse(authorized, intent_id="x")
    payments.reverse(paid, dollars("1.00"), intent_id="x")

    assert payments.get(authorized).state is PaymentState.VOIDED
    assert payments.get(paid).state is PaymentState.PARTLY_REFUNDED


def test_undoing_a_part_of_an_authorization_is_refused(payments, provider):
    payment_id = open_payment(payments)
    payments.authorize(payment_id, CARD)

    with pytest.raises(InvalidRequest, match="released whole"):
        payments.reverse(payment_id, dollars("1.00"), intent_id="x")

    assert "payment_void" not in provider.calls


def test_void_of_a_captured_payment_is_refused(payments):
    payment_id = open_payment(payments)
    payments.charge(payment_id, CARD)

    with pytest.raises(WrongState, match="only an authorization"):
        payments.void(payment_id)


def test_a_handler_that_fails_is_notified_again_until_it_works(payments, shop):
    payment_id = open_payment(payments)
    payments.charge(payment_id, CARD)
    shop.failures = [RuntimeError("mail server down")]

    payments.notify(payment_id)
    payments.notify(payment_id)
    payments.notify(payment_id)

    assert len(shop.notified) == 1


def test_iframe_checkout_uses_the_payments_amount_not_the_callers(payments):
    payment_id = open_payment(payments)
    forged = CheckoutRequest(
        amount=Money(1, "USD"), reference="other", mode=Mode.HOSTED
    )

    session = payments.start_checkout(payment_id, forged)

    assert session.mode is Mode.IFRAME


def test_a_paid_payment_starts_no_checkout(payments):
    payment_id = open_payment(payments)
    payments.charge(payment_id, CARD)

    with pytest.raises(WrongState, match="nothing is left to pay"):
        payments.start_checkout(payment_id)


def test_a_refused_hosted_session_leaves_nothing_open(payments, provider):
    payment_id = open_payment(payments, Mode.HOSTED)
    provider.fail("payment_start_checkout", InvalidRequest("bad lines"))
    line = LineItem(name="Mug", unit_price=dollars("25.99"))
    request = CheckoutRequest(
        amount=dollars("25.99"), reference="x", mode=Mode.HOSTED, lines=(line,)
    )

    with pytest.raises(InvalidRequest):
        payments.start_checkout(payment_id, request)
    session = payments.start_checkout(payment_id, request)

    states = [row.state for row in payments.operations(payment_id)]
    assert session.mode is Mode.HOSTED
    assert states == [OperationState.FAILED, OperationState.WAITING]


def test_a_second_refund_waits_while_the_first_has_an_unknown_outcome(
    payments, provider
):
    payment_id = open_payment(payments)
    payments.charge(payment_id, CARD)
    provider.fail("payment_refund", OutcomeUnknown("reset"), after=True)
    with pytest.raises(OutcomeUnknown):
        payments.refund(payment_id, dollars("5.00"), intent_id="a")
    provider.fail("payment_retrieve", ProviderUnavailable("down"))

    with pytest.raises(OutcomeUnknown):
        payments.refund(payment_id, dollars("5.00"), intent_id="b")

    assert provider.calls.count("payment_refund") == 1


def test_an_authorization_waits_while_a_charge_has_an_unknown_outcome(
    payments, provider
):
    payment_id = open_payment(payments)
    lose_everything(provider)
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    provider.fail("payment_find", ProviderUnavailable("down"))

    with pytest.raises(OutcomeUnknown):
        payments.authorize(payment_id, OTHER_CARD)

    assert "payment_authorize" not in provider.calls


def test_a_closed_payment_takes_nothing(payments, provider):
    payment_id = open_payment(payments)
    payments.close(payment_id)

    with pytest.raises(WrongState, match="given up"):
        payments.charge(payment_id, CARD)

    assert provider.calls == []


def test_a_partial_approval_is_released_and_declined(payments, provider, registry):
    class HalfApproval:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            answer = yield
            return replace(answer, amount=dollars("10.00"), partial_approval=True)

    registry.register(HalfApproval(), "half")
    payment_id = open_payment(payments)

    with pytest.raises(PaymentDeclined) as caught:
        payments.charge(payment_id, CARD)
    state = payments.get(payment_id).state
    registry.unregister(name="half")
    payments.charge(payment_id, OTHER_CARD)

    assert caught.value.decline_code is DeclineCode.PARTIAL_APPROVAL
    assert state is PaymentState.OPEN
    assert provider.calls.count("payment_refund") == 1
    assert payments.get(payment_id).state is PaymentState.PAID
    assert payments.refundable(payment_id) == dollars("25.99")


def test_a_partial_approval_that_cannot_be_released_is_a_loud_unknown_outcome(
    payments, provider, registry
):
    class HalfApproval:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            return replace((yield), partial_approval=True)

    registry.register(HalfApproval())
    provider.fail("payment_refund", ProviderUnavailable("down"))
    payment_id = open_payment(payments)

    with pytest.raises(OutcomeUnknown, match="a person must"):
        payments.charge(payment_id, CARD)

    assert payments.get(payment_id).flags == ("partial_approval",)


@pytest.mark.parametrize(
    ("policy", "state", "flags"),
    [
        (FailedChecks.ACCEPT, PaymentState.PAID, ()),
        (FailedChecks.FLAG, PaymentState.PAID, ("cvc_check_failed",)),
    ],
)
def test_a_failed_check_is_accepted_or_flagged(
    make_payments, registry, policy, state, flags
):
    registry.register(BadCvc())
    payments = make_payments(failed_checks=policy)
    payment_id = open_payment(payments)

    payments.charge(payment_id, CARD)

    payment = payments.get(payment_id)
    assert (payment.state, payment.flags) == (state, flags)


def test_a_failed_check_is_released_where_the_merchant_asks(
    make_payments, registry, provider
):
    registry.register(BadCvc())
    payments = make_payments(failed_checks=FailedChecks.VOID)
    payment_id = open_payment(payments)

    with pytest.raises(PaymentDeclined) as caught:
        payments.authorize(payment_id, CARD)

    assert caught.value.decline_code is DeclineCode.INCORRECT_CVC
    assert provider.calls[-1] == "payment_void"


class BadCvc:
    @hookimpl(wrapper=True)
    def payment_charge(self, request):
        return replace((yield), cvc_check=CheckResult.FAILED)

    @hookimpl(wrapper=True)
    def payment_authorize(self, request):
        return replace((yield), cvc_check=CheckResult.FAILED)


def test_a_declined_capture_may_be_tried_again(payments, provider):
    payment_id = open_payment(payments)
    payments.authorize(payment_id, CARD)
    provider.fail("payment_capture", PaymentDeclined("not now"))

    with pytest.raises(PaymentDeclined):
        payments.capture(payment_id)
    done = payments.capture(payment_id)

    assert (done.state, done.intent.attempt) == (OperationState.SUCCEEDED, 2)


def test_charging_and_authorizing_share_one_key(payments):
    charged, authorized = (
        open_payment(payments, reference="1"),
        open_payment(payments, reference="1"),
    )

    keys = {
        payments.charge(charged, CARD).intent.idempotency_key,
        payments.authorize(authorized, CARD).intent.idempotency_key,
    }

    assert len(keys) == 1


def test_money_that_does_not_fit_is_never_charged_again(payments, provider, registry):
    class WrongAmount:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            return replace((yield), amount=dollars("26.00"))

    registry.register(WrongAmount(), "wrong")
    payment_id = open_payment(payments)

    for card in (CARD, OTHER_CARD):
        with pytest.raises(OutcomeUnknown, match="a person must look"):
            payments.charge(payment_id, card)

    assert provider.calls.count("payment_charge") == 1
    assert payments.get(payment_id).flags == ("amount_differs",)


def test_money_that_does_not_fit_keeps_the_payment_from_being_given_up(
    payments, registry
):
    class WrongAmount:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            return replace((yield), amount=dollars("26.00"))

    registry.register(WrongAmount())
    payment_id = open_payment(payments)
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)

    with pytest.raises(OutcomeUnknown):
        payments.close(payment_id)


def test_a_page_gets_its_card_fields_before_there_is_a_payment(payments, provider):
    fields = payments.card_entry("USD", Mode.IFRAME)

    assert fields.mode is Mode.IFRAME
    assert provider.calls == ["payment_start_checkout"]


def test_a_card_entry_of_no_currency_is_refused(payments, provider):
    with pytest.raises(InvalidRequest):
        payments.card_entry("XXXX", Mode.IFRAME)

    assert provider.calls == []


def test_hosted_checkout_has_no_card_fields(payments):
    with pytest.raises(InvalidRequest, match="open one"):
        payments.card_entry("USD", Mode.HOSTED)


@pytest.mark.parametrize(
    ("take", "state"),
    [("charge", PaymentState.REFUNDED), ("authorize", PaymentState.VOIDED)],
)
def test_what_was_refunded_is_no_money(payments, provider, take, state):
    payment_id = open_payment(payments)
    getattr(payments, take)(payment_id, CARD)
    payments.reverse(payment_id, intent_id="return")

    with pytest.raises(WrongState) as caught:
        payments.charge(payment_id, OTHER_CARD)

    assert caught.value.code == "payment_reversed"
    assert payments.get(payment_id).state is state


def test_after_it_was_refunded_one_may_pay_again_if_the_shop_says_so(
    payments, provider
):
    first = open_payment(payments)
    payments.charge(first, CARD)
    payments.refund(first, intent_id="return")

    same = payments.open("100123", mode=Mode.IFRAME)
    following = payments.open("100123", mode=Mode.IFRAME, again=True)
    payments.charge(following.payment_id, OTHER_CARD)

    assert (same.payment_id, following.sequence) == (first, 2)
    assert payments.get(following.payment_id).state is PaymentState.PAID


class RememberingLedger(MemoryLedger):
    """Finds payments as they were at an earlier moment, while it is asked to."""

    remembered = None

    def find_payments(self, **criteria):
        return self.remembered or super().find_payments(**criteria)


def test_money_that_came_while_the_cart_changed_is_the_money(
    make_payments, shop, provider
):
    ledger = RememberingLedger()
    payments = make_payments(ledger)
    first = open_payment(payments)
    ledger.remembered = ledger.find_payments(reference="100123")
    payments.charge(first, CARD)

    shop.due = dollars("30.00")
    found = payments.open("100123", mode=Mode.IFRAME)

    assert (found.payment_id, found.state) == (first, PaymentState.PAID)


def test_a_payment_says_which_adapter_made_it(payments):
    due = dollars("25.99")
    mine = payments.open("1", mode=Mode.IFRAME, amount_due=due, adapter="oscar")
    own = payments.open("2", mode=Mode.IFRAME, amount_due=due)

    assert (mine.adapter, own.adapter) == ("oscar", "")
    assert payments.get(mine.payment_id).adapter == "oscar"


def test_who_continues_a_payment_with_a_context_is_its_adapter(payments):
    def open_with(**own):
        return payments.open(
            "1", mode=Mode.IFRAME, amount_due=dollars("25.99"), **own
        ).adapter

    first = open_with(adapter="one", context={"cart": 7})

    assert (first, open_with()) == ("one", "one")
    assert open_with(adapter="two", context={"cart": 7}) == "two"
    assert payments.latest("1").adapter == "two"


def test_a_page_is_asked_for_with_what_the_payment_does_not_say(payments):
    payment = payments.open("100123", mode=Mode.HOSTED)
    back = ReturnUrls(
        success="https://shop.example/7", failure="https://shop.example/8"
    )

    asked = CheckoutRequest.for_payment(payment, return_urls=back, locale="fr-CA")

    assert (asked.amount, asked.reference) == (payment.amount_due, "100123")
    assert (asked.mode, asked.return_urls, asked.locale) == (Mode.HOSTED, back, "fr-CA")
    assert payments.start_checkout(payment.payment_id, asked).session_id
