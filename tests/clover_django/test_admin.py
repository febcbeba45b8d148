"""The admin shows the ledger and its history, changes nothing, and may ask Clover."""

import html
import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from clover_django import conf, models
from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from payment_hooks import (
    Mode,
    OperationKind,
    OperationState,
    OutcomeUnknown,
    PaymentState,
)
from tests.clover_django.paying import at_the_page, keep_message, paid, unknown_outcome

TABLES = ("payment", "operation", "webhookreceipt")


def staff(*codenames):
    user = User.objects.create_user("staff", is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="clover_django", codename__in=codenames
        )
    )
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner(fake):
    client = Client()
    client.force_login(User.objects.create_superuser("owner"))
    return client


def ask(client, *payments):
    rows = models.Payment.objects.filter(
        payment_id__in=[payment.payment_id for payment in payments]
    )
    return client.post(
        "/admin/clover_django/payment/",
        {"action": "resolve", "_selected_action": [row.pk for row in rows]},
        follow=True,
    )


def fill(fake):
    payment, session = at_the_page()
    keep_message(session, fake.pay_session(payment.amount_due))
    return paid()


def first_row(table):
    return apps.get_model("clover_django", table).objects.first()


@pytest.mark.parametrize("table", TABLES)
def test_every_table_can_be_looked_at(owner, fake, table):
    fill(fake)
    row = first_row(table)

    listed = owner.get(f"/admin/clover_django/{table}/")
    searched = owner.get(f"/admin/clover_django/{table}/?q=order")
    shown = owner.get(f"/admin/clover_django/{table}/{row.pk}/change/")

    assert [page.status_code for page in (listed, searched, shown)] == [200] * 3


@pytest.mark.parametrize("table", TABLES)
def test_not_even_the_owner_writes(owner, fake, table):
    fill(fake)
    row = f"{table}/{first_row(table).pk}"
    pages = (f"{table}/add/", f"{row}/delete/", f"{row}/change/")

    answers = [owner.post(f"/admin/clover_django/{page}", {}) for page in pages]

    assert [answer.status_code for answer in answers] == [403] * 3


def test_a_payment_shows_its_amount_operations_and_history(owner, fake):
    payment = paid()
    row = models.Payment.objects.get(payment_id=payment.payment_id)

    page = owner.get(f"/admin/clover_django/payment/{row.pk}/change/").content.decode()

    assert "5.00\N{NO-BREAK SPACE}USD charged" in page
    assert "Succeeded" in page
    assert "The shopper" in page


def test_the_owner_asks_clover(owner, fake):
    payment = unknown_outcome(fake, after=True)

    page = ask(owner, payment)

    assert ": Paid" in page.content.decode()
    assert get_payments().get(payment.payment_id).state is PaymentState.PAID


def test_history_names_who_asked(owner, fake):
    payment = unknown_outcome(fake, after=True)

    ask(owner, payment)

    last = models.PaymentEvent.objects.filter(operation=None).last()
    user = User.objects.get(username="owner")
    assert (last.after, last.actor) == ("paid", f"user {user.pk}")


def test_one_payment_that_cannot_be_resolved_stops_no_other(owner, fake):
    first, second = unknown_outcome(fake, after=True), unknown_outcome(fake, after=True)
    let_time_pass(minutes=2)
    fake.fail("payment_find", OutcomeUnknown("half an answer"))

    page = ask(owner, first, second).content.decode()

    assert "half an answer" in page
    states = [get_payments().get(row.payment_id).state for row in (first, second)]
    assert sorted(states) == [PaymentState.OPEN, PaymentState.PAID]


def test_looking_needs_a_permission(fake):
    paid()

    assert staff().get("/admin/clover_django/payment/").status_code == 403


def test_asking_needs_a_permission_of_its_own(fake):
    payment = unknown_outcome(fake, after=True)
    client = staff("view_payment")

    page = ask(client, payment)

    assert "Check with Clover" not in page.content.decode()
    assert fake.calls == []


def test_that_permission_is_enough(fake):
    payment = unknown_outcome(fake, after=True)

    ask(staff("view_payment", "resolve_payment"), payment)

    assert get_payments().get(payment.payment_id).state is PaymentState.PAID


def test_the_list_reads_the_ledgers_database(owner, fake, settings):
    from clover_django.admin import PaymentAdmin

    request = owner.get("/admin/clover_django/payment/").wsgi_request
    admin = PaymentAdmin(models.Payment, None)
    settings.CLOVER = {**settings.CLOVER, "LEDGER_DATABASE": "elsewhere"}

    assert admin.get_queryset(request).db == "elsewhere"


STATES = [*PaymentState, *OperationState]


@pytest.mark.parametrize(
    ("model", "field", "values"),
    [
        (models.Payment, "mode", Mode),
        (models.Payment, "state", PaymentState),
        (models.Operation, "kind", OperationKind),
        (models.Operation, "state", OperationState),
        (models.PaymentEvent, "before", STATES),
        (models.PaymentEvent, "after", STATES),
    ],
)
def test_every_value_is_a_choice_with_a_name(model, field, values):
    choices = model._meta.get_field(field).choices

    assert [value for value, _ in choices] == [value.value for value in values]
    assert all(str(name)[0].isupper() for _, name in choices)


def test_a_row_names_its_values_in_the_readers_language(fake):
    row = models.Payment.objects.get(payment_id=paid().payment_id)

    with override("fr-ca"):
        shown = row.get_state_display(), row.get_mode_display()

    assert shown == ("Payé", "Champs de carte de Clover")
    assert models.Payment(state="of another time").get_state_display() == (
        "of another time"
    )


@pytest.mark.parametrize(
    ("table", "filtered", "names"),
    [
        (
            "payment",
            "state__exact=paid",
            ["Paid", "Partly refunded", "Clover's card fields"],
        ),
        ("operation", "kind__exact=charge", ["Charge", "Void", "Unknown outcome"]),
    ],
)
def test_the_lists_are_filtered_by_the_names_of_choices(
    owner, fake, table, filtered, names
):
    paid()
    unknown_outcome(fake)

    page = owner.get(f"/admin/clover_django/{table}/?{filtered}")

    sidebar = page.content.decode().partition('id="changelist-filter"')[2]
    offered = html.unescape(" ".join(re.findall(r">([^<>]+)</a>", sidebar)))
    assert [name for name in names if name not in offered] == []
    assert page.context["cl"].result_count == (1 if table == "payment" else 2)


def changelist(client, query=""):
    page = client.get(f"/admin/clover_django/payment/?{query}")
    return page.content.decode(), page.context["cl"].result_count


def test_the_list_names_card_adapter_and_what_needs_attention(owner, fake):
    payment = get_payments().get(paid().payment_id)
    operation = get_payments().operations(payment.payment_id)[-1]
    card = {"brand": "VISA", "last4": "4242"}
    get_payments().ledger.replace_operation(replace(operation, details=card))
    get_payments().flag(payment.payment_id, "cvc_check_failed")

    listed, _ = changelist(owner)
    row = models.Payment.objects.get(payment_id=payment.payment_id)
    page = owner.get(f"/admin/clover_django/payment/{row.pk}/change/").content.decode()

    assert "Visa •••• 4242" in listed
    assert "The security code did not match" in listed
    assert "Look whether the order is genuine." in page
    assert "Needs attention: The security code did not match" in page


def test_payments_are_found_by_number_clovers_id_and_card(owner, fake):
    first, _second = paid(), paid()
    operation = get_payments().operations(first.payment_id)[-1]
    card = {"brand": "VISA", "last4": "5454"}
    get_payments().ledger.replace_operation(replace(operation, details=card))
    found = {
        term: changelist(owner, urlencode({"q": term}))[1]
        for term in (
            first.reference,
            first.payment_id,
            operation.transaction_id,
            "5454",
            "0000",
        )
    }

    assert list(found.values()) == [1, 1, 1, 1, 0]


def test_what_needs_attention_can_be_listed_alone(owner, fake):
    flagged, _other = paid(), paid()
    get_payments().flag(flagged.payment_id, "disputed")

    assert changelist(owner, "attention=yes")[1] == 1
    assert changelist(owner)[1] == 2


@pytest.mark.parametrize("query", ["", "q=4242", "q=T1", "attention=yes"])
def test_no_list_makes_rows_distinct_or_asks_for_each(owner, fake, query):
    def queries():
        with CaptureQueriesContext(connections[conf.ledger_alias()]) as asked:
            changelist(owner, query)
        return [row["sql"] for row in asked]

    get_payments().flag(paid().payment_id, "disputed")
    few = queries()
    for _ in range(5):
        get_payments().flag(paid().payment_id, "disputed")

    assert len(queries()) <= len(few) + 1
    assert not any("DISTINCT" in sql for sql in queries())
