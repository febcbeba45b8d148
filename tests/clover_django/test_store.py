"""Every ledger behaves the same; the durable ones also under threads."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from clover_django import models
from clover_django.actors import acting_as
from clover_django.store import DjangoLedger
from payment_hooks import (
    ConfigurationError,
    Gateway,
    Mode,
    Money,
    OperationKind,
    OperationState,
    Payment,
    PaymentDeclined,
    Payments,
    PaymentSource,
    PaymentState,
    PluginRegistry,
    StaleVersion,
)
from payment_hooks.intents import new_operation
from payment_hooks.testing import FakeProvider
from payment_hooks.types import WebhookEvent

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
THREADS = 8


def make_payment(**changes):
    values = {
        "payment_id": "p1",
        "provider": "fake",
        "merchant_id": "M1",
        "reference": "100123",
        "mode": Mode.IFRAME,
        "amount_due": Money(2599, "USD"),
        "context": {"basket": 7, "name": "Ünal"},
        "created_at": NOW,
    }
    return Payment(**{**values, **changes})


def make_operation(payment, kind=OperationKind.CHARGE, **changes):
    return new_operation(payment, kind, payment.amount_due, now=NOW, **changes)


def make_event(**changes):
    values = {
        "event_id": "e1",
        "provider": "fake",
        "merchant_id": "M1",
        "transaction_id": "T1",
        "session_id": "s1",
        "approved": True,
        "occurred_at": NOW,
    }
    return WebhookEvent(**{**values, **changes})


def test_a_payment_comes_back_as_it_went_in(ledger):
    payment = ledger.add_payment(make_payment())

    assert ledger.get_payment("p1") == payment == make_payment()


def test_an_unknown_payment_is_none(ledger):
    assert ledger.get_payment("nobody") is None
    assert ledger.get_operation("nobody") is None


def test_the_same_attempt_is_one_payment(ledger):
    first = ledger.add_payment(make_payment())

    second = ledger.add_payment(make_payment(payment_id="p2"))

    assert second == first


def test_the_next_sequence_is_another_payment(ledger):
    ledger.add_payment(make_payment())
    ledger.add_payment(make_payment(payment_id="p2", sequence=2))

    found = ledger.find_payments(reference="100123")

    assert [payment.payment_id for payment in found] == ["p1", "p2"]


def test_a_payment_is_written_over_its_own_version_only(ledger):
    payment = ledger.add_payment(make_payment())
    written = ledger.replace_payment(
        replace(payment, state=PaymentState.PAID, flags=("look",))
    )

    with pytest.raises(StaleVersion):
        ledger.replace_payment(replace(payment, state=PaymentState.CLOSED))

    assert ledger.get_payment("p1") == written
    assert (written.state, written.flags) == (PaymentState.PAID, ("look",))


def test_an_operation_comes_back_as_it_went_in(ledger):
    payment = ledger.add_payment(make_payment())
    operation = ledger.add_operation(make_operation(payment))

    written = ledger.replace_operation(
        replace(
            operation,
            state=OperationState.SUCCEEDED,
            transaction_id="T1",
            moved=Money(2599, "USD"),
            session_id="s1",
            session_url="https://pay.test/s1",
            session_expires_at=NOW + timedelta(minutes=15),
            details={"brand": "VISA"},
            due=None,
            told=True,
        )
    )

    assert ledger.get_operation(operation.operation_id) == written
    assert ledger.operations("p1") == (written,)


def test_the_same_key_gives_the_operation_that_is_there(ledger):
    payment = ledger.add_payment(make_payment())
    first = ledger.add_operation(make_operation(payment))

    assert ledger.add_operation(make_operation(payment)) == first


def test_an_open_slot_gives_the_operation_that_is_open(ledger):
    payment = ledger.add_payment(make_payment())
    first = ledger.add_operation(make_operation(payment))

    assert ledger.add_operation(make_operation(payment, attempt=2)) == first


def test_a_closed_slot_is_free_again(ledger):
    payment = ledger.add_payment(make_payment())
    first = ledger.add_operation(make_operation(payment))
    ledger.replace_operation(replace(first, state=OperationState.DECLINED))
    second = make_operation(payment, attempt=2)

    assert ledger.add_operation(second) == second


def test_an_operation_is_written_over_its_own_version_only(ledger):
    payment = ledger.add_payment(make_payment())
    operation = ledger.add_operation(make_operation(payment))
    ledger.replace_operation(replace(operation, lease_owner="me"))

    with pytest.raises(StaleVersion):
        ledger.replace_operation(replace(operation, lease_owner="you"))


def test_payments_are_found_by_session_and_by_transaction(ledger):
    payment = ledger.add_payment(make_payment())
    operation = ledger.add_operation(make_operation(payment))
    ledger.replace_operation(replace(operation, session_id="s1", transaction_id="T1"))
    ledger.add_payment(make_payment(payment_id="p2", reference="other"))

    by_session = ledger.find_payments(session_id="s1")
    by_transaction = ledger.find_payments(transaction_id="T1")

    assert by_session == by_transaction == (payment,)
    assert ledger.find_payments(session_id="s2") == ()
    assert ledger.find_payments() == ()


def test_due_operations_come_in_order_and_up_to_a_limit(ledger):
    payment = ledger.add_payment(make_payment())
    ids = []
    for minute, kind in ((3, "charge"), (1, "refund"), (9, "void")):
        operation = make_operation(payment, OperationKind(kind))
        ledger.add_operation(replace(operation, due=NOW + timedelta(minutes=minute)))
        ids.append(operation.operation_id)

    due = ledger.due_operations(NOW + timedelta(minutes=5), 10)

    assert [row.operation_id for row in due] == [ids[1], ids[0]]
    assert len(ledger.due_operations(NOW + timedelta(minutes=5), 1)) == 1


def test_operations_of_a_time_come_in_order_and_in_pages(ledger):
    payment = ledger.add_payment(make_payment())
    for number in (2, 0, 1, 1):
        operation = make_operation(
            payment, OperationKind.REFUND, request_id=str(uuid4()), attempt=number + 1
        )
        ledger.add_operation(
            replace(
                operation,
                slot=operation.operation_id,
                created_at=NOW + timedelta(hours=number),
            )
        )

    until = NOW + timedelta(hours=2)
    first = ledger.operations_between(NOW, until, limit=2)
    rest = ledger.operations_between(NOW, until, after=first[-1], limit=2)

    assert [row.attempt for row in (*first, *rest)] == [1, 2, 2]
    assert len({row.operation_id for row in (*first, *rest)}) == 3


def test_an_event_is_new_until_it_is_finished(ledger):
    seen = [ledger.add_event(make_event()), ledger.add_event(make_event())]
    open_events = ledger.find_events("s1")

    ledger.finish_event("e1")

    assert seen == [True, True]
    assert open_events == (make_event(),)
    assert ledger.add_event(make_event()) is False
    assert ledger.find_events("s1") == ()


def in_threads(work):
    """What `work(number)` gave in each of eight threads that start at once."""
    barrier, results = Barrier(THREADS), []

    def run(number):
        barrier.wait()
        try:
            results.append(work(number))
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_eight_threads_record_one_intent(database):
    payment = database.add_payment(make_payment())

    results = in_threads(lambda _: database.add_operation(make_operation(payment)))

    assert len(results) == THREADS
    assert len({row.operation_id for row in results}) == 1


def test_eight_threads_keep_one_event(database):
    results = in_threads(lambda _: database.add_event(make_event()))

    assert results == [True] * THREADS
    assert len(database.find_events("s1")) == 1


def test_eight_threads_charge_once(database):
    registry, provider = PluginRegistry(), FakeProvider()
    registry.register(provider, "fake")
    payments = Payments(Gateway(registry, "fake"), database)
    payment = payments.open("9", mode=Mode.IFRAME, amount_due=Money(500, "USD"))

    results = in_threads(
        lambda number: payments.charge(
            payment.payment_id, PaymentSource(token=f"tok-{number % 2}")
        )
    )

    assert len({row.operation_id for row in results}) == 1
    assert len(results) == THREADS
    assert provider.calls.count("payment_charge") == 1


def test_of_eight_writers_over_one_version_one_wins(database):
    payment = database.add_payment(make_payment())

    def write(number):
        try:
            return database.replace_payment(replace(payment, flags=(str(number),)))
        except StaleVersion:
            return None

    written = [row for row in in_threads(write) if row is not None]

    assert written == [database.get_payment("p1")]


def history(database, **criteria):
    events = models.PaymentEvent.objects.using(database.using).filter(**criteria)
    return list(events.values_list("before", "after", "reason", "actor"))


def test_history_tells_every_state_and_who_changed_it(database):
    payments = Payments.using(FakeProvider(), ledger=database)
    payment = payments.open("9", mode=Mode.IFRAME, amount_due=Money(500, "USD"))

    with acting_as("user 7"):
        payments.charge(payment.payment_id, PaymentSource(token="tok"))

    assert history(database, operation=None) == [
        ("", "open", "", ""),
        ("open", "paid", "", "user 7"),
    ]
    assert history(database, operation__isnull=False) == [
        ("", "pending", "", "user 7"),
        ("pending", "sending", "", "user 7"),
        ("sending", "succeeded", "", "user 7"),
    ]


def test_history_tells_why_a_person_must_look(database):
    payment = database.add_payment(make_payment())

    flagged = database.replace_payment(replace(payment, flags=("double_capture",)))
    database.replace_payment(flagged)

    assert history(database) == [
        ("", "open", "", ""),
        ("open", "open", "double_capture", ""),
    ]


def test_a_change_that_lost_leaves_no_history(database):
    payment = database.add_payment(make_payment())
    database.replace_payment(replace(payment, state=PaymentState.PAID))

    with pytest.raises(StaleVersion):
        database.replace_payment(replace(payment, state=PaymentState.CLOSED))

    assert [row[1] for row in history(database)] == ["open", "paid"]


def test_long_answers_of_a_provider_fit(database):
    payment = database.add_payment(make_payment())
    operation = database.add_operation(make_operation(payment))

    written = database.replace_operation(
        replace(
            operation,
            transaction_id="T" * 200,
            session_id="s" * 200,
            session_url=f"https://pay.test/{'u' * 3000}",
            code="c" * 300,
            message="m" * 5000,
        )
    )

    assert database.get_operation(operation.operation_id) == written


@pytest.mark.django_db
def test_writing_inside_an_open_transaction_is_refused():
    with transaction.atomic(), pytest.raises(ConfigurationError, match="rollback"):
        DjangoLedger("default").add_payment(make_payment())


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_commit_by_itself_is_refused():
    transaction.set_autocommit(False)
    try:
        with pytest.raises(ConfigurationError, match="AUTOCOMMIT"):
            DjangoLedger("default").add_payment(make_payment())
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)


TABLES = (
    models.Payment,
    models.Operation,
    models.PaymentEvent,
    models.WebhookReceipt,
)
FORBIDDEN = ("number", "cvv", "cvc", "pan", "token", "secret", "apikey", "password")


def test_no_column_is_named_for_a_card_or_a_key():
    columns = [field.column for model in TABLES for field in model._meta.fields]

    assert [name for name in columns if any(word in name for word in FORBIDDEN)] == []


def test_the_tables_need_django_alone():
    related = {
        field.related_model._meta.app_label
        for model in TABLES
        for field in model._meta.fields
        if field.related_model
    }

    assert related == {"clover_django"}


@pytest.mark.django_db
def test_the_migrations_make_what_the_models_say():
    call_command("makemigrations", "clover_django", check=True, dry_run=True)


def test_a_charge_leaves_no_token_in_any_table(database):
    payments = Payments.using(FakeProvider(), ledger=database)
    for reference, token in (("1", "tok-4242424242424242"), ("2", "decline-4242")):
        payment = payments.open(
            reference, mode=Mode.IFRAME, amount_due=Money(500, "USD")
        )
        with suppress(PaymentDeclined):
            payments.charge(payment.payment_id, PaymentSource(token=token))

    rows = [list(model.objects.using(database.using).values_list()) for model in TABLES]

    assert [len(found) for found in rows] == [2, 2, 9, 0]
    assert "4242" not in str(rows)
