"""What comes in from outside: it is never believed, and never answered with an untruth."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clover_django import models
from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from clover_django.web import pages, views
from payment_hooks import (
    Mode,
    Money,
    OutcomeUnknown,
    PaymentState,
    ProviderUnavailable,
    hookimpl,
)
from tests.clover_django.paying import (
    DUE,
    at_the_page,
    broken_database,
    keep_message,
    open_payment,
    paid,
    unknown_outcome,
)

NOT_CHARGED = "has not been charged"
CHECKING = "Please do not pay again"


@pytest.fixture
def browser():
    return Client()


def visit(browser, page, payment):
    return browser.get(f"/clover/{page}/{payment.payment_id}/")


def text_of(browser, page, payment):
    answer = visit(browser, page, payment)
    assert answer.status_code == 200
    return answer.content.decode()


def turn_back(browser, payment):
    """Press the button that gives the payment up."""
    answer = browser.post(f"/clover/cancel/{payment.payment_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def poll(browser, payment):
    return browser.get(f"/clover/status/{payment.payment_id}.json").json()


@pytest.mark.parametrize("page", ["return", "status", "cancel"])
def test_a_shopper_who_paid_is_thanked(browser, fake, page):
    assert "your payment succeeded" in text_of(browser, page, paid())


def test_a_shopper_who_was_declined_reads_why(browser, fake):
    declined = paid(token="decline-1")

    text = text_of(browser, "status", declined)

    assert "Your payment was not made" in text
    assert "card" in text


def test_a_payment_no_one_made_is_not_paid(browser, fake):
    assert NOT_CHARGED in text_of(browser, "return", open_payment())


def test_a_lost_answer_is_found_when_the_shopper_looks(browser, fake):
    payment = unknown_outcome(fake, after=True)
    let_time_pass(seconds=4)

    assert "your payment succeeded" in text_of(browser, "status", payment)
    assert len(fake.ledger) == 1


@pytest.mark.parametrize("page", ["return", "status", "cancel"])
def test_an_unknown_outcome_is_called_one(browser, fake, page):
    text = text_of(browser, page, unknown_outcome(fake))

    assert CHECKING in text
    assert NOT_CHARGED not in text


def test_a_provider_that_is_down_leaves_an_unknown_outcome(browser, fake):
    payment = unknown_outcome(fake, after=True)
    let_time_pass(seconds=4)
    fake.fail("payment_find", ProviderUnavailable("down"))

    assert CHECKING in text_of(browser, "status", payment)
    assert fake.calls == ["payment_find"]


def test_a_database_that_cannot_write_leaves_an_unknown_outcome(browser, fake):
    payment = unknown_outcome(fake, after=True)
    let_time_pass(seconds=4)

    with broken_database("UPDATE"):
        assert CHECKING in text_of(browser, "status", payment)


def test_money_that_does_not_fit_is_never_called_not_charged(browser, fake):
    payment, session = at_the_page()
    transaction = fake.pay_session(Money(400, "USD"))
    get_payments().resolve(
        payment.payment_id,
        transaction_id=transaction.transaction_id,
        session_id=session.session_id,
    )

    for page in ("return", "status", "cancel"):
        text = text_of(browser, page, payment)
        assert CHECKING in text
        assert NOT_CHARGED not in text


def test_money_that_was_refunded_is_said_so(browser, fake):
    payment = paid()
    get_payments().refund(payment.payment_id, intent_id="form-1")

    assert "was refunded" in text_of(browser, "status", payment)


def test_who_turns_back_on_the_page_has_not_paid(browser, fake):
    payment, _ = at_the_page()

    text = turn_back(browser, payment)

    assert NOT_CHARGED in text
    assert get_payments().get(payment.payment_id).state is PaymentState.CLOSED


def test_who_turns_back_twice_reads_the_same(browser, fake):
    payment, _ = at_the_page()

    texts = [turn_back(browser, payment) for _ in range(2)]

    assert texts[0] == texts[1]


def everything():
    """All that the ledger holds, to the version."""
    tables = (models.Payment, models.Operation, models.PaymentEvent)
    return [list(table.objects.order_by("pk").values()) for table in tables]


SPECULATION = [
    ("HEAD", {}),
    ("GET", {"sec-purpose": "prefetch;prerender"}),
    ("GET", {"purpose": "prefetch"}),
    ("GET", {"x-purpose": "preview"}),
    ("GET", {"x-moz": "prefetch"}),
]


@pytest.mark.parametrize("page", ["return", "cancel", "status"])
@pytest.mark.parametrize(("method", "headers"), SPECULATION)
def test_a_request_that_no_one_looks_at_changes_nothing(
    browser, fake, page, method, headers
):
    payment = unknown_outcome(fake, after=True)
    let_time_pass(seconds=4)
    before = everything()

    answer = browser.generic(
        method, f"/clover/{page}/{payment.payment_id}/", headers=headers
    )

    assert answer.content == b""
    assert fake.calls == []
    assert everything() == before
    assert "no-store" in answer["Cache-Control"]


def test_opening_the_cancel_page_closes_nothing(browser, fake):
    payment, _ = at_the_page()
    before = everything()

    texts = [text_of(browser, "cancel", payment) for _ in range(2)]

    assert everything() == before
    assert NOT_CHARGED not in texts[0]
    assert f'method="post" action="/clover/cancel/{payment.payment_id}/"' in texts[0]


def test_the_button_of_the_cancel_page_needs_its_token(fake):
    browser = Client(enforce_csrf_checks=True)
    payment, _ = at_the_page()
    text = text_of(browser, "cancel", payment)
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', text)

    from_elsewhere = browser.post(f"/clover/cancel/{payment.payment_id}/")
    still = get_payments().get(payment.payment_id).state
    pressed = browser.post(
        f"/clover/cancel/{payment.payment_id}/", {"csrfmiddlewaretoken": token}
    )

    assert (from_elsewhere.status_code, still) == (403, PaymentState.OPEN)
    assert NOT_CHARGED in pressed.content.decode()
    assert get_payments().get(payment.payment_id).state is PaymentState.CLOSED


def test_the_waiting_page_has_a_button_and_no_link_to_cancel(browser, fake):
    payment, _ = at_the_page()

    text = text_of(browser, "status", payment)

    assert "/clover/cancel/" not in "".join(re.findall(r"<a [^>]*>", text))
    assert f'method="post" action="/clover/cancel/{payment.payment_id}/"' in text


@pytest.mark.parametrize("page", ["return", "cancel", "status", "status.json"])
def test_a_page_asks_the_provider_once_in_a_few_seconds(browser, fake, page):
    payment = unknown_outcome(fake)
    let_time_pass(seconds=4)
    path = {"status.json": f"status/{payment.payment_id}.json"}.get(
        page, f"{page}/{payment.payment_id}/"
    )

    for _ in range(5):
        browser.get(f"/clover/{path}")

    assert fake.calls == ["payment_find"]


def test_all_pages_together_ask_once(browser, fake):
    payment = unknown_outcome(fake)
    let_time_pass(seconds=4)

    for page in ("return", "cancel", "status"):
        text_of(browser, page, payment)
    poll(browser, payment)

    assert fake.calls == ["payment_find"]


def test_a_message_that_cannot_be_applied_is_tried_once_in_a_few_seconds(browser, fake):
    payment, session = at_the_page()
    get_payments().ledger.add_operation(another_page(payment))
    keep_message(session, fake.pay_session(DUE))
    let_time_pass(seconds=4)
    for _ in range(9):
        fake.fail("payment_retrieve", ProviderUnavailable("down"))
    fake.calls.clear()

    for _ in range(3):
        visit(browser, "status", payment)

    assert fake.calls == ["payment_retrieve"]


def another_page(payment):
    (first,) = get_payments().ledger.operations(payment.payment_id)
    return replace(
        first,
        operation_id="another",
        intent=replace(first.intent, idempotency_key="another", slot="another"),
        page=replace(first.page, session_id="another"),
    )


@pytest.mark.parametrize("page", ["status", "return"])
def test_who_shopper_canceled_reads_what_is_known_later(browser, fake, page):
    payment, session = at_the_page()
    turn_back(browser, payment)

    text = text_of(browser, page, payment)

    assert "As far as we know, nothing was paid there" in text
    assert CHECKING not in text
    assert NOT_CHARGED not in text
    keep_message(session, fake.pay_session(DUE))
    let_time_pass(seconds=4)
    assert "your payment succeeded" in text_of(browser, page, payment)


def test_who_turns_back_but_paid_elsewhere_is_thanked(browser, fake):
    payment, session = at_the_page()
    keep_message(session, fake.pay_session(DUE))

    assert "your payment succeeded" in turn_back(browser, payment)


def test_a_message_that_has_no_effect_yet_keeps_the_payment_open(browser, fake):
    payment, session = at_the_page()
    keep_message(session, fake.pay_session(DUE))
    fake.fail("payment_retrieve", ProviderUnavailable("down"))

    text = turn_back(browser, payment)

    assert CHECKING in text
    assert NOT_CHARGED not in text
    assert get_payments().get(payment.payment_id).state is PaymentState.OPEN


def test_the_waiting_page_works_with_and_without_script(browser, fake):
    payment = unknown_outcome(fake)

    text = text_of(browser, "status", payment)

    assert '<noscript><meta http-equiv="refresh"' in text
    assert 'src="/static/clover_django/status.js"' in text
    assert f'data-clover-status="/clover/status/{payment.payment_id}.json"' in text
    assert "<script>" not in text
    assert "style=" not in text


def test_polling_says_only_whether_to_wait(browser, fake):
    assert poll(browser, unknown_outcome(fake)) == {"waiting": True}
    assert poll(browser, paid()) == {"waiting": False}


def test_polling_asks_the_provider_once_in_a_few_seconds(browser, fake):
    payment = unknown_outcome(fake)
    let_time_pass(seconds=4)

    answers = [poll(browser, payment) for _ in range(5)]

    assert answers == [{"waiting": True}] * 5
    assert fake.calls == ["payment_find"]


def test_polling_finds_the_outcome(browser, fake):
    payment = unknown_outcome(fake, after=True)
    let_time_pass(seconds=4)

    assert poll(browser, payment) == {"waiting": False}
    assert get_payments().get(payment.payment_id).state is PaymentState.PAID


def test_polling_does_not_wait_for_whoever_is_at_it(browser, fake):
    payment = unknown_outcome(fake, after=True)
    let_time_pass(seconds=4)
    ledger = get_payments().ledger
    (operation,) = ledger.operations(payment.payment_id)
    until = timezone.now() + timedelta(minutes=1)
    ledger.replace_operation(replace(operation, lease_until=until))

    assert poll(browser, payment) == {"waiting": True}
    assert fake.calls == []


class Shop:
    """Fails when it is notified for the first time."""

    calls = 0

    @hookimpl
    def shop_payment_changed(self, event):
        self.calls += 1
        if self.calls == 1:
            raise RuntimeError("the mail server is down")


def test_polling_notifies_a_shop_again_that_failed(browser, fake):
    shop = Shop()
    get_payments().plugins.register(shop)
    payment = paid()
    let_time_pass(minutes=1)

    poll(browser, payment)
    poll(browser, payment)

    assert shop.calls == 2


@pytest.mark.parametrize(
    "path",
    [
        "return/nobody/",
        "cancel/nobody/",
        "status/nobody/",
        "status/nobody.json",
    ],
)
def test_an_unknown_payment_is_not_found(browser, fake, path):
    assert browser.get(f"/clover/{path}").status_code == 404


@pytest.mark.parametrize("path", ["status/%00/", "status/a%00b.json"])
def test_an_id_that_no_database_can_hold_does_not_reach_one(browser, fake, path):
    with broken_database(""):
        assert browser.get(f"/clover/{path}").status_code == 404


@pytest.mark.parametrize("page", ["return", "status"])
def test_pages_only_show(browser, fake, page):
    assert (
        browser.post(f"/clover/{page}/{open_payment().payment_id}/").status_code == 405
    )


@pytest.mark.parametrize("path", ["return/{}/", "cancel/{}/", "status/{}/"])
def test_pages_are_not_kept_and_their_address_stays_here(browser, fake, settings, path):
    settings.SECURE_REFERRER_POLICY = None  # else the middleware would say it
    for payment in (paid(), unknown_outcome(fake), open_payment()):
        answer = browser.get(f"/clover/{path.format(payment.payment_id)}")

        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "view",
    [
        views.webhook,
        views.returned,
        views.cancelled,
        views.status,
        views.status_json,
    ],
)
def test_views_stay_outside_of_request_wide_transactions(settings, view):
    assert settings.DATABASES["default"]["ATOMIC_REQUESTS"] is True
    assert "default" in view._non_atomic_requests


def test_history_names_the_shopper(browser, fake):
    payment, _ = at_the_page()

    turn_back(browser, payment)

    last = models.PaymentEvent.objects.filter(operation=None).last()
    assert (last.after, last.actor) == ("closed", "shopper")


def test_a_look_that_cannot_be_understood_leaves_an_unknown_outcome(browser, fake):
    payment = unknown_outcome(fake)
    let_time_pass(seconds=4)
    fake.fail("payment_find", OutcomeUnknown("half an answer"))

    assert CHECKING in text_of(browser, "return", payment)
    assert fake.calls == ["payment_find"]


def test_the_waiting_page_without_script_looks_more_slowly_and_then_no_more(
    browser, fake
):
    payment = unknown_outcome(fake)
    address, waits = f"/clover/status/{payment.payment_id}/", []
    found = True

    while found:
        page = browser.get(address).content.decode()
        found = re.search(r'http-equiv="refresh" content="(\d+); url=(\?[^"]+)"', page)
        if found:
            waits.append(int(found[1]))
            address = f"/clover/status/{payment.payment_id}/{found[2]}"

    assert (waits[0], waits[-1]) == (3, 30)
    assert waits == sorted(waits)
    assert 300 < sum(waits) < 1200
    assert "Check again now" in page


@pytest.mark.parametrize("count", ["-1", "x", "²", "1" * 5000, ""])
def test_a_count_of_looks_that_is_none_begins_anew(browser, fake, count):
    payment = unknown_outcome(fake)

    page = browser.get(f"/clover/status/{payment.payment_id}/", {"look": count})

    assert 'content="3; url=?look=1"' in page.content.decode()


class Looks(pages.ShopPages):
    """A look for each shop, and numbers that shoppers know."""

    def choose_base(self, request, payment):
        return "look.html" if "look" in request.GET else self.base_template

    def show_reference(self, payment):
        return "" if "hide" in payment.context else f"No. {payment.reference}"


@pytest.fixture
def looks(settings, monkeypatch):
    loader = "django.template.loaders.locmem.Loader"
    known = {"look.html": "<i>tea</i>{% block content %}{% endblock %}"}
    (templates,) = settings.TEMPLATES
    options = {**templates.get("OPTIONS", {})}
    options["loaders"] = [
        (loader, known),
        "django.template.loaders.app_directories.Loader",
    ]
    settings.TEMPLATES = [{**templates, "APP_DIRS": False, "OPTIONS": options}]
    monkeypatch.setattr(pages, "_registered", [Looks()])


def test_a_shop_of_several_looks_chooses_by_the_request(browser, fake, looks):
    payment = paid()
    page = f"/clover/status/{payment.payment_id}/"

    assert "<i>tea</i>" in browser.get(f"{page}?look").content.decode()
    assert "<i>tea</i>" not in browser.get(page).content.decode()


def test_the_shopper_reads_the_number_that_the_shop_shows(browser, fake, looks):
    payment = paid()
    hidden = get_payments().open(
        "internal-7", mode=Mode.IFRAME, amount_due=DUE, context={"hide": True}
    )

    assert f"No. {payment.reference}" in text_of(browser, "status", payment)
    shown = text_of(browser, "status", hidden)
    assert "internal-7" not in shown
    assert "reference" not in shown
