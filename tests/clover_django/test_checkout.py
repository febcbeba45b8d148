"""The lines that every shop on Django writes: a card form, and the way to Clover's page."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser

from clover_django.shop import (
    charge_card_form,
    check_shown,
    get_payments,
    open_card_page,
    open_hosted_page,
    page_url,
    seal_shown,
)
from clover_django.testing import let_time_pass
from payment_hooks import (
    AmountChanged,
    Customer,
    InvalidRequest,
    Mode,
    Money,
    Outcome,
    OutcomeUnknown,
    PaymentDeclined,
    ProviderUnavailable,
    UnsupportedOperation,
    hookimpl,
)

DUE = Money(2599, "USD")


class Shop:
    @hookimpl
    def shop_amount_due(self, reference):
        return DUE if reference == "known" else None


@pytest.fixture
def send(rf):
    """Charge the card form that the page of this reference shows."""

    def post(token="tok-1", reference="100123", due=DUE, shown=DUE, **options):
        form = {"clover_token": token, "clover_shown": seal_shown(shown, reference)}
        request = rf.post("/pay/", form, REMOTE_ADDR="203.0.113.7")
        request.user = AnonymousUser()
        return charge_card_form(request, reference, due, **options)

    return post


def lose_the_answer(fake):
    fake.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    fake.fail("payment_retry", OutcomeUnknown("reset"))


def status_of(reference):
    return page_url("status", get_payments().latest(reference))


def outcome_of(reference):
    return get_payments().outcome_for(reference)


def test_the_card_form_has_the_amount_its_seal_and_the_fields(fake, rf):
    page = open_card_page("100123", DUE)

    assert (page.amount, page.fields.mode) == (DUE, Mode.IFRAME)
    check_shown(rf.post("/", {"clover_shown": page.shown}), DUE, "100123")
    assert get_payments().latest("100123") is None


def test_a_form_is_charged_and_leads_to_the_status_page(fake, send):
    assert send() == status_of("100123")
    assert outcome_of("100123") is Outcome.PAID


def test_a_form_that_is_sent_twice_is_charged_once_whatever_is_due_now(fake, send):
    send()

    assert send(due=Money(1, "USD")) == status_of("100123")
    assert fake.calls.count("payment_charge") == 1


def test_an_amount_that_was_not_shown_is_not_charged(fake, send):
    with pytest.raises(AmountChanged):
        send(shown=Money(1, "USD"))

    assert "payment_charge" not in fake.calls
    assert get_payments().latest("100123") is None


def test_a_decline_is_raised_and_another_card_pays(fake, send):
    with pytest.raises(PaymentDeclined):
        send("decline-1")

    assert send("tok-2") == status_of("100123")
    assert outcome_of("100123") is Outcome.PAID


def test_a_form_without_a_card_begins_no_payment(fake, send):
    with pytest.raises(InvalidRequest):
        send("")

    assert get_payments().latest("100123") is None


def test_an_unknown_outcome_leads_to_the_status_page_and_stays_there(fake, send):
    lose_the_answer(fake)

    assert send() == status_of("100123")
    assert send("tok-2") == status_of("100123")
    assert outcome_of("100123") is Outcome.CHECKING
    assert fake.calls.count("payment_charge") == 1


def test_a_challenge_leads_to_the_status_page(fake, send):
    assert send("challenge-1") == status_of("100123")
    assert outcome_of("100123") is Outcome.ACTION_REQUIRED


def test_the_shoppers_address_goes_along(fake, send):
    seen = []

    class Watch:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            seen.append(request.details.shopper_ip)
            return (yield)

    get_payments().plugins.register(Watch())
    send()

    assert seen == ["203.0.113.7"]


def test_the_browser_goes_along_as_its_page_describes_it(fake, rf):
    seen = []

    class Watch:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            seen.append(request.details.browser)
            return (yield)

    get_payments().plugins.register(Watch())
    described = {
        "accept_header": "text/html",
        "user_agent": "Mozilla/5.0",
        "language": "en-US",
        "origin": "https://shop.example",
        "screen_width": 1280,
        "screen_height": 800,
        "color_depth": 24,
        "time_zone_offset": 300,
    }
    form = {
        "clover_token": "tok-1",
        "clover_shown": seal_shown(DUE, "100123"),
        "clover_browser": json.dumps(described),
    }

    charge_card_form(rf.post("/pay/", form), "100123", DUE)

    assert seen[0].screen_width == 1280


def test_the_hook_says_what_is_due_where_the_caller_does_not(fake, send):
    get_payments().plugins.register(Shop())

    send(reference="known", due=None)

    assert get_payments().latest("known").amount_due == DUE
    with pytest.raises(InvalidRequest, match="no shop knows"):
        open_card_page("unknown")


def test_the_way_to_the_page_leads_back_to_ours(fake, rf):
    seen = []

    class Watch:
        @hookimpl(wrapper=True)
        def payment_start_checkout(self, request):
            seen.append(request)
            return (yield)

    get_payments().plugins.register(Watch())
    customer = Customer(email="ada@shop.example")

    first = open_hosted_page(rf.get("/"), "100123", DUE, customer=customer)
    again = open_hosted_page(rf.get("/"), "100123", DUE)

    made = get_payments().latest("100123")
    assert first == again
    assert seen[0].customer == customer
    back = f"http://testserver{page_url('return', made)}"
    assert seen[0].return_urls.success == back


def test_who_has_paid_is_led_to_the_status_page_and_to_no_other(fake, rf, send):
    send()

    assert open_hosted_page(rf.get("/"), "100123", DUE) == status_of("100123")
    assert "payment_start_checkout" not in fake.calls


def test_money_that_came_for_an_earlier_payment_is_no_reason_to_pay_again(fake, rf):
    payments = get_payments()
    earlier = payments.open("100123", mode=Mode.HOSTED, amount_due=DUE)
    page = payments.start_checkout(earlier.payment_id)
    payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    paid = fake.pay_session(DUE, page.session_id)
    payments.resolve(earlier.payment_id, transaction_id=paid.transaction_id)

    again = open_hosted_page(rf.get("/"), "100123", DUE)

    assert again == page_url("status", earlier)


def test_a_page_that_cannot_be_had_is_raised_where_nothing_was_paid(fake, rf):
    fake.fail("payment_start_checkout", ProviderUnavailable("away"))

    with pytest.raises(ProviderUnavailable):
        open_hosted_page(rf.get("/"), "100123", DUE)


def test_after_an_unknown_outcome_there_is_no_page_until_it_is_known(fake, rf, send):
    lose_the_answer(fake)
    send()

    assert open_hosted_page(rf.get("/"), "100123", DUE) == status_of("100123")
    fake.mend()
    let_time_pass(minutes=1)
    get_payments().look(get_payments().latest("100123").payment_id)
    assert outcome_of("100123") is Outcome.PAID


def test_a_provider_with_another_step_is_refused(fake, rf):
    class NoPage:
        @hookimpl(wrapper=True)
        def payment_start_checkout(self, request):
            yield
            return fake.payment_start_checkout(other_mode(request))

    get_payments().plugins.register(NoPage())

    with pytest.raises(UnsupportedOperation):
        open_hosted_page(rf.get("/"), "100123", DUE)


def other_mode(request):
    from dataclasses import replace

    return replace(request, mode=Mode.IFRAME)
