"""The history of a payment as a person reads it."""

import pytest
from django.contrib.auth.models import User
from django.utils.translation import override

from clover_django.ledger.actors import acting_as
from clover_django.ledger.timeline import actor_names, read_timelines
from clover_django.payments import get_payments
from payment_hooks import Money, RefundReason
from tests.clover_django.paying import paid


def timeline(payment):
    record = get_payments().ledger.get_record(payment.payment_id)
    return read_timelines([record])[payment.payment_id]


def told(payment):
    return [(entry.what, entry.why, entry.who) for entry in timeline(payment)]


def test_it_says_what_why_and_who(fake):
    payment = paid()
    user = User.objects.create_user("grace", first_name="Grace", last_name="Hopper")
    with acting_as(f"user {user.pk}"):
        get_payments().refund(
            payment.payment_id,
            Money.of("2.00", "USD"),
            intent_id="one",
            reason=RefundReason.DUPLICATE,
        )

    charge, refund = told(payment)

    assert charge[0].endswith("USD charged")
    assert charge[2] == "The shopper"
    assert refund[0].endswith("USD refunded")
    assert refund[1:] == ("Paid twice", "Grace Hopper")


def test_marks_come_and_go_with_who_removed_them(fake):
    payment = paid()
    get_payments().flag(payment.payment_id, "disputed")
    with acting_as("clover_reconcile"):
        get_payments().unflag(payment.payment_id, "disputed")

    notes = [(what, who) for what, _, who in told(payment)[1:]]

    assert notes == [
        ("Needs attention: Disputed with the bank", ""),
        ("Done: Disputed with the bank", "Reconciliation"),
    ]


def test_entries_are_in_the_order_of_time_and_name_clovers_id(fake):
    payment = paid()
    get_payments().refund(payment.payment_id, intent_id="one")

    entries = timeline(payment)

    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert all(entry.transaction_id for entry in entries)
    assert [entry.state for entry in entries] == ["succeeded", "succeeded"]


def test_it_is_in_the_readers_language(fake):
    payment = paid()

    with override("fr-ca"):
        assert told(payment)[0][0].endswith("USD débités")


@pytest.mark.django_db
def test_actors_are_people_tasks_or_deleted_accounts():
    user = User.objects.create_user("ada", "ada@example.com")

    names = actor_names({f"user {user.pk}", "user 999", "user None", "webhook", ""})

    assert names == {
        f"user {user.pk}": "ada@example.com",
        "user 999": "A deleted account (999)",
        "user None": "A deleted account (None)",
        "webhook": "A message of Clover's",
        "": "",
    }


def test_many_payments_need_no_more_queries(fake, django_assert_num_queries):
    ids = [paid().payment_id for _ in range(3)]
    records = [get_payments().ledger.get_record(payment_id) for payment_id in ids]

    with django_assert_num_queries(2, using="clover_ledger"):
        assert len(read_timelines(records)) == 3
