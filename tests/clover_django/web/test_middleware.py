"""Middleware that demands a login for all views, or looks at every body."""

from dataclasses import replace
from io import BytesIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from clover_django import checks, models, payments, urls
from clover_django.payments import get_payments
from clover_django.web import views
from clover_oscar import graphql_urls
from payment_hooks import PaymentState, hookimpl
from payment_hooks.storefront import MOST_WEBHOOK_BYTES
from payment_hooks.testing import FakeProvider
from tests.clover_django import recorders
from tests.clover_django.paying import at_the_page, open_payment, paid

NAME = "tests.clover_django.web.middlewares"
RECORDERS = "tests.clover_django.recorders"
LOGIN = f"{NAME}.LoginRequiredMiddleware"
"""Django's own, where it has one."""
PAGES = ["return", "cancel", "status"]


class Provider(FakeProvider):
    """Finds its header as a server spells it."""

    @hookimpl
    def payment_read_webhook(self, request):
        headers = {name.lower(): value for name, value in request.headers.items()}
        return super().payment_read_webhook(replace(request, headers=headers))


@pytest.fixture
def fake(fake):
    provider = Provider(merchant_id=fake.merchant_id, secret="of-the-messages")
    registry = get_payments().plugins
    registry.unregister(name=payments.PROVIDER)
    registry.register(provider, payments.PROVIDER)
    return provider


@pytest.fixture
def add(settings):
    """Put a middleware behind all others."""

    def change(path):
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, path]

    return change


@pytest.fixture
def recorded(settings):
    """Put one that looks at bodies before all others, and give what it saw."""

    def change(name):
        recorders.SEEN.clear()
        settings.MIDDLEWARE = [f"{RECORDERS}.{name}", *settings.MIDDLEWARE]
        return recorders.SEEN

    return change


def deliver(fake, client=None):
    """A message about a page that was paid, and the payment."""
    payment, session = at_the_page()
    charge = fake.pay_session(payment.amount_due, session.session_id)
    message = fake.message(charge.transaction_id, session.session_id)
    answer = (client or Client()).post(
        "/clover/webhook/",
        message.body,
        content_type="application/json",
        headers=dict(message.headers),
    )
    return answer, payment, message


def test_the_webhook_needs_no_login(fake, add):
    add(LOGIN)

    answer, payment, _ = deliver(fake)

    assert (answer.status_code, answer.content) == (200, b"ok")
    assert get_payments().get(payment.payment_id).state is PaymentState.PAID


@pytest.mark.parametrize("page", PAGES)
def test_the_shoppers_pages_need_no_login(fake, add, page):
    add(LOGIN)
    payment = paid()

    shown = Client().get(f"/clover/{page}/{payment.payment_id}/")
    asked = Client().get(f"/clover/status/{payment.payment_id}.json")
    given_up = Client().post(f"/clover/cancel/{open_payment().payment_id}/")

    assert "Thank you" in shown.content.decode()
    assert asked.json() == {"waiting": False}
    assert given_up.status_code == 200


def test_the_payments_api_needs_no_login(fake, add):
    add(LOGIN)

    answer = Client().post(
        "/graphql/", {"query": "{ __typename }"}, content_type="application/json"
    )

    assert answer.json() == {"data": {"__typename": "Query"}}


def test_the_admin_needs_one_still(fake, add):
    add(LOGIN)

    answer = Client().get("/admin/clover_django/payment/")

    assert answer.status_code == 302


@pytest.mark.parametrize("patterns", [urls.urlpatterns, graphql_urls.urlpatterns])
def test_every_page_is_marked_for_middleware_of_any_version(patterns):
    """Django before 5.1 has no decorator for it, and other packages have their own."""
    marks = [
        (row.callback.login_required, row.callback.STRONGHOLD_IS_PUBLIC)
        for row in patterns
    ]

    assert set(marks) == {(False, True)}


@pytest.mark.parametrize("name", ["Recorder", "EarlyRecorder"])
def test_middleware_may_look_at_a_message(fake, recorded, name):
    seen = recorded(name)

    answer, _, message = deliver(fake)

    assert answer.status_code == 200
    assert seen == [message.body]


@pytest.mark.parametrize("name", ["Recorder", "EarlyRecorder"])
def test_middleware_may_look_at_a_question_to_the_api(fake, recorded, name):
    seen = recorded(name)

    answer = Client().post(
        "/graphql/", {"query": "{ __typename }"}, content_type="application/json"
    )

    assert answer.status_code == 200
    assert seen == [b'{"query": "{ __typename }"}']


def test_a_body_that_a_middleware_took_is_said_so(fake, recorded, caplog):
    recorded("Devourer")

    answer, *_ = deliver(fake)

    assert (answer.status_code, answer.content) == (400, b"unreadable")
    assert "a middleware has read the body" in caplog.text


def test_a_message_above_the_shops_own_limit_is_too_large(fake, recorded, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    answer, *_ = deliver(fake)

    assert (answer.status_code, answer.content) == (413, b"too large")


def test_a_question_above_the_shops_own_limit_is_too_large(fake, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    answer = Client().post(
        "/graphql/", {"query": "{ __typename }"}, content_type="application/json"
    )

    assert answer.status_code == 413


def test_what_says_that_it_is_too_large_is_not_read(fake, rf):
    stream = BytesIO(b"x" * (MOST_WEBHOOK_BYTES + 1))
    request = rf.post("/clover/webhook/", b"x", content_type="application/json")
    request.META["CONTENT_LENGTH"] = str(MOST_WEBHOOK_BYTES + 1)
    request._stream = stream

    assert views.webhook(request).status_code == 413
    assert stream.tell() == 0


@pytest.mark.parametrize("length", ["many", "-"])
def test_a_length_that_is_none_is_a_bad_request(fake, rf, length):
    request = rf.post("/clover/webhook/", b"x", content_type="application/json")
    request.META["CONTENT_LENGTH"] = length

    assert views.webhook(request).status_code == 400


def test_chunks_are_read_also_where_a_middleware_looked_before(fake, rf):
    """What it saw was empty: WSGI gives Django no body without a length."""
    message = fake.message("T1", "some session")
    request = rf.post(
        "/clover/webhook/",
        b"",
        content_type="application/json",
        headers={**message.headers, "Transfer-Encoding": "chunked"},
    )
    request.META.pop("CONTENT_LENGTH", None)
    request.META |= {
        "wsgi.input": BytesIO(message.body),
        "wsgi.input_terminated": True,
    }
    before = request.body

    answer = views.webhook(request)

    assert before == b""
    assert answer.status_code == 200
    assert request.body == message.body


def test_the_marks_are_on_what_is_resolved():
    found = get_resolver().resolve("/clover/webhook/").func

    assert found.login_required is False


def ids(messages):
    return [message.id for message in messages]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (LOGIN, []),
        (f"{NAME}.HeedsMarks", []),
        (f"{NAME}.LoginRequiredEverywhere", ["clover_django.W004"]),
        (f"{NAME}.OwnLoginRequired", ["clover_django.W004"]),
        (f"{NAME}.StaffOnly", []),
        ("no.such.LoginRequiredMiddleware", []),
    ],
)
def test_middleware_whose_name_says_it_is_warned_of(settings, path, found):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, path]

    assert ids(checks.check_middleware(None)) == found


@pytest.mark.parametrize("name", ["StaffOnly", "LoginRequiredEverywhere"])
def test_the_command_says_which_middleware_stops_the_webhook(fake, add, capsys, name):
    add(f"{NAME}.{name}")
    add("django.middleware.locale.LocaleMiddleware")

    with pytest.raises(SystemExit):
        call_command("clover_doctor", offline=True)

    said = capsys.readouterr().out
    assert "clover_django.E005: the webhook /clover/webhook/ is not reached" in said
    assert "302, to /accounts/login/?next=/clover/webhook/" in said
    assert f"by {NAME}.{name}" in said


def test_the_command_says_that_a_page_is_stopped(fake, add, capsys):
    add(f"{NAME}.StrangersMayOnlyPost")

    with pytest.raises(SystemExit):
        call_command("clover_doctor", offline=True)

    assert "the return page /clover/return/" in capsys.readouterr().out


@pytest.mark.parametrize("hosts", [["*"], [".shop.example"], ["shop.example"], []])
def test_the_command_is_content_where_all_is_reached(
    fake, add, capsys, settings, hosts
):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = hosts, True
    settings.DEBUG = not hosts
    add(LOGIN)

    call_command("clover_doctor", offline=True)

    assert "webhook path: /clover/webhook/" in capsys.readouterr().out
    assert models.WebhookReceipt.objects.count() == 0
