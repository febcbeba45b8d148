"""A ledger with as many payments as wanted, and what a read of it costs."""

import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from django.db import connections

from clover_django import models
from payment_hooks import Money, OperationState
from payment_hooks.testing.ledger_checks.records import (
    NOW,
    make_event,
    make_operation,
    make_payment,
)

OPEN = 100
DUE = Money(500, "USD")
TABLES = (models.Payment, models.Operation, models.PaymentEvent, models.WebhookReceipt)
_UNIQUE = {
    "event_id",
    "payment_id",
    "operation_id",
    "idempotency_key",
    "slot",
    "reference",
    "transaction_id",
    "session_id",
}


def begin(ledger):
    """One closed payment with a message, and a hundred that are due."""
    ledger.add_event(make_event(event_id="done-", session_id="done-"))
    payment = ledger.add_payment(make_payment(payment_id="done-", reference="done-"))
    names = ("operation_id", "idempotency_key", "slot", "transaction_id", "session_id")
    ledger.add_operation(
        make_operation(
            payment,
            due=None,
            state=OperationState.SUCCEEDED,
            notified=True,
            **dict.fromkeys(names, "done-"),
        )
    )
    for number in range(OPEN):
        payment = ledger.add_payment(
            make_payment(payment_id=f"open-{number}", reference=f"open-{number}")
        )
        ledger.add_operation(make_operation(payment, due=NOW))


def grow(ledger, first, last):
    """Closed payments with these numbers."""
    for model in TABLES:
        _multiply(model, ledger.using, first, last)
    if connections[ledger.using].vendor == "postgresql":  # it does so by itself
        with connections[ledger.using].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _multiply(model, alias, first, last):
    """The first row again and again, with a number behind what must be unique."""
    columns = [field.column for field in model._meta.fields if not field.primary_key]
    values = [f"{name} || n.i" if name in _UNIQUE else name for name in columns]
    table = model._meta.db_table
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL "
            f"SELECT i + 1 FROM n WHERE i < {last}) "
            f"INSERT INTO {table} ({', '.join(columns)}) "
            f"SELECT {', '.join(values)} FROM {table} AS origin, n "
            f"WHERE origin.id = (SELECT min(id) FROM {table})"
        )


def reads(ledger, number):
    """What `Payments` asks the ledger for, by name."""
    name = f"done-{number}"
    last = replace(ledger.get_operation(name), created_at=NOW)
    window = (NOW - timedelta(days=1), NOW + timedelta(days=1))
    return {
        "due": lambda: ledger.due_operations(NOW, OPEN),
        "oldest unknown": ledger.oldest_unknown,
        "page": lambda: ledger.operations_between(*window, after=last, limit=50),
        "first page": lambda: ledger.operations_between(*window, limit=50),
        "payment": lambda: ledger.get_payment(name),
        "operations": lambda: ledger.operations(name),
        "record": lambda: ledger.get_record(name),
        "related": lambda: ledger.find_related(name, name),
        "by reference": lambda: ledger.find_payments(reference=name),
        "by session": lambda: ledger.find_payments(session_id=name),
        "by transaction": lambda: ledger.find_payments(transaction_id=name),
        "obstacle": lambda: ledger.add_operation(last),
        "history": lambda: _last_event(ledger, name),
        "messages": lambda: ledger.find_events(name),
    }


def _last_event(ledger, payment_id):
    history = models.PaymentEvent.objects.using(ledger.using)
    return history.filter(payment_id=payment_id, operation_id=None).last()


@contextmanager
def statements(ledger):
    """The statements that are sent inside, without those that frame a transaction."""
    found = []

    def execute(proceed, sql, parameters, many, context):
        if sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            found.append((sql, parameters))
        return proceed(sql, parameters, many, context)

    with connections[ledger.using].execute_wrapper(execute):
        yield found


def plans(ledger, read):
    """How the database finds what the read asks for."""
    with statements(ledger) as found:
        read()
    connection = connections[ledger.using]
    is_sqlite = connection.vendor == "sqlite"
    verb = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    with connection.cursor() as cursor:
        for sql, parameters in found:
            if sql.startswith("SELECT"):
                cursor.execute(f"{verb} {sql}", parameters)
                yield " | ".join(str(row[-1]) for row in cursor.fetchall())


def steps(ledger, read):
    """What the read costs: SQLite's instructions, or PostgreSQL's pages."""
    connection = connections[ledger.using]
    if connection.vendor != "sqlite":
        return sum(_pages(connection, *found) for found in _selects(ledger, read))
    counted = []
    connection.connection.set_progress_handler(lambda: counted.append(1), 1)
    read()
    connection.connection.set_progress_handler(None, 1)
    return len(counted)


def _selects(ledger, read):
    with statements(ledger) as found:
        read()
    return [pair for pair in found if pair[0].startswith("SELECT")]


def _pages(connection, sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) {sql}", parameters)
        said = " ".join(row[0] for row in cursor.fetchall())
    buffers = re.search(r"Buffers: shared (?:hit=(\d+))?(?: read=(\d+))?", said)
    return sum(int(part or 0) for part in buffers.groups())
